-- Persons with several identifiers: their links, and under whose key their transcripts stand in the national stream.

-- name: links_stay
-- While links may change nobody promotes a lock, and the other way round.
SELECT pg_advisory_xact_lock_shared(hashtext('identity'))

-- name: links_change
-- The same lock for the one who takes a link in.
SELECT pg_advisory_xact_lock(hashtext('identity'))

-- name: add_link
-- A link, once; it came again when there is no row.
INSERT INTO identity_link (statement_sha256, so, action, former, present, statement, signature, appended_at, record_offset)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING statement_sha256

-- name: links_of
-- The links that stand among these identifiers and all that were ever linked with them.
-- Of one Sở the place in its locked topic orders them, as the Sở itself did; between several Sở the time of each one's
-- last word.
WITH RECURSIVE near (identifier) AS (
    SELECT unnest(%s::text[])
    UNION
    SELECT CASE WHEN l.former = n.identifier THEN l.present ELSE l.former END
    FROM near n JOIN identity_link l ON l.former = n.identifier OR l.present = n.identifier
)
SELECT former, present FROM (
    SELECT DISTINCT ON (former) former, present, action FROM identity_link
    WHERE former IN (SELECT identifier FROM near)
    ORDER BY former, max(appended_at) OVER (PARTITION BY former, so) DESC, so DESC, record_offset DESC NULLS LAST,
             appended_at DESC, statement_sha256 DESC
) newest WHERE action <> 'separate'

-- name: linked_in_lock
-- Pupils of a lock who have, or had, another identifier.
SELECT DISTINCT d.pupil FROM document d JOIN identity_link l ON d.pupil IN (l.former, l.present)
WHERE d.so = %s AND d.lock_id = %s

-- name: placed
-- Every published transcript of these pupils, and under whose key it stands.
SELECT d.so, d.lock_id, d.n, d.pupil, d.school, d.school_year, d.period, d.version,
       coalesce(p.identifier, d.pupil), coalesce(p.step, 0)
FROM document d
LEFT JOIN LATERAL (
    SELECT identifier, step FROM placement p WHERE (p.so, p.lock_id, p.n) = (d.so, d.lock_id, d.n)
    ORDER BY step DESC LIMIT 1
) p ON true
WHERE d.pupil = ANY(%s) AND d.action <> 'UNLOCK' ORDER BY d.school_year, d.period, d.school, d.version, d.so, d.lock_id, d.n

-- name: add_placement
-- From now on a transcript stands under this identifier's key.
INSERT INTO placement (so, lock_id, n, step, cause, identifier, before, emptied) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)

-- name: open_conflict
-- A person locked by several schools under several identifiers.
INSERT INTO conflict (pupil, school_year, period, schools, opened_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (pupil, school_year, period) DO NOTHING

-- name: moved
-- One transcript that a link moved, with the surrogates of its new and its former key.
SELECT d.document, d.document_sha256, d.leaf_sha256, d.version, d.effective_on, l.log_index, new.surrogate,
       d.signatures, old.surrogate, p.emptied
FROM placement p JOIN document d USING (so, lock_id, n) JOIN lock l USING (so, lock_id)
JOIN pupil new ON new.identifier = p.identifier JOIN pupil old ON old.identifier = p.before
WHERE p.so = %s AND p.lock_id = %s AND p.n = %s AND p.step = %s

-- name: look_conflicts
-- Persons locked by several schools, oldest first.
SELECT pupil, school_year, period, schools, opened_at FROM conflict ORDER BY opened_at, pupil, school_year, period

-- name: look_locked
-- What is locked of these pupils.
SELECT pupil, school_year, period, school, student_code, document_sha256, 'locked', l.cohort, l.round_number, l.decided_at,
       d.document
FROM document d JOIN lock l USING (so, lock_id, school, school_year)
WHERE d.pupil = ANY(%s) AND d.action <> 'UNLOCK' ORDER BY l.decided_at, d.school, d.document_sha256
