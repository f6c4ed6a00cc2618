-- Near matches: the side list of pupils who may be one person.

-- name: match_lead
-- One worker of a Sở compares at a time; the lock ends with its transaction.
SELECT pg_try_advisory_xact_lock(7042027)

-- name: match_unread
-- The next commands whose documents have not been compared.
SELECT i.message_sha256 FROM inbox i
WHERE i.outcome <> 'refused' AND NOT EXISTS (SELECT FROM near_match_read r WHERE r.message_sha256 = i.message_sha256)
LIMIT %s

-- name: match_documents
-- Their accepted documents, once for each content.
SELECT DISTINCT ON (document_sha256) pupil, school, student_code, document FROM document
WHERE message_sha256 = ANY(%s) AND state NOT IN ('recalled', 'refused') ORDER BY document_sha256

-- name: match_read
-- These commands are done.
INSERT INTO near_match_read (message_sha256) SELECT unnest(%s::bytea[]) ON CONFLICT DO NOTHING

-- name: match_person
-- Pupils as documents describe them; who is known so already gives no row.
INSERT INTO near_match_person (pupil, name, birth_date, gender, personal_id, school, student_code)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
ON CONFLICT DO NOTHING RETURNING id, pupil, name, birth_date, gender, personal_id

-- name: match_key
-- Under which keys they are found.
INSERT INTO near_match_key (key, person_id) SELECT * FROM unnest(%s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING

-- name: match_candidates
-- Earlier persons under the same keys, the newest of each key; later ones find these.
SELECT DISTINCT n.person_id, p.id, p.pupil, p.name, p.birth_date, p.gender, p.personal_id
FROM near_match_key n
CROSS JOIN LATERAL (
    SELECT k.person_id FROM near_match_key k WHERE k.key = n.key AND k.person_id < n.person_id
    ORDER BY k.person_id DESC LIMIT %s
) o
JOIN near_match_person p ON p.id = o.person_id
WHERE n.person_id = ANY(%s)

-- name: match_add
-- A pair, once.
INSERT INTO near_match (pupil_a, pupil_b, person_a, person_b, reasons) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: matches_open_count
-- How many pairs wait for a person.
SELECT count(*) FROM near_match_entry WHERE state = 'open'

-- name: matches
-- Pairs in these states, oldest first; `standing` is whether both pupils still have a document that counts.
SELECT m.id, m.reasons, m.first_seen_at, m.state, m.decided_by, m.decided_at, m.reason,
       (SELECT count(*) FROM (VALUES (m.pupil_a), (m.pupil_b)) AS pair (pupil)
        WHERE EXISTS (SELECT FROM document d WHERE d.pupil = pair.pupil AND d.state IN ('open', 'pending', 'held', 'locked'))) = 2,
       a.school, a.student_code, a.name, a.birth_date, a.gender, m.pupil_a,
       b.school, b.student_code, b.name, b.birth_date, b.gender, m.pupil_b
FROM near_match_entry m
JOIN near_match_person a ON a.id = m.person_a
JOIN near_match_person b ON b.id = m.person_b
WHERE m.state = ANY(%s) ORDER BY m.id LIMIT %s

-- name: match_decide
-- Note a decision; nothing here is ever changed or removed. No row: there is no such pair.
INSERT INTO near_match_decision (near_match_id, verdict, by, reason)
SELECT id, %s, %s, %s FROM near_match WHERE id = %s RETURNING id
