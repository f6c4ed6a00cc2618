-- Reconciling: what Sở locked, lock by lock; and the nightly check of every stored row.

-- name: lock_schools
-- The schools that have locked anything.
SELECT DISTINCT school FROM lock ORDER BY school

-- name: locks_of_school
-- The locks of one school, each with Bộ's answer if it has come.
SELECT l.lock_id, l.school, l.school_year, l.cohort, l.round_number, l.count, l.root, l.effective_on, l.manifest,
       l.signature, l.locked_at, l.log_index, r.outcome
FROM lock l LEFT JOIN bo_answer r USING (lock_id) WHERE l.school = %s
ORDER BY l.school_year, l.cohort, l.round_number, l.lock_id

-- name: locks_known
-- Which of these locks there are.
SELECT lock_id FROM lock WHERE lock_id = ANY(%s)

-- name: locked_rows
-- Every leaf of a lock with its document, in the order of the manifest.
SELECT f.n, d.document, d.signatures, f.leaf, f.leaf_sha256, d.document_sha256, d.envelope_sha256, d.school, d.pupil,
       d.student_code, d.school_year, d.period, d.version, f.locator, NULL::date, d.state, f.message_sha256, f.document_n,
       d.evidence
FROM leaf f LEFT JOIN document d ON (d.message_sha256, d.n) = (f.message_sha256, f.document_n)
WHERE f.lock_id = %s ORDER BY f.n

-- name: locked_without_leaf
-- Documents of a round that are locked by their state and have no leaf.
SELECT NULL, d.document, d.signatures, NULL, NULL, d.document_sha256, d.envelope_sha256, d.school, d.pupil,
       d.student_code, d.school_year, d.period, d.version, NULL, NULL::date, d.state, d.message_sha256, d.n
FROM document d
WHERE (d.school, d.school_year, d.cohort, d.round_number) = (%s, %s, %s, %s) AND d.state IN ('locked', 'superseded')
  AND NOT EXISTS (SELECT FROM leaf f WHERE (f.message_sha256, f.document_n) = (d.message_sha256, d.n))
ORDER BY d.message_sha256, d.n

-- name: locked_document
-- One locked document, to tell what the national stream must say of it.
SELECT d.document FROM leaf f JOIN document d ON (d.message_sha256, d.n) = (f.message_sha256, f.document_n)
WHERE f.lock_id = %s AND f.n = %s

-- name: request_of_hash
-- The command that a manifest names as its ground.
SELECT kind, statement FROM inbox WHERE statement_sha256 = %s AND holds_id ORDER BY record_offset LIMIT 1

-- name: locks_in_log_order
-- Every lock, in the order of the log; those without a place last.
SELECT l.lock_id, l.school, l.school_year, l.cohort, l.round_number, l.count, l.root, l.effective_on, l.manifest,
       l.signature, l.locked_at, l.log_index, r.outcome
FROM lock l LEFT JOIN bo_answer r USING (lock_id) ORDER BY l.log_index NULLS LAST, l.lock_id

-- name: heads_in_order
-- Every head of the log; behind the newest the final one, where the log has ended.
SELECT tree_size, root, frontier, text, signature, made_at, NULL, timestamp_token, NULL::timestamptz, NULL FROM checkpoint
UNION ALL
SELECT c.tree_size, c.root, coalesce((SELECT k.frontier FROM checkpoint k WHERE k.tree_size = c.tree_size), '{}'), c.text,
       c.signature, c.made_at, NULL, c.timestamp_token, NULL, c.successor FROM closing c
ORDER BY 1, 10 NULLS FIRST

-- name: heads_told
-- The sizes of the heads that were sent, with the messages, and which of them was the final one of a closed log.
SELECT split_part(message_id, '/', 1)::bigint, value, split_part(message_id, '/', 2) = 'closed' FROM outbox
WHERE kind = 'Checkpoint' AND message_id ~ '^[0-9]{1,18}(/closed)?$'

-- name: rounds_without_lock
-- Rounds that are locked by their state and have no lock, or one of another round.
SELECT r.school, r.school_year, r.cohort, r.number FROM round r
LEFT JOIN lock l ON l.lock_id = r.lock_id
    AND (l.school, l.school_year, l.cohort, l.round_number) = (r.school, r.school_year, r.cohort, r.number)
WHERE r.state = 'locked' AND l.lock_id IS NULL

-- name: locks_without_round
-- Locks whose round is not locked, or locked by another lock.
SELECT l.lock_id FROM lock l
LEFT JOIN round r ON (l.school, l.school_year, l.cohort, l.round_number) = (r.school, r.school_year, r.cohort, r.number)
    AND r.lock_id = l.lock_id AND r.state = 'locked'
WHERE r.school IS NULL

-- name: leafless
-- Documents that are locked by their state and have no leaf, wherever they are.
SELECT d.message_sha256, d.n FROM document d
WHERE d.state IN ('locked', 'superseded')
  AND NOT EXISTS (SELECT FROM leaf f WHERE (f.message_sha256, f.document_n) = (d.message_sha256, d.n))

-- name: answers_of_bo
-- Bộ's answers with what they are about.
SELECT r.lock_id, r.outcome, r.statement, r.signature, r.cosignature, l.root, l.log_index, l.locked_at
FROM ingest_receipt r JOIN lock l USING (lock_id)

-- name: commands_kept
-- Every command with the hash of its statement.
SELECT message_sha256, statement, statement_sha256 FROM inbox
