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
-- What stands in quarantine, and redriven copies that came back to it.
SELECT stage, topic, part, record_offset FROM quarantine
UNION ALL SELECT stage, topic, part, record_offset FROM quarantine_return

-- name: quarantine_entries
-- Every entry with its first time of receipt, and whether an operator asked to have it sent again.
SELECT q.stage, q.topic, q.part, q.record_offset, q.appended_at,
       EXISTS (SELECT FROM quarantine_action a
               WHERE (a.stage, a.topic, a.part, a.record_offset) = (q.stage, q.topic, q.part, q.record_offset)
                 AND a.action = 'redrive')
FROM quarantine q

-- name: parked_places
-- What waits aside with its school.
SELECT stage, topic, part, record_offset FROM parked_record WHERE done_at IS NULL

-- name: quarantine_record
-- One quarantined record, byte for byte; whether it is too large for a message.
SELECT key, CASE WHEN octet_length(value) <= 1048576 THEN value END,
       withheld OR coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0) + octet_length(headers) > 983040
FROM quarantine WHERE stage = %s AND topic = %s AND part = %s AND record_offset = %s

-- name: new_log
-- When this organisation began again on a new log, and how far its registers were then.
SELECT done_at, facts -> 'register_versions' FROM recovery WHERE kind = 'new_log' ORDER BY id DESC LIMIT 1

-- name: positions
-- How far every stage says it is.
SELECT stage, topic, part, next_offset, last_sha256 FROM position ORDER BY stage, topic, part

-- name: outbox_row
-- What was queued before, and goes out again.
SELECT id, topic, key, kind, message_id, value, reference, sent_at IS NOT NULL FROM outbox WHERE id = %s

-- name: outbox
-- Everything that was to be sent.
SELECT id, topic, key, kind, message_id, value, reference, sent_at IS NOT NULL FROM outbox ORDER BY id
