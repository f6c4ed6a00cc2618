-- Messages that do not decode: kept, looked at, sent again, dismissed.

-- name: quarantine
-- Keep the bytes with the reason; the same record of the same stage is kept once.
INSERT INTO quarantine (stage, topic, part, record_offset, key, value, headers, code, facts, appended_at, append_time,
                        withheld, value_bytes, value_sha256, value_head)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: quarantined
-- All of them, for status.
SELECT stage, topic, part, record_offset, code, appended_at FROM quarantine ORDER BY appended_at, record_offset

-- name: quarantined_record
-- One of them as it came, for its message; of one that is larger than any message only what its value was.
SELECT CASE WHEN fits THEN key END, CASE WHEN fits THEN value END, CASE WHEN fits THEN headers ELSE '[]' END, code,
       fits, coalesce(value_bytes, octet_length(value), 0), value_sha256
FROM (
    SELECT *, NOT withheld AND coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0) <= %(bytes_max)s
              AND octet_length(headers) <= 4 * %(bytes_max)s AS fits
    FROM quarantine
    WHERE stage = %(stage)s AND topic = %(topic)s AND part = %(part)s AND record_offset = %(offset)s
) entry

-- name: return_to_quarantine
-- A redriven copy still does not stand: its entry is open again.
INSERT INTO quarantine_return (stage, topic, part, record_offset, first_offset, code, facts)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: redriven_original
-- What a redriven record names, if an operator asked for it and its bytes were kept.
SELECT key, value, headers, appended_at, append_time FROM quarantine q
WHERE stage = %s AND topic = %s AND part = %s AND record_offset = %s AND NOT withheld
  AND coalesce(octet_length(value), 0) <= %s
  AND EXISTS (
      SELECT FROM quarantine_action a
      WHERE (a.stage, a.topic, a.part, a.record_offset) = (q.stage, q.topic, q.part, q.record_offset)
        AND a.action = 'redrive'
  )

-- name: quarantine_list
-- Entries in the order in which they came, in the states that are asked for.
SELECT stage, topic, part, record_offset, code, appended_at, withheld, key_bytes, value_bytes, redriven_offset, state
FROM quarantine_entry WHERE state = ANY(%s) ORDER BY appended_at, topic, part, record_offset LIMIT %s

-- name: quarantine_one
-- One entry with its state.
SELECT stage, topic, part, record_offset, code, appended_at, withheld, key_bytes, value_bytes, redriven_offset, state
FROM quarantine_entry WHERE stage = %s AND topic = %s AND part = %s AND record_offset = %s

-- name: quarantine_bytes
-- One entry byte for byte, as far as it was kept.
SELECT key, CASE WHEN octet_length(value) <= %s THEN value END, headers, facts, value_sha256, value_head FROM quarantine
WHERE stage = %s AND topic = %s AND part = %s AND record_offset = %s

-- name: quarantine_actions
-- What was decided about one entry, and what came back, in order of time.
SELECT action, at, by, reason, redriven_offset FROM quarantine_action
WHERE (stage, topic, part, record_offset) = (%(stage)s, %(topic)s, %(part)s, %(offset)s)
UNION ALL
SELECT 'returned', at, stage, code, record_offset FROM quarantine_return
WHERE (stage, topic, part, first_offset) = (%(stage)s, %(topic)s, %(part)s, %(offset)s)
ORDER BY at

-- name: quarantine_act
-- Note a decision before it is carried out; nothing here is ever changed or removed.
INSERT INTO quarantine_action (stage, topic, part, record_offset, action, redriven_offset, by, reason)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)

-- name: quarantine_newer
-- Whether a compacted register has a later entry under this key, which an old one would push out.
-- Versions count on behind those of logs that are gone.
SELECT EXISTS (
    SELECT FROM register_entry e WHERE e.kind || '/' || e.entry_id = %s AND e.so = %s AND e.version > %s::bigint + coalesce((
        SELECT (facts -> 'register_versions' ->> ('hocba.so-' || e.so || '.register.v1'))::bigint
        FROM recovery WHERE kind = 'new_log' ORDER BY id DESC LIMIT 1), 0))

-- name: quarantine_waiting
-- How many entries of a stage wait for a person, and for how many seconds the oldest has.
SELECT count(*), coalesce(extract(epoch FROM now() - min(appended_at)), 0)::float8
FROM quarantine_entry WHERE stage = %s AND state IN ('open', 'redriving', 'returned')
