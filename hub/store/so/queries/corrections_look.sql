-- Looking at corrections (đính chính): who asked for what, how far it is, and what came of it.

-- name: look_corrections
-- Corrections with each of their pupils: the version that they start from, and the newest one of their round.
SELECT c.school, c.correction_id, c.n, c.issuer, c.pupil, c.school_year, c.period, c.base_sha256, c.fields, c.state,
       c.round_number, c.closes_at, c.requested_at, i.statement,
       b.student_code, b.version, b.log_index, r.document_sha256, r.version, r.state, r.appended_at, r.log_index
FROM correction c
JOIN inbox i ON i.message_sha256 = c.request_message
LEFT JOIN LATERAL (
    SELECT d.student_code, d.version, l.log_index
    FROM document d
    LEFT JOIN leaf f ON f.message_sha256 = d.message_sha256 AND f.document_n = d.n AND f.action <> 'UNLOCK'
    LEFT JOIN lock l USING (lock_id)
    WHERE (d.school, d.pupil, d.school_year, d.period) = (c.issuer, c.pupil, c.school_year, c.period)
      AND d.document_sha256 = c.base_sha256
    ORDER BY d.version DESC LIMIT 1
) b ON true
LEFT JOIN LATERAL (
    SELECT d.document_sha256, d.version, d.state, d.appended_at, l.log_index
    FROM document d
    LEFT JOIN leaf f ON f.message_sha256 = d.message_sha256 AND f.document_n = d.n AND f.action <> 'UNLOCK'
    LEFT JOIN lock l USING (lock_id)
    WHERE (d.school, d.pupil, d.school_year, d.period) = (c.issuer, c.pupil, c.school_year, c.period)
      AND d.cohort = 'correction' AND d.round_number = c.round_number
    ORDER BY d.version DESC LIMIT 1
) r ON true
WHERE (%(school)s::text IS NULL OR %(school)s IN (c.school, c.issuer))
  AND (%(school_year)s::text IS NULL OR c.school_year = %(school_year)s)
  AND (%(correction)s::text IS NULL OR c.correction_id = %(correction)s)
ORDER BY c.requested_at, c.school, c.correction_id, c.n

-- name: look_correction_steps
-- Every step of these corrections, oldest first.
SELECT s.school, s.correction_id, s.n, s.event, s.role, s.person, s.certificate_sha256, s.at, s.reason, s.message_sha256
FROM correction_step s
WHERE (s.school, s.correction_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
ORDER BY s.nth, s.at, s.n

-- name: look_correction_request
-- The request of that id, as it was signed.
SELECT statement FROM inbox
WHERE school = %s AND command_id = %s AND holds_id AND kind = 'CorrectionRequest' AND outcome = 'accepted'

-- name: look_documents
-- The transcripts of a school with these hashes, each with its state.
SELECT DISTINCT ON (document_sha256) document_sha256, document, state FROM document
WHERE school = %s AND document_sha256 = ANY(%s) ORDER BY document_sha256, version DESC

-- name: look_changed_versions
-- Versions of a year that took the place of an earlier one, each beside the one before it; what was locked, with its place.
SELECT n.school, n.cohort, n.round_number, n.version, n.state, n.appended_at, n.document_sha256, n.document, nl.log_index,
       o.document_sha256, o.document, ol.log_index, c.correction_id, c.closes_at
FROM document n
JOIN LATERAL (
    SELECT p.message_sha256, p.n, p.document_sha256, p.document FROM document p
    WHERE (p.school, p.pupil, p.school_year, p.period) = (n.school, n.pupil, n.school_year, n.period)
      AND p.version < n.version AND p.state IN ('replaced', 'locked', 'superseded')
      AND (n.cohort <> 'correction' OR p.state <> 'replaced')
    ORDER BY p.version DESC LIMIT 1
) o ON true
LEFT JOIN leaf nf ON nf.message_sha256 = n.message_sha256 AND nf.document_n = n.n AND nf.action <> 'UNLOCK'
LEFT JOIN lock nl ON nl.lock_id = nf.lock_id
LEFT JOIN leaf lf ON lf.message_sha256 = o.message_sha256 AND lf.document_n = o.n AND lf.action <> 'UNLOCK'
LEFT JOIN lock ol ON ol.lock_id = lf.lock_id
LEFT JOIN correction c ON n.cohort = 'correction' AND c.round_number = n.round_number
  AND (c.issuer, c.pupil, c.school_year, c.period) = (n.school, n.pupil, n.school_year, n.period)
WHERE n.school_year = %(school_year)s AND n.version > 1 AND n.state <> 'refused'
ORDER BY n.school, n.appended_at, n.document_sha256
