-- Looking at what the Sở has to decide about pupils, and at what it decided.

-- name: look_claimed
-- Pupils whom several schools report for one year and period, or who have several identifiers.
SELECT pupil FROM document WHERE state IN ('open', 'pending', 'held', 'locked')
GROUP BY pupil, school_year, period HAVING count(DISTINCT school) > 1
UNION SELECT pupil FROM conflict_decision
UNION SELECT unnest(ARRAY[former, present]) FROM identity_link

-- name: look_claims
-- What schools have current of these pupils.
SELECT pupil, school_year, period, school, student_code, document_sha256, state, cohort, round_number, appended_at, document
FROM document WHERE pupil = ANY(%s) AND state IN ('open', 'pending', 'held', 'locked')
ORDER BY appended_at, school, document_sha256

-- name: look_rulings
-- What was ruled about these pupils, oldest first.
SELECT c.pupil, c.school_year, c.period, c.school, c.not_of, c.number, c.reason, c.role, c.person, c.decided_at
FROM conflict_decision c JOIN inbox i USING (message_sha256)
WHERE c.pupil = ANY(%s) ORDER BY c.decided_at, i.part, i.record_offset

-- name: look_document
-- The newest version of a transcript by its hash, in whatever state.
SELECT pupil, school, school_year, period, state FROM document WHERE document_sha256 = %s ORDER BY appended_at DESC LIMIT 1

-- name: look_school_of
-- Where a pupil was reported last.
SELECT school, school_year FROM document WHERE pupil = %s ORDER BY appended_at DESC, version DESC LIMIT 1

-- name: look_links
-- Decisions on identifiers, oldest first; of each whether it still counts.
SELECT i.command_id, i.school, l.action, l.former, l.present, encode(l.evidence_sha256, 'hex'), l.number, l.reason, l.role, l.person,
       l.decided_at, encode(l.certificate_sha256, 'hex'),
       l.action <> 'separate' AND NOT EXISTS (
           SELECT FROM identity_link n JOIN inbox o USING (message_sha256) WHERE n.former = l.former
             AND (n.decided_at, o.part, o.record_offset) > (l.decided_at, i.part, i.record_offset))
FROM identity_link l JOIN inbox i USING (message_sha256)
WHERE %(command_id)s::text IS NULL OR i.command_id = %(command_id)s ORDER BY l.decided_at, i.part, i.record_offset
