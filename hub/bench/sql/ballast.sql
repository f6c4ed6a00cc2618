-- Ballast: copies of rows under changed identifiers. Names of tables and columns are put in as identifiers.

-- name: copied_columns
-- The columns of a table that are written, in their order.
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_identity = 'NO' AND is_generated = 'NEVER'
ORDER BY ordinal_position

-- name: copy_rows
-- One more row for each that is no copy.
INSERT INTO {table} ({columns}) SELECT {changed} FROM {table} WHERE {original}

-- name: counted
-- Rows of the document table, and how many of them are no copies.
SELECT count(*), count(*) FILTER (WHERE strpos(school, '~') = 0) FROM document

-- name: original_by_text
-- A row with an identifier of its own.
strpos({named}, '~') = 0

-- name: original_by_command
-- A row that belongs to a command.
message_sha256 IN (SELECT message_sha256 FROM inbox WHERE strpos(school, '~') = 0)

-- name: original_by_lock
-- A row that belongs to a lock.
lock_id IN (SELECT lock_id FROM lock WHERE strpos(school, '~') = 0)

-- name: original_by_index
-- A manifest with a place in the log.
log_index >= 0

-- name: original_by_manifest
-- A chunk that belongs to such a manifest.
lock_id IN (SELECT lock_id FROM manifest WHERE log_index >= 0)
