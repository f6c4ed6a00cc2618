-- What the Sở decided about pupils: loaded before every decision that it concerns, and written with its own.

-- name: identities_stay
-- While links may change nobody decides about a pupil, and the other way round.
SELECT pg_advisory_xact_lock_shared(hashtext('identity'))

-- name: identities_change
-- The same lock for the one who makes a link.
SELECT pg_advisory_xact_lock(hashtext('identity'))

-- name: links_of
-- The links that stand among these identifiers and all that were ever linked with them.
WITH RECURSIVE near (identifier) AS (
    SELECT unnest(%s::text[])
    UNION
    SELECT CASE WHEN l.former = n.identifier THEN l.present ELSE l.former END
    FROM near n JOIN identity_link l ON l.former = n.identifier OR l.present = n.identifier
)
SELECT former, present FROM (
    SELECT DISTINCT ON (former) former, present, action FROM identity_link
    WHERE former IN (SELECT identifier FROM near) ORDER BY former, decided_at DESC, message_sha256 DESC
) newest WHERE action <> 'separate'

-- name: rulings_of
-- What was ruled between schools about these pupils and years, oldest first.
SELECT pupil, school_year, period, school, not_of, number, decided_at FROM conflict_decision
WHERE (pupil, school_year) IN (SELECT * FROM unnest(%s::text[], %s::text[])) ORDER BY decided_at, message_sha256

-- name: years_of_persons
-- In which years these pupils have a document.
SELECT DISTINCT pupil, school_year FROM document WHERE pupil = ANY(%s)

-- name: heard_of
-- Whether a document of the Sở names an identifier, or a roster in the register as it was at a version.
SELECT EXISTS (SELECT FROM document WHERE pupil = %(pupil)s)
    OR EXISTS (SELECT FROM register_entry
               WHERE kind = 'roster' AND version <= %(version)s AND payload -> 'pupils' ? %(pupil)s)

-- name: add_ruling
-- One ruling, for ever.
INSERT INTO conflict_decision (message_sha256, pupil, school_year, period, school, not_of, number, reason, role, person,
                               certificate_sha256, decided_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: add_link
-- One link, or its end, for ever.
INSERT INTO identity_link (message_sha256, action, former, present, evidence_sha256, number, reason, role, person,
                           certificate_sha256, decided_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: add_decided_document
-- What a decision made of one transcript.
INSERT INTO decided_document (decision, message_sha256, n, state) VALUES (%s, %s, %s, %s)

-- name: command_id_of
-- The command that brought a transcript.
SELECT command_id FROM inbox WHERE message_sha256 = %s
