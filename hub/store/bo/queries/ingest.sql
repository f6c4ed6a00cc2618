-- What ingest knows of one Sở's log, and what it writes.

-- name: one_log_at_a_time
-- All that is decided about one Sở's log is decided in order.
SELECT pg_advisory_xact_lock(hashtext(%s))

-- name: head
-- The newest head.
SELECT tree_size, frontier FROM checkpoint WHERE so = %s ORDER BY tree_size DESC LIMIT 1

-- name: roots_of
-- The roots of earlier heads of these sizes.
SELECT tree_size, root FROM checkpoint WHERE so = %s AND tree_size = ANY(%s)

-- name: manifests
-- The manifests from a place on, and those of these locks.
SELECT lock_id, log_index, statement, signature FROM manifest
WHERE so = %s AND (log_index >= %s OR lock_id = ANY(%s)) ORDER BY log_index

-- name: chunks
-- The chunks of these locks; those of decided locks without their bytes.
SELECT lock_id, n, of, sha256, message FROM staged_chunk WHERE so = %s AND lock_id = ANY(%s)

-- name: waiting_locks
-- Locks that have a manifest but no decision.
SELECT m.lock_id FROM manifest m LEFT JOIN lock l USING (so, lock_id) WHERE m.so = %s AND l.lock_id IS NULL

-- name: records_of
-- Which versions of these records stand already, from whatever lock.
SELECT school, pupil, school_year, period, version FROM document
WHERE (school, school_year) IN (SELECT * FROM unnest(%s::text[], %s::text[]))

-- name: stage_chunk
-- A chunk that waits.
INSERT INTO staged_chunk (so, lock_id, n, of, sha256, message) VALUES (%s, %s, %s, %s, %s, %s)

-- name: add_manifest
-- A manifest that waits for its checkpoint.
INSERT INTO manifest (so, lock_id, log_index, statement, signature) VALUES (%s, %s, %s, %s, %s)

-- name: add_head
-- A head that Bộ has cosigned.
INSERT INTO checkpoint (so, tree_size, root, frontier, text, signature, cosignature, seen_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, to_timestamp(%s))

-- name: add_lock
-- The decision on one lock.
INSERT INTO lock (so, lock_id, log_index, school, school_year, cohort, round_number, count, root, outcome, codes, decided_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, to_timestamp(%s))

-- name: add_pupils
-- Surrogates of pupils seen for the first time.
INSERT INTO pupil (identifier, surrogate) SELECT * FROM unnest(%s::text[], %s::bytea[]) ON CONFLICT DO NOTHING

-- name: copy_documents
-- The transcripts of a promoted lock.
COPY document (so, lock_id, n, document_sha256, leaf_sha256, school, pupil, student_code, school_year, period, version,
               locator, effective_on, document, signatures, leaf) FROM STDIN

-- name: open_conflicts
-- Pupils of this lock whom another school has locked for the same year and period.
INSERT INTO conflict (pupil, school_year, period, schools, opened_at)
SELECT d.pupil, d.school_year, d.period, array_agg(DISTINCT d.school ORDER BY d.school), to_timestamp(%s)
FROM document mine JOIN document d USING (pupil, school_year, period)
WHERE mine.so = %s AND mine.lock_id = %s
GROUP BY d.pupil, d.school_year, d.period HAVING count(DISTINCT d.school) > 1
ON CONFLICT (pupil, school_year, period) DO NOTHING

-- name: release_chunks
-- The lock is decided: its chunks keep only their hashes.
UPDATE staged_chunk SET message = NULL WHERE so = %s AND lock_id = %s

-- name: published
-- The transcripts of a promoted lock in manifest order, for the national stream.
SELECT d.document, d.document_sha256, d.leaf_sha256, d.version, d.effective_on, l.log_index, p.surrogate
FROM document d JOIN lock l USING (so, lock_id) JOIN pupil p ON p.identifier = d.pupil
WHERE d.so = %s AND d.lock_id = %s ORDER BY d.n
