-- What the audit reads of Bộ's database.

-- name: bo_locks
-- Every decided lock of one Sở, with its manifest.
SELECT l.lock_id, l.school, l.school_year, l.cohort, l.round_number, l.count, l.root, l.log_index, m.statement, l.outcome,
       m.signature
FROM lock l LEFT JOIN manifest m USING (so, lock_id) WHERE l.so = %s ORDER BY l.lock_id

-- name: bo_documents
-- What Bộ has of one Sở.
SELECT lock_id, n, document_sha256, leaf_sha256, school, pupil, student_code, school_year, period, version, locator,
       effective_on, document, signatures, leaf
FROM document WHERE so = %s ORDER BY lock_id, n

-- name: bo_heads
-- The heads that Bộ cosigned.
SELECT tree_size, root, frontier, text, signature, cosignature FROM checkpoint WHERE so = %s ORDER BY tree_size

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
SELECT d.so, d.lock_id, d.leaf_sha256, d.document_sha256, d.version, d.effective_on, l.log_index, d.document, d.pupil
FROM document d JOIN lock l USING (so, lock_id) ORDER BY d.so, d.lock_id, d.n

-- name: staged
-- Chunks and manifests that came from one Sở.
SELECT 'LockedChunk', lock_id, n::bigint FROM staged_chunk WHERE so = %s
UNION ALL SELECT 'LockManifest', lock_id, log_index FROM manifest WHERE so = %s
