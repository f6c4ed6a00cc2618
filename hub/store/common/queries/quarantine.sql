-- Messages that do not decode.

-- name: quarantine
-- Keep the bytes with the reason; the same record of the same stage is kept once.
INSERT INTO quarantine (stage, topic, part, record_offset, key, value, headers, code, facts, appended_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: quarantined
-- All of them, for status.
SELECT stage, topic, part, record_offset, code, appended_at FROM quarantine ORDER BY appended_at, record_offset

-- name: quarantined_record
-- One of them, byte for byte.
SELECT key, value, headers, code FROM quarantine WHERE stage = %s AND topic = %s AND part = %s AND record_offset = %s
