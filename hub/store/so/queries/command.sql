-- What validate needs to know, under locks taken in sorted order, and what it writes.

-- name: open_rounds
-- A round exists from the first submission that names it.
INSERT INTO round (school, school_year, cohort, number, state)
SELECT school, school_year, cohort, number, 'open'
FROM unnest(%s::text[], %s::text[], %s::text[], %s::integer[]) AS wanted (school, school_year, cohort, number)
ORDER BY 1, 2, 3, 4
ON CONFLICT DO NOTHING

-- name: rounds_for_share
-- Commands other than a lock only need the round to stay as it is.
SELECT school, school_year, cohort, number, state, closing_at, closed_by FROM round
WHERE (school, school_year) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
ORDER BY 1, 2, 3, 4 FOR SHARE

-- name: rounds_for_update
-- A lock request closes the round in the transaction that accepts it; an approval takes the next number.
SELECT school, school_year, cohort, number, state, closing_at, closed_by FROM round
WHERE (school, school_year) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
ORDER BY 1, 2, 3, 4 FOR UPDATE

-- name: claims
-- One row a pupil and year, locked in sorted order: two schools that report one pupil are decided one after the other.
INSERT INTO claim (pupil, school_year)
SELECT pupil, school_year FROM unnest(%s::text[], %s::text[]) AS wanted (pupil, school_year) ORDER BY 1, 2
ON CONFLICT (pupil, school_year) DO UPDATE SET touched = claim.touched + 1

-- name: known_commands
-- Earlier commands under the same ids, and earlier copies of the same messages.
SELECT school, command_id, message_sha256, statement_sha256, holds_id FROM inbox
WHERE message_sha256 = ANY(%s::bytea[])
   OR (holds_id AND (school, command_id) IN (SELECT * FROM unnest(%s::text[], %s::text[])))

-- name: known_of_pupils
-- Every version of the records of these pupils and years, of all schools.
SELECT message_sha256, n, document_sha256, school, pupil, school_year, period, cohort, round_number, version, state, evidence
FROM document WHERE (pupil, school_year) IN (SELECT * FROM unnest(%s::text[], %s::text[]))

-- name: pupils_of_hashes
-- Whose documents a recall names: their claims are locked first.
SELECT DISTINCT pupil, school_year FROM document
WHERE (school, document_sha256) IN (SELECT * FROM unnest(%s::text[], %s::bytea[]))

-- name: known_of_rounds
-- All documents of the rounds that a lock request names.
SELECT message_sha256, n, document_sha256, school, pupil, school_year, period, cohort, round_number, version, state, evidence
FROM document
WHERE (school, school_year, cohort, round_number) IN (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::integer[]))

-- name: known_of_school_years
-- Every document of these schools and years: what a lock request leaves out is seen beside the roster.
SELECT message_sha256, n, document_sha256, school, pupil, school_year, period, cohort, round_number, version, state, evidence
FROM document WHERE (school, school_year) IN (SELECT * FROM unnest(%s::text[], %s::text[]))

-- name: signatures_of_rounds
-- The signatures of what stands open in those rounds, to judge their revocation again.
SELECT message_sha256, n, signatures FROM document
WHERE (school, school_year, cohort, round_number) IN (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::integer[]))
  AND state IN ('open', 'held')

-- name: add_command
-- One row for each distinct command.
INSERT INTO inbox (message_sha256, topic, part, record_offset, school, command_id, kind, statement, signature,
                   statement_sha256, holds_id, outcome, codes, transcript_count, register_version, appended_at,
                   receipt_id, receipt, school_year, cohort, round_number, person)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: add_answer
-- The outcome of a transcript that was not accepted.
INSERT INTO answer (message_sha256, n, document_sha256, outcome, codes) VALUES (%s, %s, %s, %s, %s)

-- name: add_source
-- The source of a sealed transcript, once: the same bytes may come again.
INSERT INTO source_document (sha256, data, message_sha256) VALUES (%s, %s, %s) ON CONFLICT (sha256) DO NOTHING

-- name: copy_documents
-- Accepted transcripts, with their bytes.
COPY document (message_sha256, n, document_sha256, envelope_sha256, school, pupil, student_code, school_year, period,
               cohort, round_number, version, state, codes, late, appended_at, document, signatures, evidence,
               source_sha256)
FROM STDIN (FORMAT BINARY)

-- name: move_document
-- One transition of a document; the trigger refuses what the table of transitions does not have.
UPDATE document SET state = %s WHERE message_sha256 = %s AND n = %s

-- name: close_round
-- From open to closing, with the lock that it leads to.
UPDATE round SET state = 'closing', lock_id = %s, closing_at = %s, closed_by = %s
WHERE school = %s AND school_year = %s AND cohort = %s AND number = %s

-- name: receipt
-- The receipt of a command, to send it again with the same bytes.
SELECT school, receipt_id, receipt FROM inbox WHERE message_sha256 = %s
