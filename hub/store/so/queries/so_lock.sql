-- A Sở's own acts over the rounds of its schools.

-- name: add_second_signature
-- The second person of an act, beside the command that carries it.
INSERT INTO second_signature (message_sha256, role, person, certificate_sha256, signature) VALUES (%s, %s, %s, %s, %s)

-- name: plan_register
-- Schools and lock policies of the register.
SELECT kind, entry_id, valid_from, valid_to, payload, version FROM register_entry
WHERE kind IN ('school', 'lock_policy') ORDER BY version

-- name: plan_documents
-- What stands of each school in a round, by state, with the hashes of what is open.
SELECT school, count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'held'),
       array_agg(document_sha256 ORDER BY document_sha256) FILTER (WHERE state = 'open')
FROM document
WHERE school_year = %(school_year)s AND cohort = %(cohort)s AND round_number = %(number)s
  AND state IN ('open', 'pending', 'held') AND (%(schools)s::text[] IS NULL OR school = ANY(%(schools)s::text[]))
GROUP BY school

-- name: plan_rounds
-- The state of that round at each school that has it.
SELECT school, state FROM round
WHERE school_year = %(school_year)s AND cohort = %(cohort)s AND number = %(number)s
  AND (%(schools)s::text[] IS NULL OR school = ANY(%(schools)s::text[]))

-- name: plan_refused
-- Transcripts of authentic submissions for that round that were refused.
SELECT i.school, count(*) FROM answer a JOIN inbox i USING (message_sha256)
WHERE a.outcome = 'refused' AND i.holds_id AND i.kind = 'Submission' AND i.school_year = %(school_year)s
  AND i.cohort = %(cohort)s AND i.round_number = %(number)s
  AND (%(schools)s::text[] IS NULL OR i.school = ANY(%(schools)s::text[]))
GROUP BY i.school

-- name: plan_rosters
-- How many pupils the rosters have, and how many of them their school has not reported and the act does not explain.
WITH part AS (
    SELECT DISTINCT ON (entry_id) payload, valid_to FROM register_entry
    WHERE kind = 'roster' AND payload ->> 'school_year' = %(school_year)s AND valid_from <= %(at)s
      AND (%(schools)s::text[] IS NULL OR payload ->> 'school' = ANY(%(schools)s::text[]))
    ORDER BY entry_id, version DESC
), expected AS (
    SELECT DISTINCT payload ->> 'school' AS school, listed.pupil
    FROM part LEFT JOIN LATERAL jsonb_array_elements_text(payload -> 'pupils') AS listed (pupil) ON true
    WHERE valid_to IS NULL OR valid_to > %(at)s
), reported AS (
    SELECT DISTINCT school, pupil FROM document
    WHERE school_year = %(school_year)s AND state IN ('open', 'pending', 'held', 'locked', 'superseded')
), explained AS (
    SELECT DISTINCT school, pupil FROM unnest(%(of)s::text[], %(pupils)s::text[]) AS listed (school, pupil)
)
SELECT e.school, count(e.pupil), count(e.pupil) FILTER (WHERE r.pupil IS NULL AND x.pupil IS NULL)
FROM expected e LEFT JOIN reported r USING (school, pupil) LEFT JOIN explained x USING (school, pupil)
GROUP BY e.school
