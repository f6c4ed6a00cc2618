-- The position of one stage in one partition: claim it, move it, look at it.

-- name: claim
-- Take over a partition: a new epoch, so that an earlier owner cannot win the next batch.
INSERT INTO position (stage, topic, part, next_offset, epoch, cluster_id, topic_id)
VALUES (%(stage)s, %(topic)s, %(part)s, 0, 1, %(cluster_id)s, %(topic_id)s)
ON CONFLICT (stage, topic, part) DO UPDATE
SET epoch = position.epoch + 1
RETURNING next_offset, epoch, cluster_id, topic_id, last_sha256, attempt_count

-- name: advance
-- Compare and set: the first statement of every transaction. No row means that this worker is fenced.
UPDATE position
SET next_offset = %(after)s, last_sha256 = coalesce(%(last_sha256)s, last_sha256), attempt_count = 0, moved_at = now()
WHERE stage = %(stage)s AND topic = %(topic)s AND part = %(part)s
  AND next_offset = %(before)s AND epoch = %(epoch)s

-- name: attempt
-- An owner begins its first batch; what kills it before the batch ends is counted by this.
UPDATE position SET attempt_count = attempt_count + 1 WHERE (stage, topic, part, epoch) = (%s, %s, %s, %s)
RETURNING attempt_count

-- name: innocent
-- What ends the owners of this stage is known, and it is no record.
UPDATE position SET attempt_count = 0 WHERE stage = %s AND attempt_count > 0

-- name: positions
-- Every position of this organisation, for status and lag.
SELECT stage, topic, part, next_offset, moved_at FROM position ORDER BY stage, topic, part
