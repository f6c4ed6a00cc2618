-- What the audit reads of every database.

-- name: taken_at
-- The moment of this reading, milliseconds since 1970.
SELECT (extract(epoch FROM now()) * 1000)::bigint

-- name: register_statements
-- Every entry of the register.
SELECT kind, statement FROM register_entry ORDER BY so, version

-- name: register_rows
-- Every row of one Sở's register.
SELECT version, kind, entry_id, valid_from, valid_to, payload, statement, signature
FROM register_entry WHERE so = %s ORDER BY version

-- name: quarantine_places
-- What stands in quarantine.
SELECT stage, topic, part, record_offset FROM quarantine

-- name: quarantine_record
-- One quarantined record, byte for byte.
SELECT key, value FROM quarantine WHERE stage = %s AND topic = %s AND part = %s AND record_offset = %s

-- name: positions
-- How far every stage says it is.
SELECT stage, topic, part, next_offset, last_sha256 FROM position ORDER BY stage, topic, part

-- name: outbox
-- Everything that was to be sent.
SELECT id, topic, key, kind, message_id, value, reference, sent_at IS NOT NULL FROM outbox ORDER BY id
