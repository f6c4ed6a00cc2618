-- Recovery: what was found in our own topics, and whether the replay has met it.

-- name: messages_known
-- Which of these messages the outbox or an earlier recovery knows; a lock's transcripts are known by their lock.
SELECT o.topic, o.message_id, o.key FROM outbox o JOIN unnest(%(topics)s::text[], %(ids)s::text[]) AS w (topic, message_id)
  ON (o.topic, o.message_id) = (w.topic, w.message_id)
UNION
SELECT r.topic, r.message_id, r.key FROM recovered r JOIN unnest(%(topics)s::text[], %(ids)s::text[]) AS w (topic, message_id)
  ON (r.topic, r.message_id) = (w.topic, w.message_id)

-- name: unmet_exists
-- Whether the replay is still behind what was recovered, and whether anything is unmet at all.
-- A quarantined record may stay so for ever, because it stands now, and so may what is known to differ; nobody waits.
SELECT EXISTS (SELECT FROM recovered r WHERE r.met_at IS NULL AND r.kind <> 'Quarantined'
                 AND NOT EXISTS (SELECT FROM recovered_difference d
                                 WHERE (d.topic_id, d.part, d.record_offset) = (r.topic_id, r.part, r.record_offset))),
       EXISTS (SELECT FROM recovered WHERE met_at IS NULL)

-- name: note_difference
-- A message that comes out otherwise, in all its copies: the replay goes on without it.
INSERT INTO recovered_difference (topic_id, part, record_offset)
SELECT topic_id, part, record_offset FROM recovered
WHERE topic = %(topic)s AND message_id = %(message_id)s AND kind = %(kind)s AND met_at IS NULL
ON CONFLICT DO NOTHING

-- name: unmet
-- The first recovered message of this id that was not decided again yet; only orders need their key to be told apart.
SELECT value, appended_at, part, record_offset, sequence FROM recovered
WHERE topic = %(topic)s AND message_id = %(message_id)s AND kind = %(kind)s AND met_at IS NULL
  AND (kind <> 'LockOrder' OR key = %(key)s)
ORDER BY sequence, appended_at, part, record_offset LIMIT 1

-- name: meet
-- The same was decided again; all copies of the message are met at once.
UPDATE recovered SET met_at = now()
WHERE topic = %(topic)s AND message_id = %(message_id)s AND kind = %(kind)s AND met_at IS NULL
  AND (kind <> 'LockOrder' OR key = %(key)s)

-- name: unmet_before
-- Whether a message of this kind that was decided earlier still waits for its turn; without a sequence the time counts.
-- A school that is parked has no turn until a person lets it go on, Bộ's answers to locks follow from no turn of a
-- command, and what was passed over never comes: none of them holds the others up. A lock itself does: what was asked
-- of its documents afterwards rests on it.
SELECT EXISTS (
    SELECT FROM recovered r WHERE r.topic = %(topic)s AND r.kind = %(kind)s AND r.met_at IS NULL
      AND (r.sequence, r.appended_at, r.part, r.record_offset) < (%(sequence)s, %(appended_at)s, %(part)s, %(offset)s)
      AND NOT EXISTS (SELECT FROM recovered_difference d
                      WHERE (d.topic_id, d.part, d.record_offset) = (r.topic_id, r.part, r.record_offset))
      AND (position('"kind":"Lock"'::bytea IN coalesce(r.value, '')) = 0
           OR position('"outcome":"locked"'::bytea IN r.value) > 0)
      AND NOT EXISTS (SELECT FROM parked p WHERE p.key = r.key AND p.ended_at IS NULL))

-- name: unmet_first
-- The one receipt whose turn it is, by the same rule; `but` are those that nobody waits for here.
SELECT message_id, value FROM recovered r
WHERE r.topic = %(topic)s AND r.kind = 'Receipt' AND r.met_at IS NULL AND r.value IS NOT NULL
  AND r.message_id <> ALL(%(but)s::text[])
  AND position('"kind":"Lock"'::bytea IN r.value) = 0
  AND NOT EXISTS (SELECT FROM parked p WHERE p.key = r.key AND p.ended_at IS NULL)
ORDER BY r.sequence, r.appended_at, r.part, r.record_offset LIMIT 1

-- name: unmet_answers
-- Every answer that follows from a command or from looking again, by the same rule.
-- What a decision tells others of it comes with its own answer; locks are waited for where something rests on them.
SELECT message_id, part, value FROM recovered r
WHERE r.topic = %s AND r.kind = 'Receipt' AND r.met_at IS NULL AND r.value IS NOT NULL
  AND position('"kind":"Lock"'::bytea IN r.value) = 0 AND position('"kind":"Conflict"'::bytea IN r.value) = 0
ORDER BY r.sequence, r.appended_at, r.part, r.record_offset

-- name: unmet_answer_ids
-- Which receipts are still to come: not those of parked schools, nor what was passed over.
SELECT DISTINCT message_id FROM recovered r
WHERE r.topic = %s AND r.kind = 'Receipt' AND r.met_at IS NULL
  AND NOT EXISTS (SELECT FROM recovered_difference d
                  WHERE (d.topic_id, d.part, d.record_offset) = (r.topic_id, r.part, r.record_offset))
  AND NOT EXISTS (SELECT FROM parked p WHERE p.key = r.key AND p.ended_at IS NULL)

-- name: is_aside
-- Whether a school waits for a person at a stage.
SELECT EXISTS (SELECT FROM parked WHERE stage = %s AND key = %s AND ended_at IS NULL)

-- name: unmet_values
-- Everything of some kinds that the replay has not met yet.
SELECT message_id, value, appended_at FROM recovered
WHERE kind = ANY(%s) AND met_at IS NULL AND value IS NOT NULL ORDER BY appended_at, part, record_offset

-- name: put_sent
-- A message that stands in its topic already: noted with the bytes that were sent then.
INSERT INTO outbox (source_topic, source_part, source_offset, n, topic, key, kind, message_id, value, reference, headers, sent_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: register_ends
-- How far the registers were when the database was read back.
SELECT facts -> 'register_ends' FROM recovery WHERE kind = 'read_back' ORDER BY id DESC LIMIT 1

-- name: register_positions
-- How far the registers are read.
SELECT topic, next_offset FROM position WHERE stage = 'register'

-- name: patiently
-- These transactions touch every message that was ever sent; no worker waits for them.
SET LOCAL statement_timeout = 0

-- name: note_recovery
-- Who, when and why.
INSERT INTO recovery (kind, who, reason, cluster_id, facts) VALUES (%s, %s, %s, %s, %s) RETURNING id

-- name: add_recovered
-- One message that stands in a topic of ours and that no row tells of.
INSERT INTO recovered (recovery_id, topic_id, topic, part, record_offset, message_id, kind, key, value, sha256, headers, appended_at, sequence)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: go_on_behind
-- What is queued from now on comes behind everything that was recovered.
SELECT setval(pg_get_serial_sequence('outbox', 'id'), sequence)
FROM (SELECT max(sequence) AS sequence FROM recovered) AS found
WHERE sequence > (SELECT coalesce(max(id), 0) FROM outbox)

-- name: old_positions
-- Where every stage stood in the log that is gone.
SELECT stage, topic, part, next_offset, cluster_id, topic_id FROM position ORDER BY stage, topic, part FOR UPDATE

-- name: begin_again
-- A new log begins at its first record; whoever held the position is fenced.
UPDATE position SET next_offset = 0, epoch = epoch + 1, cluster_id = %s, topic_id = %s, last_sha256 = NULL, attempt_count = 0
WHERE topic = %s

-- name: queue_again
-- Everything that was ever sent goes into the new log, in its order; receivers know the ids.
UPDATE outbox SET sent_at = NULL

-- name: old_sources
-- Places in the log that is gone carry its topic's id from now on: the new log has offsets of its own.
UPDATE outbox SET source_topic = source_topic || '@' || %(topic_id)s::text WHERE source_topic = %(topic)s

-- name: free_names
-- Only the owner can: the entries are final for everybody else, and again after this transaction.
ALTER TABLE quarantine DISABLE TRIGGER USER;
ALTER TABLE quarantine_action DISABLE TRIGGER USER;
ALTER TABLE quarantine_return DISABLE TRIGGER USER

-- name: fix_names
-- Final again.
ALTER TABLE quarantine ENABLE TRIGGER USER;
ALTER TABLE quarantine_action ENABLE TRIGGER USER;
ALTER TABLE quarantine_return ENABLE TRIGGER USER

-- name: old_quarantine
-- The same for what stands in quarantine.
UPDATE quarantine SET topic = topic || '@' || %(topic_id)s::text WHERE topic = %(topic)s

-- name: old_quarantine_messages
-- And for the messages that tell of it.
UPDATE outbox SET reference = jsonb_set(reference, '{quarantine,1}', to_jsonb(%(topic)s::text || '@' || %(topic_id)s::text)),
                  message_id = replace(message_id, %(topic)s::text || '.', %(topic)s::text || '@' || %(topic_id)s::text || '.')
WHERE reference -> 'quarantine' ->> 1 = %(topic)s

-- name: aside_in_old_log
-- Whose records were set aside and not done: their schools send them again.
SELECT stage, topic, parked_key, count(*) FROM parked_record
WHERE done_at IS NULL AND topic = ANY(%s) GROUP BY stage, topic, parked_key ORDER BY stage, topic, parked_key

-- name: old_parked_records
-- They wait no more: what the new log brings is done instead. Their bytes stay.
UPDATE parked_record SET topic = topic || '@' || %(topic_id)s::text, done_at = coalesce(done_at, now())
WHERE topic = %(topic)s

-- name: old_parked
-- So nothing waits for an operator there any more; who ended it stands beside it.
UPDATE parked SET topic = topic || '@' || %(topic_id)s::text,
                  resume_by = CASE WHEN ended_at IS NULL THEN %(who)s::text ELSE resume_by END,
                  resume_reason = CASE WHEN ended_at IS NULL THEN 'new log: ' || %(reason)s::text ELSE resume_reason END,
                  ended_at = coalesce(ended_at, now())
WHERE topic = %(topic)s
