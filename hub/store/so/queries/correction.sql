-- Corrections: what decisions and the lock stage need to know of them, and what they write.

-- name: correction_issuers
-- Whose transcripts these schools have asked to correct, beside their own: closed schools that they succeed.
SELECT DISTINCT issuer, school_year FROM correction WHERE school = ANY(%s) AND issuer <> school

-- name: pupils_of_corrections
-- Whom these corrections are about: their claims are locked first.
SELECT DISTINCT pupil, school_year FROM correction
WHERE (school, correction_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))

-- name: known_corrections
-- Every correction that one of these schools asked for, or that is about its transcripts, in these years.
SELECT c.school, c.correction_id, c.n, c.issuer, c.pupil, c.school_year, c.period, c.base_sha256, c.fields, c.state,
       c.request_message, i.statement_sha256, c.requested_at, c.round_number, c.closes_at
FROM correction c JOIN inbox i ON i.message_sha256 = c.request_message
WHERE (c.school, c.school_year) IN (SELECT * FROM unnest(%(schools)s::text[], %(years)s::text[]))
   OR (c.issuer, c.school_year) IN (SELECT * FROM unnest(%(schools)s::text[], %(years)s::text[]))
ORDER BY c.school, c.correction_id, c.n

-- name: known_correction_steps
-- The steps of the same ones, oldest first.
SELECT s.school, s.correction_id, s.n, s.message_sha256, s.event, s.role, s.person, s.certificate_sha256, s.at, s.reason
FROM correction_step s JOIN correction c USING (school, correction_id, n)
WHERE (c.school, c.school_year) IN (SELECT * FROM unnest(%(schools)s::text[], %(years)s::text[]))
   OR (c.issuer, c.school_year) IN (SELECT * FROM unnest(%(schools)s::text[], %(years)s::text[]))
ORDER BY s.school, s.correction_id, s.n, s.nth

-- name: base_documents
-- The bytes of these transcripts, which a corrected version is compared with.
SELECT DISTINCT ON (school, document_sha256) school, pupil, school_year, period, document_sha256, document
FROM document WHERE (school, document_sha256) IN (SELECT * FROM unnest(%s::text[], %s::bytea[]))
ORDER BY school, document_sha256, version DESC

-- name: add_correction
-- One pupil of a request.
INSERT INTO correction (school, correction_id, n, issuer, pupil, school_year, period, base_sha256, fields, state,
                        request_message, requested_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: move_correction
-- One transition; the approval also gives round and window.
UPDATE correction SET state = %s, round_number = %s, closes_at = %s WHERE school = %s AND correction_id = %s AND n = %s

-- name: set_correction_state
-- One transition that a command of the school did not make.
UPDATE correction SET state = %s WHERE school = %s AND correction_id = %s AND n = %s

-- name: add_correction_step
-- Who made the step, in which command; it is the next one of its row.
INSERT INTO correction_step (message_sha256, school, correction_id, n, event, role, person, certificate_sha256, at, reason, nth)
SELECT %(message)s, %(school)s, %(correction)s, %(n)s, %(event)s, %(role)s, %(person)s, %(certificate)s, %(at)s, %(reason)s,
       (SELECT count(*) FROM correction_step WHERE (school, correction_id, n) = (%(school)s, %(correction)s, %(n)s))

-- name: acting_school
-- Which school acts in a round of corrections: the issuing one, or its successor.
SELECT school FROM correction WHERE issuer = %s AND school_year = %s AND round_number = %s LIMIT 1

-- name: bases_of_round
-- The locked versions that the open ones of a round of corrections take the place of, each with its leaf.
SELECT c.pupil, c.period, d.message_sha256, d.n, d.version, d.document, d.signatures, f.leaf_sha256,
       c.school, c.correction_id, c.n
FROM correction c
JOIN document d ON (d.school, d.pupil, d.school_year, d.period) = (c.issuer, c.pupil, c.school_year, c.period)
 AND d.document_sha256 = c.base_sha256 AND d.state = 'locked'
JOIN leaf f ON f.message_sha256 = d.message_sha256 AND f.document_n = d.n AND f.action <> 'UNLOCK'
WHERE c.issuer = %s AND c.school_year = %s AND c.round_number = %s AND c.state = 'resubmitted'

-- name: supersede_documents
-- What a lock unlocks gives way to what it locks.
UPDATE document SET state = 'superseded' FROM leaf
WHERE leaf.lock_id = %s AND leaf.action = 'UNLOCK'
  AND document.message_sha256 = leaf.message_sha256 AND document.n = leaf.document_n

-- name: is_corrected
-- Whether a document came into the round of a correction.
SELECT cohort = 'correction' FROM document WHERE message_sha256 = %s AND n = %s

-- name: correction_of_document
-- The correction whose window a document came through and left again.
SELECT c.school, c.correction_id, c.n FROM correction c
JOIN document d ON (d.school, d.pupil, d.school_year, d.period) = (c.issuer, c.pupil, c.school_year, c.period)
 AND d.cohort = 'correction' AND d.round_number = c.round_number
WHERE d.message_sha256 = %s AND d.n = %s AND c.state = 'resubmitted'

-- name: windows_due
-- Corrections that still wait although their window has closed, by pages.
SELECT DISTINCT c.school, c.correction_id, c.school_year, c.closes_at
FROM correction c WHERE c.state = 'approved' AND c.closes_at <= %s AND (c.school, c.correction_id) > (%s, %s)
ORDER BY c.school, c.correction_id LIMIT %s

-- name: window_attempts
-- How often the closing of a window was answered, authentic or not; how often it was refused, and when last.
-- An answered id is of no more use; a version may be recalled after the first closing.
SELECT count(*), count(*) FILTER (WHERE outcome = 'refused'), max(appended_at) FILTER (WHERE outcome = 'refused')
FROM inbox WHERE school = %s AND kind = 'WindowClosed' AND starts_with(command_id, %s)

-- name: window_announced
-- Whether that command is on its way, or was answered already.
SELECT EXISTS (SELECT FROM outbox WHERE kind = 'WindowClosed' AND message_id = %(command_id)s AND key = %(key)s)
    OR EXISTS (SELECT FROM inbox WHERE school = %(school)s AND command_id = %(command_id)s AND holds_id)

-- name: window_moment
-- The clock by which windows close.
SELECT now()

-- name: close_windows
-- One scheduler at a time.
SELECT pg_advisory_xact_lock(hashtext('windows'))
