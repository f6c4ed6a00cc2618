-- Schools that wait aside, and their records.

-- name: parked_keys
-- Whose records are set aside; the share lock keeps a resumption from ending in between.
SELECT key FROM parked WHERE (stage, topic) = (%s, %s) AND ended_at IS NULL ORDER BY id FOR SHARE

-- name: parked_count
-- How many wait at this stage.
SELECT count(*) FROM parked WHERE stage = %s AND ended_at IS NULL

-- name: park
-- Park a key; one that is parked already stays so.
INSERT INTO parked (stage, topic, key, code, facts, part, record_offset) VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING

-- name: set_aside
-- Keep a record for later.
INSERT INTO parked_record
    (stage, topic, part, record_offset, parked_key, key, value, headers, appended_at, append_time)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: parked_by_stage
-- What waits, and what may go on.
SELECT id, resume_at IS NOT NULL FROM parked WHERE stage = %s AND ended_at IS NULL ORDER BY id

-- name: parked_hold
-- Hold one entry for the next of its records.
SELECT stage, topic, key FROM parked WHERE id = %s AND ended_at IS NULL AND resume_at IS NOT NULL FOR UPDATE

-- name: aside_next
-- The next record of a parked key.
SELECT topic, part, record_offset, key, value, headers, appended_at, append_time FROM parked_record
WHERE (stage, topic, parked_key) = (%s, %s, %s) AND done_at IS NULL ORDER BY part, record_offset LIMIT 1

-- name: aside_done
-- It is done in this transaction.
UPDATE parked_record SET done_at = now() WHERE (stage, topic, part, record_offset) = (%s, %s, %s, %s) AND done_at IS NULL

-- name: resume_try
-- The next record is tried; whoever dies over it leaves its number.
UPDATE parked SET tries = tries + 1 WHERE id = %s AND ended_at IS NULL AND resume_at IS NOT NULL RETURNING tries

-- name: resume_done
-- It ended well.
UPDATE parked SET tries = 0 WHERE id = %s

-- name: unpark
-- Nothing is left: the school goes on as before.
UPDATE parked SET ended_at = now() WHERE id = %s

-- name: park_again
-- The cause is still there.
UPDATE parked SET resume_at = NULL, tries = 0, code = %s, facts = %s WHERE id = %s

-- name: parked
-- All that waits, for people.
SELECT p.id, p.stage, p.topic, p.key, p.code, p.facts, p.part, p.record_offset, p.parked_at, p.resume_at,
       (SELECT count(*) FROM parked_record r
        WHERE (r.stage, r.topic, r.parked_key) = (p.stage, p.topic, p.key) AND r.done_at IS NULL)
FROM parked p WHERE p.ended_at IS NULL ORDER BY p.id

-- name: resume
-- Let one go on; who and why stay with it.
UPDATE parked SET resume_at = now(), resume_by = %s, resume_reason = %s
WHERE id = %s AND ended_at IS NULL RETURNING id
