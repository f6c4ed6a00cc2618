-- Outgoing messages, written with the effects that they tell of.

-- name: put
-- Queue one message; the position guards against the same effect twice, and the unique place would notice it.
INSERT INTO outbox (source_topic, source_part, source_offset, n, topic, key, kind, message_id, value, reference, headers)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: unsent
-- The next messages; of one source they come in the order of their effects, because a source is done under one lock.
SELECT id, topic, key, kind, message_id, value, reference, headers FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT %s

-- name: sent
-- The broker has acknowledged these.
UPDATE outbox SET sent_at = now() WHERE id = ANY(%s)

-- name: lead
-- One relay per database; leadership ends with the connection that holds it.
SELECT pg_try_advisory_lock(%s)

-- name: unsent_count
-- How much is waiting.
SELECT count(*) FROM outbox WHERE sent_at IS NULL

-- name: outbox_row
-- One message that was queued before.
SELECT key, message_id, value, reference FROM outbox WHERE id = %s
