-- What the audit reads of a Sở's database.

-- name: inbox_places
-- Which record each command came from.
SELECT message_sha256, part, record_offset, school, command_id, statement_sha256, holds_id, transcript_count, appended_at
FROM inbox ORDER BY message_sha256

-- name: outcomes
-- Every command with the outcomes of its transcripts, and what its receipt told.
SELECT i.message_sha256, i.transcript_count, i.outcome, i.receipt, o.numbers, o.hashes, o.outcomes
FROM inbox i LEFT JOIN LATERAL (
    SELECT array_agg(n ORDER BY n) AS numbers, array_agg(document_sha256 ORDER BY n) AS hashes,
           array_agg(outcome ORDER BY n) AS outcomes
    FROM (SELECT n, document_sha256, 'accepted' AS outcome FROM document d WHERE d.message_sha256 = i.message_sha256
          UNION ALL
          SELECT n, document_sha256, outcome FROM answer a WHERE a.message_sha256 = i.message_sha256) every
) o ON true
ORDER BY i.message_sha256

-- name: accepting_commands
-- Submissions of which something was accepted, with their receipt, and the states of what they brought.
SELECT i.school, i.statement, i.receipt, d.numbers, d.states
FROM inbox i LEFT JOIN LATERAL (
    SELECT array_agg(n ORDER BY n) AS numbers, array_agg(state ORDER BY n) AS states
    FROM document d WHERE d.message_sha256 = i.message_sha256
) d ON true
WHERE i.kind = 'Submission' AND i.outcome <> 'refused' ORDER BY i.message_sha256

-- name: documents_by_round
-- How many documents stand in which state in each round.
SELECT school, school_year, cohort, round_number, state, count(*) FROM document GROUP BY 1, 2, 3, 4, 5

-- name: locks_by_round
-- How many transcripts each lock says it covers.
SELECT lock_id, school, school_year, cohort, round_number, count FROM lock ORDER BY lock_id

-- name: records
-- Every record with its versions; named by the hash of its first one, because its key would name the pupil.
SELECT (array_agg(document_sha256 ORDER BY version))[1], min(version), max(version), count(*), count(DISTINCT version),
       count(*) FILTER (WHERE state IN ('open', 'pending', 'held', 'locked')),
       max(version) FILTER (WHERE state IN ('open', 'pending', 'held', 'locked'))
FROM document GROUP BY school, pupil, school_year, period

-- name: transitions
-- What the database lets through.
SELECT machine, from_state, to_state FROM transition

-- name: states
-- Every document with the state of its round and the lock of its leaf.
SELECT d.document_sha256, d.school, d.state, f.lock_id, r.state, r.lock_id
FROM document d
JOIN round r ON (r.school, r.school_year, r.cohort, r.number) = (d.school, d.school_year, d.cohort, d.round_number)
LEFT JOIN leaf f ON f.message_sha256 = d.message_sha256 AND f.document_n = d.n

-- name: replaced
-- Replaced documents with the next version of the same record.
SELECT d.document_sha256, s.document FROM document d
LEFT JOIN document s ON (s.school, s.pupil, s.school_year, s.period) = (d.school, d.pupil, d.school_year, d.period)
  AND s.version = d.version + 1
WHERE d.state = 'replaced'

-- name: claims
-- Held documents, and open ones of pupils whom another school claims, with how many other schools do.
SELECT document_sha256, school, state, others FROM (
    SELECT d.document_sha256, d.school, d.state,
           (SELECT count(DISTINCT o.school) FROM document o
            WHERE (o.pupil, o.school_year, o.period) = (d.pupil, d.school_year, d.period) AND o.school <> d.school
              AND o.state IN ('open', 'pending', 'held', 'locked')) AS others
    FROM document d WHERE d.state IN ('held', 'open')
) claimed WHERE state = 'held' OR others > 0

-- name: recalled
-- Recalled documents.
SELECT school, document_sha256 FROM document WHERE state = 'recalled'

-- name: orders
-- Accepted recalls and lock requests.
SELECT kind, school, statement, statement_sha256 FROM inbox WHERE kind <> 'Submission' AND outcome = 'accepted'

-- name: rounds
-- Rounds and locks side by side.
SELECT r.school, r.school_year, r.cohort, r.number, r.state, r.lock_id, l.lock_id, l.school
FROM round r FULL JOIN lock l
  ON (l.school, l.school_year, l.cohort, l.round_number) = (r.school, r.school_year, r.cohort, r.number)

-- name: commands
-- Every command as it was signed.
SELECT message_sha256, kind, school, command_id, statement, signature, statement_sha256, holds_id
FROM inbox ORDER BY message_sha256

-- name: documents
-- Every accepted document as it was signed.
SELECT message_sha256, n, document_sha256, envelope_sha256, school, pupil, student_code, school_year, period,
       document, signatures
FROM document ORDER BY message_sha256, n

-- name: inbox_receipts
-- The receipt of each command.
SELECT receipt_id, message_sha256, school, receipt FROM inbox ORDER BY message_sha256

-- name: lock_receipts
-- What must have been told about each lock.
SELECT l.lock_id, l.school, l.root, r.outcome FROM lock l LEFT JOIN ingest_receipt r USING (lock_id) ORDER BY l.lock_id

-- name: locks
-- Every lock with its manifest.
SELECT lock_id, school, school_year, cohort, round_number, count, root, effective_on, manifest, signature, log_index
FROM lock ORDER BY lock_id

-- name: leaves
-- Every leaf with the document and the locator that it speaks of.
SELECT f.lock_id, f.n, f.leaf_sha256, f.leaf, f.locator, lo.pupil, d.document_sha256, d.envelope_sha256, d.pupil, d.school,
       d.school_year, d.period, d.version, d.cohort, d.round_number
FROM leaf f
LEFT JOIN document d ON d.message_sha256 = f.message_sha256 AND d.n = f.document_n
LEFT JOIN locator lo ON lo.locator = f.locator
ORDER BY f.lock_id, f.n

-- name: manifests_in_order
-- The leaves of the log.
SELECT lock_id, log_index, manifest FROM lock ORDER BY log_index NULLS LAST, lock_id

-- name: heads
-- The heads of the log.
SELECT tree_size, root, frontier, text, signature FROM checkpoint ORDER BY tree_size

-- name: locked_documents
-- What a Sở locked, in the order of the manifests.
SELECT f.lock_id, f.n, d.document_sha256, f.leaf_sha256, d.school, d.pupil, d.student_code, d.school_year, d.period,
       d.version, f.locator, l.effective_on, d.document, d.signatures, f.leaf
FROM leaf f JOIN lock l USING (lock_id)
JOIN document d ON d.message_sha256 = f.message_sha256 AND d.n = f.document_n
ORDER BY f.lock_id, f.n

-- name: answered_locks
-- Every lock with Bộ's answer.
SELECT l.lock_id, l.school, l.school_year, l.cohort, l.round_number, l.count, l.root, l.log_index, l.manifest,
       r.outcome, r.statement, r.signature, r.cosignature
FROM lock l LEFT JOIN ingest_receipt r USING (lock_id) ORDER BY l.lock_id

-- name: chunk_rows
-- The rows that one chunk must carry.
SELECT d.document, d.signatures, f.leaf FROM leaf f
JOIN document d ON d.message_sha256 = f.message_sha256 AND d.n = f.document_n
WHERE f.lock_id = %s AND f.n >= %s AND f.n < %s ORDER BY f.n

-- name: receipt_of
-- The receipt that a reference means.
SELECT school, receipt_id, receipt FROM inbox WHERE message_sha256 = %s
