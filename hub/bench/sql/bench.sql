-- What a measurement asks beside the hub's own queries. It reads.

-- name: ingested
-- Transcripts at Bộ, from one row a lock.
SELECT coalesce(sum(count), 0) FROM lock WHERE outcome = 'ingested'

-- name: epochs
-- How often partitions were claimed: when it rests, everybody has what is his.
SELECT coalesce(sum(epoch), 0) FROM position

-- name: decided
-- Commands that validate has passed, over all partitions.
SELECT coalesce(sum(next_offset), 0) FROM position WHERE stage = 'validate'

-- name: rows_inserted
-- Rows of a table since the server started, without reading the table: up to a second late.
SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = %s

-- name: unsent
-- Messages that wait for the relay.
SELECT count(*) FROM outbox WHERE sent_at IS NULL

-- name: documents_at_so
-- Every transcript with its state.
SELECT document_sha256, state FROM document

-- name: documents_at_bo
-- Every transcript: the hash that was stored, and the hash of what is stored.
SELECT document_sha256, sha256(document) FROM document

-- name: accepted
-- How many transcripts stand at Sở.
SELECT count(*) FROM document

-- name: refused
-- Why transcripts or commands were refused.
SELECT outcome, codes, count(*) FROM answer GROUP BY 1, 2
UNION ALL SELECT outcome, codes, count(*) FROM inbox WHERE outcome <> 'accepted' GROUP BY 1, 2

-- name: wal
-- How many bytes of write-ahead log there have been.
SELECT pg_current_wal_lsn() - '0/0'::pg_lsn

-- name: database_bytes
-- Size of a database on disk.
SELECT pg_database_size(%s::name)

-- name: table_bytes
-- Size of each table with its indexes and outlying values, the large ones first: heap and outlying values, indexes.
SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND pg_total_relation_size(oid) > 65536
ORDER BY pg_total_relation_size(oid) DESC

-- name: setting
-- One setting of the server.
SELECT current_setting(%s)

-- name: server_version
-- Version of the server.
SELECT current_setting('server_version')

-- name: slips
-- Slips that Bộ has.
SELECT count(*) FROM slip

-- name: pupils_at_bo
-- Every transcript at Bộ with what a slip and a page of it are named by.
SELECT school, school_year, period, version, document, locator FROM document ORDER BY school, pupil
