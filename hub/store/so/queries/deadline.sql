-- How far every school is with one cohort (báo cáo, chốt) of one school year.

-- name: deadline_moment
-- All that follows is of one moment.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY

-- name: deadline_register
-- Schools, calendars and the closing of the register, and its newest version.
SELECT kind, entry_id, valid_from, valid_to, payload, version FROM register_entry
WHERE kind IN ('school', 'calendar', 'log_closing') ORDER BY version

-- name: deadline_submitted
-- Transcripts in authentic submissions, however often.
SELECT school, sum(transcript_count)::bigint FROM inbox
WHERE holds_id AND kind = 'Submission' AND school_year = %(school_year)s AND cohort = %(cohort)s GROUP BY school

-- name: deadline_refused
-- Refused transcripts by their codes; of a submission that was refused as a whole by its own.
SELECT i.school, CASE WHEN a.codes = '{}' THEN i.codes ELSE a.codes END, count(*)
FROM answer a JOIN inbox i USING (message_sha256)
WHERE a.outcome = 'refused' AND i.holds_id AND i.kind = 'Submission'
  AND i.school_year = %(school_year)s AND i.cohort = %(cohort)s
GROUP BY 1, 2

-- name: deadline_documents
-- What stands, by state; what is late by the deadline of today; and who was reported for the first time since a moment.
-- What was corrected after its lock was locked all the same.
SELECT school, count(*), count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'held'),
       count(*) FILTER (WHERE state IN ('locked', 'superseded')), count(*) FILTER (WHERE appended_at >= %(deadline)s::timestamptz),
       count(*) FILTER (WHERE version = 1 AND appended_at > %(since)s)
FROM document
WHERE school_year = %(school_year)s AND cohort = %(cohort)s
  AND state IN ('open', 'pending', 'held', 'locked', 'superseded')
GROUP BY school

-- name: deadline_rounds
-- Whether each school has closed its rounds, and how many transcripts of theirs Bộ has.
SELECT r.school, CASE WHEN bool_and(r.state = 'locked') THEN 'locked' WHEN bool_or(r.state = 'open') THEN 'open' ELSE 'closing' END,
       coalesce(sum(l.count) FILTER (WHERE i.outcome = 'ingested'), 0)::bigint
FROM round r LEFT JOIN lock l USING (lock_id) LEFT JOIN bo_answer i USING (lock_id)
WHERE r.school_year = %(school_year)s AND r.cohort = %(cohort)s GROUP BY r.school

-- name: deadline_lock_requests
-- The accepted lock requests of a year: whom they do not report, and why, stands in their statements.
SELECT school, kind, statement FROM inbox
WHERE holds_id AND kind IN ('LockRequest', 'SoLock') AND outcome = 'accepted' AND school_year = %(school_year)s

-- name: deadline_roster
-- How many pupils are expected of each school in this cohort, and how many of them are missing.
-- Whoever stands in another cohort of the school is not expected here, nor whom a lock request explained.
WITH part AS (
    SELECT DISTINCT ON (entry_id) payload, valid_to FROM register_entry
    WHERE kind = 'roster' AND payload ->> 'school_year' = %(school_year)s AND valid_from <= %(at)s
    ORDER BY entry_id, version DESC
), expected AS (
    SELECT DISTINCT payload ->> 'school' AS school, listed.pupil
    FROM part LEFT JOIN LATERAL jsonb_array_elements_text(payload -> 'pupils') AS listed (pupil) ON true
    WHERE valid_to IS NULL OR valid_to > %(at)s
), reported AS (
    SELECT school, pupil, bool_or(cohort = %(cohort)s) AS here FROM document
    WHERE school_year = %(school_year)s AND state IN ('open', 'pending', 'held', 'locked', 'superseded')
    GROUP BY school, pupil
), explained AS (
    SELECT DISTINCT school, pupil FROM unnest(%(schools)s::text[], %(pupils)s::text[]) AS listed (school, pupil)
)
SELECT e.school,
       count(e.pupil) FILTER (WHERE r.here OR (r.pupil IS NULL AND x.pupil IS NULL)),
       count(e.pupil) FILTER (WHERE r.pupil IS NULL AND x.pupil IS NULL)
FROM expected e LEFT JOIN reported r USING (school, pupil) LEFT JOIN explained x USING (school, pupil)
GROUP BY e.school

-- name: roster_of_school
-- The pupils of one school, class by class, in the register as it was at a version.
-- Of each entry the newest version that has begun counts.
SELECT payload -> 'pupils' FROM (
    SELECT DISTINCT ON (entry_id) payload, valid_to FROM register_entry
    WHERE kind = 'roster' AND payload ->> 'school_year' = %(school_year)s AND payload ->> 'school' = %(school)s
      AND valid_from <= %(at)s AND version <= %(version)s
    ORDER BY entry_id, version DESC
) newest
WHERE valid_to IS NULL OR valid_to > %(at)s

-- name: reported_beside
-- What one school reported in a year, and what others did for these pupils; a record counts once, however often corrected.
SELECT school, pupil FROM document
WHERE school_year = %(school_year)s AND cohort <> 'correction'
  AND state IN ('open', 'pending', 'held', 'locked', 'superseded')
  AND (school = %(school)s OR pupil = ANY(%(pupils)s::text[]))

-- name: conflicts_open
-- Pupils of a school year whom two schools claim, while a transcript of theirs is held.
SELECT count(DISTINCT (pupil, period)) FROM document WHERE school_year = %s AND state = 'held'

-- name: round_number_highest
-- The highest number that a school has in a cohort, as a round or as an opening.
SELECT max(number) FROM (
    SELECT number FROM round
    WHERE school = %(school)s AND school_year = %(school_year)s AND cohort = %(cohort)s
    UNION ALL
    SELECT (payload ->> 'number')::integer FROM register_entry
    WHERE kind = 'round_opening' AND payload ->> 'school' = %(school)s
      AND payload ->> 'school_year' = %(school_year)s AND payload ->> 'cohort' = %(cohort)s
) known
