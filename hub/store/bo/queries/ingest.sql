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

-- name: heads_of
-- The signed texts of the heads of these sizes, and the newest one.
SELECT tree_size, text, signature FROM checkpoint
WHERE so = %(so)s AND (tree_size = ANY(%(sizes)s) OR tree_size = (SELECT max(tree_size) FROM checkpoint WHERE so = %(so)s))

-- name: newest_cosigned
-- The newest head with Bộ's cosignature: the ground of an answer that is given again.
SELECT tree_size, cosignature FROM checkpoint WHERE so = %s ORDER BY tree_size DESC LIMIT 1

-- name: manifests
-- The manifests from a place on, at these places, and those of these locks.
SELECT lock_id, log_index, statement, signature FROM manifest
WHERE so = %(so)s AND (log_index >= %(since)s OR log_index = ANY(%(places)s) OR lock_id = ANY(%(lock_ids)s))
ORDER BY log_index

-- name: requests_of
-- What came beside the manifests of these locks.
SELECT lock_id, statement, signature FROM lock_request WHERE so = %s AND lock_id = ANY(%s) ORDER BY lock_id, n

-- name: requested_from
-- The first place of a Sở's log that came with its request.
SELECT min(m.log_index) FROM lock_request r JOIN manifest m USING (so, lock_id) WHERE r.so = %s

-- name: refused_locks
-- Locks that stand refused, with the attempt that counts.
SELECT lock_id, attempt, codes FROM lock_decided WHERE so = %s AND outcome = 'refused'
  AND lock_id IN (SELECT lock_id FROM lock WHERE so = %s AND outcome = 'refused')

-- name: roster_at_bo
-- The lists of a school's roster that count at a time, class by class; of each the newest version that has begun.
SELECT entry_id, issued_at, payload -> 'pupils' FROM (
    SELECT DISTINCT ON (entry_id) entry_id, issued_at, payload, valid_to FROM register_entry
    WHERE so = %(so)s AND kind = 'roster' AND payload ->> 'school_year' = %(school_year)s
      AND payload ->> 'school' = %(school)s AND valid_from <= %(at)s
    ORDER BY entry_id, version DESC
) newest
WHERE valid_to IS NULL OR valid_to > %(at)s ORDER BY entry_id

-- name: chunks
-- The chunks of these locks; those of decided locks without their bytes.
SELECT lock_id, n, of, sha256, message FROM staged_chunk WHERE so = %s AND lock_id = ANY(%s)

-- name: waiting_locks
-- Locks that have a manifest but no decision.
SELECT m.lock_id FROM manifest m LEFT JOIN lock l USING (so, lock_id) WHERE m.so = %s AND l.lock_id IS NULL

-- name: one_school_at_a_time
-- Two Sở that lock versions of one record in the same moment: the second one sees what the first one let in.
SELECT pg_advisory_xact_lock(hashtext('school ' || school)) FROM (SELECT unnest(%s::text[]) AS school ORDER BY 1) places

-- name: records_of
-- Which versions of these records stand already, from whatever lock; each half has its own index.
SELECT school, pupil, school_year, period, version, FALSE FROM document
WHERE action <> 'UNLOCK' AND (school, school_year) IN (SELECT * FROM unnest(%(schools)s::text[], %(years)s::text[]))
UNION ALL
SELECT school, pupil, school_year, period, version, TRUE FROM document
WHERE action = 'UNLOCK' AND (school, school_year) IN (SELECT * FROM unnest(%(schools)s::text[], %(years)s::text[]))

-- name: standing_of
-- Which version of these records is in force: the one that was let in and not ended.
SELECT d.school, d.pupil, d.school_year, d.period, d.so, d.version, d.leaf_sha256, d.document_sha256 FROM document d
WHERE (d.school, d.school_year) IN (SELECT * FROM unnest(%s::text[], %s::text[])) AND d.action <> 'UNLOCK'
  AND NOT EXISTS (
      SELECT FROM document e WHERE e.action = 'UNLOCK'
        AND (e.school, e.pupil, e.school_year, e.period, e.version) = (d.school, d.pupil, d.school_year, d.period, d.version)
  )

-- name: stage_chunk
-- A chunk that waits.
INSERT INTO staged_chunk (so, lock_id, n, of, sha256, message) VALUES (%s, %s, %s, %s, %s, %s)

-- name: add_manifest
-- A manifest that waits for its checkpoint.
INSERT INTO manifest (so, lock_id, log_index, statement, signature) VALUES (%s, %s, %s, %s, %s)

-- name: add_request
-- The command behind a lock.
INSERT INTO lock_request (so, lock_id, n, statement, signature)
SELECT %(so)s, %(lock_id)s, (SELECT count(*) FROM lock_request WHERE so = %(so)s AND lock_id = %(lock_id)s), %(statement)s,
       %(signature)s

-- name: return_chunk
-- The bytes of a chunk of a refused lock come back.
UPDATE staged_chunk SET message = %s WHERE so = %s AND lock_id = %s AND n = %s

-- name: add_attempt
-- Another decision on a lock that was refused.
INSERT INTO lock_again (so, lock_id, attempt, outcome, codes, decided_at) VALUES (%s, %s, %s, %s, %s, to_timestamp(%s))

-- name: add_fork
-- Two signed texts that cannot both be true.
INSERT INTO fork (so, kind, code, sha256, first_place, first_text, first_signature, second_place, second_text,
                  second_signature, seen_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, to_timestamp(%s)) ON CONFLICT DO NOTHING

-- name: add_head
-- A head that Bộ has cosigned.
INSERT INTO checkpoint (so, tree_size, root, frontier, text, signature, cosignature, seen_at, timestamp_token, stamped_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, to_timestamp(%s), %s, %s)

-- name: add_lock
-- The decision on one lock.
INSERT INTO lock (so, lock_id, log_index, school, school_year, cohort, round_number, count, root, outcome, codes, decided_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, to_timestamp(%s))

-- name: add_pupils
-- Surrogates of pupils seen for the first time.
INSERT INTO pupil (identifier, surrogate) SELECT * FROM unnest(%s::text[], %s::bytea[]) ON CONFLICT DO NOTHING

-- name: add_documents
-- Some transcripts of a promoted lock; COPY does not go into a table with row-level security.
-- Signatures come as one text: they are ASCII, so ¶ stands in none, and it is split in a third of the time that an array's text is read in.
INSERT INTO document (so, lock_id, n, document_sha256, leaf_sha256, school, pupil, student_code, school_year, period, version,
                      locator, effective_on, document, signatures, leaf, action, evidence)
SELECT so, lock_id, n, document_sha256, leaf_sha256, school, pupil, student_code, school_year, period, version, locator,
       effective_on, document, string_to_array(signatures, '¶'), leaf, action, evidence
FROM unnest(%b::text[], %b::bytea[], %b::int4[], %b::bytea[], %b::bytea[], %b::text[], %b::text[], %b::text[], %b::text[],
            %b::text[], %b::int4[], %b::text[], %b::date[], %b::bytea[], %b::text[], %b::bytea[], %b::text[], %b::text[])
     AS row (so, lock_id, n, document_sha256, leaf_sha256, school, pupil, student_code, school_year, period, version, locator,
             effective_on, document, signatures, leaf, action, evidence)

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
-- The transcripts that a promoted lock puts in force, in manifest order, for the national stream.
SELECT d.document, d.document_sha256, d.leaf_sha256, d.version, d.effective_on, l.log_index, p.surrogate, d.signatures
FROM document d JOIN lock l USING (so, lock_id)
LEFT JOIN placement a ON (a.so, a.lock_id, a.n, a.step) = (d.so, d.lock_id, d.n, 0)
JOIN pupil p ON p.identifier = coalesce(a.identifier, d.pupil)
WHERE d.so = %s AND d.lock_id = %s AND d.action <> 'UNLOCK' ORDER BY d.n

-- name: closing
-- The final head of a closed log.
SELECT tree_size, root, successor, text, signature FROM closing WHERE so = %s

-- name: add_closing
-- A final head that Bộ has cosigned.
INSERT INTO closing (so, tree_size, root, successor, text, signature, cosignature, seen_at, timestamp_token, stamped_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, to_timestamp(%s), %s, %s)

-- name: add_acceptance
-- A Sở's receipt for what it locked.
INSERT INTO acceptance (statement_sha256, so, statement, signature, appended_at) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: add_accepted
-- The documents that it accepts.
INSERT INTO accepted_document (document_sha256, statement_sha256) SELECT unnest(%s::bytea[]), %s ON CONFLICT DO NOTHING
