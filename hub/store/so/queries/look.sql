-- Looking: status, look-up, balance.

-- name: unanswered_count
-- Rounds on their way: closing, or locked without Bộ's answer.
SELECT (SELECT count(*) FROM round WHERE state = 'closing')
     + (SELECT count(*) FROM lock l LEFT JOIN bo_answer r USING (lock_id) WHERE r.lock_id IS NULL)

-- name: count_answers
-- Transcripts that were not accepted.
SELECT outcome, count(*) FROM answer GROUP BY outcome

-- name: count_documents
-- Accepted transcripts by their state.
SELECT state, count(*) FROM document GROUP BY state

-- name: count_evidence
-- Accepted transcripts by their grade of evidence.
SELECT evidence, count(*) FROM document GROUP BY evidence ORDER BY evidence

-- name: count_evidence_locked
-- Transcripts that are locked, or were, by their grade of evidence.
SELECT evidence, count(*) FROM document WHERE state IN ('locked', 'superseded') GROUP BY evidence ORDER BY evidence

-- name: count_corrections
-- Pupils of corrections by the state in which their correction stands.
SELECT state, count(*) FROM correction GROUP BY state

-- name: count_by_school
-- The table of a province: what each school handed in and where it stands.
SELECT i.school, sum(i.transcript_count), sum(i.unchanged), sum(i.refused), sum(i.recalled), sum(i.replaced), sum(i.locked),
       sum(i.waiting)
FROM (
    SELECT inbox.school, inbox.transcript_count,
           (SELECT count(*) FROM answer a WHERE a.message_sha256 = inbox.message_sha256 AND a.outcome = 'unchanged') AS unchanged,
           (SELECT count(*) FROM answer a WHERE a.message_sha256 = inbox.message_sha256 AND a.outcome = 'refused') AS refused,
           count(*) FILTER (WHERE d.state = 'recalled') AS recalled,
           count(*) FILTER (WHERE d.state = 'replaced') AS replaced,
           count(*) FILTER (WHERE d.state IN ('locked', 'superseded')) AS locked,
           count(*) FILTER (WHERE d.state IN ('open', 'pending', 'held')) AS waiting
    FROM inbox LEFT JOIN document d USING (message_sha256)
    GROUP BY inbox.message_sha256
) i GROUP BY i.school ORDER BY i.school

-- name: records_handled
-- Every command that decoded, by the record that brought it.
SELECT message_sha256, transcript_count FROM inbox

-- name: outcomes_of_records
-- How many outcomes each command has: one for each of its transcripts, never more.
SELECT message_sha256, count(*) FROM (
    SELECT message_sha256, n FROM document UNION ALL SELECT message_sha256, n FROM answer
) o GROUP BY message_sha256

-- name: open_rounds_of
-- Rounds that a school may lock now, with the hashes of what stands open in them.
SELECT school, school_year, cohort, round_number, array_agg(document_sha256 ORDER BY document_sha256) FROM document
WHERE state = 'open' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4

-- name: pupil_of_locator
-- Whose học bạ a locator finds.
SELECT pupil FROM locator WHERE locator = %s

-- name: pupils_of_student
-- Whom a school knows under this code; two when an identifier was corrected.
SELECT DISTINCT pupil FROM document WHERE school = %s AND student_code = %s

-- name: history_of_pupils
-- All versions of these pupils' học bạ, over years and schools.
SELECT d.document, d.state, d.version, d.document_sha256, l.effective_on, l.locked_at, lo.locator, l.log_index,
       d.appended_at, lock_id, f.leaf, f.leaf_sha256, d.signatures, split_part(r.closed_by, ' ', 1)
FROM document d
LEFT JOIN leaf f ON f.message_sha256 = d.message_sha256 AND f.document_n = d.n AND f.action <> 'UNLOCK'
LEFT JOIN lock l USING (lock_id) LEFT JOIN round r USING (lock_id) LEFT JOIN locator lo ON lo.pupil = d.pupil
WHERE d.pupil = ANY(%s) ORDER BY d.school_year, d.period, d.school, d.version

-- name: manifests
-- The manifests of these locks, each with the hashes of its leaves.
SELECT lock_id, l.manifest, l.root, array_agg(f.leaf_sha256) FROM lock l JOIN leaf f USING (lock_id)
WHERE lock_id = ANY(%s) GROUP BY lock_id

-- name: rounds
-- Every round and its state.
SELECT r.school, r.school_year, r.cohort, r.number, r.state, l.count, l.effective_on, l.log_index, ir.outcome
FROM round r LEFT JOIN lock l USING (lock_id) LEFT JOIN bo_answer ir USING (lock_id)
ORDER BY 1, 2, 3, 4

-- name: count_rounds
-- Rounds by cohort and state, how many of them Bộ has answered, since when the oldest stands so, and which office closed.
SELECT r.cohort, r.state, count(*), count(ir.lock_id), min(CASE r.state WHEN 'closing' THEN r.closing_at ELSE l.locked_at END),
       CASE WHEN r.state = 'closing' AND min(split_part(r.closed_by, ' ', 1)) = max(split_part(r.closed_by, ' ', 1))
            THEN min(split_part(r.closed_by, ' ', 1)) END
FROM round r LEFT JOIN bo_answer ir USING (lock_id) LEFT JOIN lock l USING (lock_id) GROUP BY r.cohort, r.state ORDER BY r.cohort, r.state

-- name: quarantine_codes
-- Messages that did not decode, by reason.
SELECT stage, code, count(*) FROM quarantine GROUP BY stage, code ORDER BY stage, code

-- name: count_missing
-- Locks of which Bộ says that it lacks something.
SELECT count(*) FROM bo_answer WHERE position('"missing":'::bytea IN statement) > 0
