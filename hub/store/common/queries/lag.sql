-- What waits, by the clock of the database alone.

-- name: waiting
-- What waits beside the topics: kind, how many, age of the oldest in seconds (NULL for none).
SELECT 'outbox', count(*), extract(epoch FROM clock_timestamp() - min(queued_at))::float8
FROM outbox WHERE sent_at IS NULL
UNION ALL
SELECT 'parked', count(*), extract(epoch FROM clock_timestamp() - min(parked_at))::float8
FROM parked WHERE ended_at IS NULL
UNION ALL
SELECT 'parked_record', count(*), extract(epoch FROM clock_timestamp() - min(appended_at))::float8
FROM parked_record WHERE done_at IS NULL

-- name: database_time
-- The clock by which positions are stamped.
SELECT clock_timestamp()
