-- What the audit reads of Bộ's database.

-- name: bo_locks
-- Every decided lock of one Sở, by the last decision, with its manifest.
SELECT l.lock_id, l.school, l.school_year, l.cohort, l.round_number, l.count, l.root, l.log_index, m.statement, l.outcome,
       m.signature
FROM lock_decided l LEFT JOIN manifest m USING (so, lock_id) WHERE l.so = %s ORDER BY l.lock_id

-- name: bo_documents
-- What Bộ has of one Sở.
SELECT lock_id, n, document_sha256, leaf_sha256, school, pupil, student_code, school_year, period, version, locator,
       effective_on, document, signatures, leaf, action
FROM document WHERE so = %s ORDER BY lock_id, n

-- name: bo_heads
-- The heads that Bộ cosigned.
SELECT tree_size, root, frontier, text, signature, timestamp_token, cosignature
FROM checkpoint WHERE so = %s ORDER BY tree_size

-- name: bo_counts
-- How many transcripts Bộ has of each lock.
SELECT lock_id, count(*) FROM document WHERE so = %s GROUP BY lock_id

-- name: unopened_conflicts
-- Pupils locked by two schools for one period without an open conflict.
SELECT min(encode(d.document_sha256, 'hex')) FROM document d
LEFT JOIN conflict c USING (pupil, school_year, period)
WHERE c.pupil IS NULL GROUP BY d.pupil, d.school_year, d.period HAVING count(DISTINCT d.school) > 1

-- name: published
-- What the national stream must say.
SELECT d.so, d.lock_id, d.leaf_sha256, d.document_sha256, d.version, d.effective_on, l.log_index, d.document, d.pupil,
       d.signatures
FROM document d JOIN lock l USING (so, lock_id) WHERE d.action <> 'UNLOCK' ORDER BY d.so, d.lock_id, d.n

-- name: manifest_places
-- Where each lock stands in a Sở's log.
SELECT so, lock_id, log_index FROM manifest WHERE so = %s

-- name: lock_requests
-- Every ingested lock with what was asked for, newest request last.
SELECT l.lock_id, l.school, l.school_year, l.cohort, l.round_number, m.statement,
       array_agg(r.statement ORDER BY r.n), array_agg(r.signature ORDER BY r.n),
       (SELECT array_agg(d.document_sha256 ORDER BY d.document_sha256) FROM document d
        WHERE (d.so, d.lock_id) = (l.so, l.lock_id) AND d.action <> 'UNLOCK')
FROM lock_decided l JOIN manifest m USING (so, lock_id) LEFT JOIN lock_request r USING (so, lock_id)
WHERE l.so = %s AND l.outcome = 'ingested'
GROUP BY l.so, l.lock_id, l.school, l.school_year, l.cohort, l.round_number, m.statement ORDER BY l.lock_id

-- name: forks
-- Pairs of texts that one Sở signed and that cannot both be true.
SELECT kind, first_place, second_place FROM fork WHERE so = %s ORDER BY id

-- name: bo_links
-- Every link that Bộ took in.
SELECT so, statement, signature, action, former, present FROM identity_link ORDER BY so, statement_sha256

-- name: bo_acceptances
-- The hashes of the receipts that came with locks.
SELECT statement_sha256 FROM acceptance WHERE so = %s

-- name: national_links
-- Which identifiers name one person, in the order in which they count.
SELECT former, present, action FROM identity_link
ORDER BY max(appended_at) OVER (PARTITION BY former, so), so, record_offset NULLS FIRST, appended_at, statement_sha256

-- name: person_documents
-- What pupils with several identifiers have locked, and where Bộ opened a conflict.
SELECT DISTINCT d.pupil, d.school_year, d.period, d.school, d.document_sha256
FROM document d JOIN identity_link l ON d.pupil IN (l.former, l.present) WHERE d.action <> 'UNLOCK'

-- name: conflicts
-- Every conflict that Bộ opened.
SELECT pupil, school_year, period FROM conflict

-- name: staged
-- Chunks and manifests that came from one Sở.
SELECT 'LockedChunk', lock_id, n::bigint FROM staged_chunk WHERE so = %s
UNION ALL SELECT 'LockManifest', lock_id, log_index FROM manifest WHERE so = %s

-- name: graded_transcripts
-- Every transcript with the signatures from which its grade of evidence follows, and where it is repeated.
SELECT so, lock_id, n, leaf_sha256, signatures, evidence, leaf FROM document ORDER BY so, lock_id, n

-- name: bo_closing
-- The final head of a closed log, as Bộ cosigned it.
SELECT tree_size, root, successor, text, timestamp_token, cosignature FROM closing WHERE so = %s

-- name: bo_slips
-- Every look-up slip that Bộ took in.
SELECT so, statement_sha256, locator, school, appended_at, record_offset, commitment_hmac FROM slip ORDER BY so, statement_sha256

-- name: bo_transfers
-- Every transfer with what its steps must explain.
SELECT transfer_id, group_id, state, delivery, acknowledged_delivery, documents, count, root FROM transfer ORDER BY transfer_id

-- name: bo_transfer_steps
-- Every step in the order of decision.
SELECT statement_sha256, transfer_id, so, kind, outcome, state, statement, signature FROM transfer_step ORDER BY place

-- name: bo_transfer_sealed
-- Every document that was sealed for a transfer, in whichever delivery.
SELECT DISTINCT transfer_id, document_sha256 FROM transfer_document

-- name: bo_transfer_sent
-- Every sealed document: through which Sở, and its place.
SELECT t.receiving_so, d.transfer_id, t.receiving, d.delivery, d.n, d.document_sha256
FROM transfer_document d JOIN transfer t USING (transfer_id)

-- name: bo_transfer_notices
-- Which school was told how often.
SELECT transfer_id, so, school, n FROM transfer_notice
