-- Locks that do not go on: why they hang, and what is sent again.

-- name: hanging_locks
-- Every closed round that Bộ has not ingested, with how far it came.
SELECT r.school, r.school_year, r.cohort, r.number, r.state, r.lock_id, r.closing_at, l.log_index, a.outcome, a.statement
FROM round r LEFT JOIN lock l USING (lock_id) LEFT JOIN bo_answer a USING (lock_id)
WHERE r.state <> 'open' AND a.outcome IS DISTINCT FROM 'ingested' AND (%(school)s::text IS NULL OR r.school = %(school)s)
ORDER BY r.closing_at, r.lock_id

-- name: lock_of_round
-- The lock of a round, and its place in the log.
SELECT r.state, r.lock_id, l.log_index FROM round r LEFT JOIN lock l USING (lock_id)
WHERE r.school = %s AND r.school_year = %s AND r.cohort = %s AND r.number = %s

-- name: orders
-- The orders that went out: which message, and whether it is sent.
SELECT id, value, sent_at IS NOT NULL FROM outbox
WHERE topic = %s AND kind = 'LockOrder' AND value IS NOT NULL ORDER BY id

-- name: messages_by_id
-- What is sent again.
SELECT id, topic, key, kind, message_id, headers FROM outbox WHERE id = ANY(%s)

-- name: parked_of_school
-- Where a school waits for a person, between its command and its lock.
SELECT id, code, resume_at IS NOT NULL FROM parked
WHERE key = %s AND stage IN ('validate', 'lock') AND ended_at IS NULL ORDER BY id

-- name: sent_messages
-- The first rows of these messages: what was sent then is what is sent again.
SELECT DISTINCT ON (message_id) id, topic, key, kind, message_id, headers, sent_at IS NOT NULL, reference FROM outbox
WHERE topic = %s AND message_id = ANY(%s) AND (reference -> 'again') IS NULL ORDER BY message_id, id

-- name: covering_head
-- The first head that covers a place of the log.
SELECT min(tree_size) FROM checkpoint WHERE tree_size > %s

-- name: sent_again
-- How often something was sent again from a source.
SELECT coalesce(max(source_offset) + 1, 0) FROM outbox WHERE source_topic = %s AND source_part = 0
