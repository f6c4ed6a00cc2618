-- Look-up slips at the Sở: who may issue one, and what was issued.

-- name: pupil_of_slip
-- Whose học bạ a locator finds.
SELECT pupil FROM locator WHERE locator = %s

-- name: locked_codes
-- The newest locked transcript of a person at each school, the newest of all first.
SELECT school, student_code FROM (
    SELECT DISTINCT ON (school) school, student_code, school_year, period, appended_at, document_sha256 FROM document
    WHERE pupil = ANY(%s) AND state IN ('locked', 'superseded')
    ORDER BY school, school_year DESC, period DESC, appended_at DESC, document_sha256
) newest ORDER BY school_year DESC, period DESC, appended_at DESC, document_sha256

-- name: locator_of_student
-- The locator of the pupil whom a school knows under a code, from the newest document.
SELECT l.locator FROM document d JOIN locator l USING (pupil)
WHERE d.school = %s AND d.student_code = %s ORDER BY d.school_year DESC, d.appended_at DESC LIMIT 1

-- name: look_slips
-- The slips that a school issued, or had issued, newest first.
SELECT command_id, statement, outcome, codes, person, appended_at FROM inbox
WHERE kind = 'SlipIssue' AND school = %s ORDER BY appended_at DESC, record_offset DESC
