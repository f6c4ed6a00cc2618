-- What the Sở decided about pupils: loaded before every decision that it concerns, and written with its own.

-- name: identities_stay
-- While links may change nobody decides about a pupil, and the other way round.
SELECT pg_advisory_xact_lock_shared(hashtext('identity'))

-- name: identities_change
-- The same lock for the one who makes a link.
SELECT pg_advisory_xact_lock(hashtext('identity'))

-- name: links_of
-- The last decision on each of these identifiers and all that were ever linked with them; no present: the link ended.
WITH RECURSIVE near (identifier) AS (
    SELECT unnest(%s::text[])
    UNION
    SELECT CASE WHEN l.former = n.identifier THEN l.present ELSE l.former END
    FROM near n JOIN identity_link l ON l.former = n.identifier OR l.present = n.identifier
)
SELECT DISTINCT ON (l.former) l.former, CASE WHEN l.action <> 'separate' THEN l.present END, l.decided_at, i.part,
       i.record_offset, l.number
FROM identity_link l JOIN inbox i USING (message_sha256)
WHERE l.former IN (SELECT identifier FROM near) ORDER BY l.former, l.decided_at DESC, i.part DESC, i.record_offset DESC

-- name: rulings_of
-- What was ruled between schools about these pupils and years, oldest first.
SELECT c.pupil, c.school_year, c.period, c.school, c.not_of, c.decided_at, i.part, i.record_offset, c.number
FROM conflict_decision c JOIN inbox i USING (message_sha256)
WHERE (c.pupil, c.school_year) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
ORDER BY c.decided_at, i.part, i.record_offset

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
