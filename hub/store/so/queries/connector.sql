-- Connectors: what the runner of a province's system asks a Sở, read-only.

-- name: read_only
-- This connection changes nothing, whatever its role may.
SET default_transaction_read_only = on

-- name: roster_versions
-- The next versions of the register that brought a roster for one of these schools.
SELECT version FROM register_entry
WHERE so = %(so)s AND kind = 'roster' AND version > %(since)s AND payload ->> 'school' = ANY(%(schools)s::text[])
ORDER BY version LIMIT %(versions_max)s

-- name: newest_lock
-- How far the log of locks goes; -1 before the first.
SELECT coalesce(max(log_index), -1) FROM lock

-- name: locked_pupils
-- Whose học bạ the next locks in the log hold, and the last of these locks.
WITH next AS (
    SELECT lock_id, log_index FROM lock WHERE log_index > %(since)s ORDER BY log_index LIMIT %(locks_max)s
)
SELECT max(n.log_index), array_agg(DISTINCT d.pupil) FILTER (WHERE d.pupil IS NOT NULL)
FROM next n LEFT JOIN leaf f ON f.lock_id = n.lock_id
LEFT JOIN document d ON d.message_sha256 = f.message_sha256 AND d.n = f.document_n

-- name: incoming_pupils
-- Whom rosters put into a school while another school of the Sở issued their newest locked học bạ.
-- Either rosters of these versions, or any roster that names these pupils; of each the newest version counts. With
-- them comes what is locked of the years before.
WITH roster AS (
    SELECT DISTINCT ON (entry_id) payload ->> 'school' AS school, payload ->> 'school_year' AS school_year,
           payload -> 'pupils' AS pupils, valid_to, issued_at, version
    FROM register_entry WHERE so = %(so)s AND kind = 'roster' AND payload ->> 'school' = ANY(%(schools)s::text[])
    ORDER BY entry_id, version DESC
), listed AS (
    SELECT r.school, r.school_year, l.pupil, min(r.issued_at) AS issued_at
    FROM roster r CROSS JOIN LATERAL jsonb_array_elements_text(r.pupils) AS l (pupil)
    WHERE (r.valid_to IS NULL OR r.valid_to > %(at)s)
      AND (r.version > %(since)s AND r.version <= %(until)s
           OR r.pupils ?| %(pupils)s::text[] AND l.pupil = ANY(%(pupils)s::text[]))
    GROUP BY r.school, r.school_year, l.pupil
), history AS (
    SELECT l.school, l.school_year, l.pupil, l.issued_at,
           array_agg(d.document ORDER BY d.school_year, d.appended_at) AS documents,
           (array_agg(d.school ORDER BY d.school_year DESC, d.appended_at DESC))[1] AS issuer
    FROM listed l JOIN document d ON d.pupil = l.pupil AND d.state = 'locked' AND d.school_year < l.school_year
    GROUP BY l.school, l.school_year, l.pupil, l.issued_at
)
SELECT school, school_year, pupil, issued_at, documents FROM history WHERE issuer <> school
ORDER BY school, school_year, pupil
