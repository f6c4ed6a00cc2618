-- Transfers at the Sở: what Bộ told, and which sealed documents went by.

-- name: transfer_notices_known
-- Which of these notices are here already, with the hash of what was said.
SELECT t.transfer_id, t.school, t.n, sha256(t.statement) FROM transfer_notice t
JOIN unnest(%s::bytea[], %s::text[], %s::integer[]) AS asked (transfer_id, school, n) USING (transfer_id, school, n)

-- name: transfer_carried_known
-- Which of these places of a delivery are taken already, and by which document.
SELECT t.transfer_id, t.school, t.delivery, t.n, t.document_sha256 FROM transfer_carried t
JOIN unnest(%s::bytea[], %s::text[], %s::integer[], %s::integer[]) AS asked (transfer_id, school, delivery, n)
USING (transfer_id, school, delivery, n)

-- name: add_transfer_notice
-- What Bộ told a school.
INSERT INTO transfer_notice (transfer_id, school, n, state, outcome, step, step_id, codes, at, awaited, due_at, overdue,
    pupil, sending, receiving, delivery, root, documents, statement, signature, appended_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: add_transfer_carried
-- A sealed document that went by.
INSERT INTO transfer_carried (transfer_id, school, delivery, n, of, document_sha256, key_sha256, appended_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)

-- name: look_transfers
-- Transfers of this Sở's schools as they were last told, of one school or of all, oldest first.
SELECT t.statement, t.signature, t.appended_at,
    (SELECT count(*) FROM transfer_carried c
     WHERE (c.transfer_id, c.school, c.delivery) = (t.transfer_id, t.school, t.delivery)),
    ARRAY(SELECT f.statement FROM transfer_notice f
          WHERE (f.transfer_id, f.school, f.step) = (t.transfer_id, t.school, 'TransferFlag') ORDER BY f.n)
FROM transfer t
WHERE coalesce(t.school = %(school)s::text, true) AND coalesce(t.transfer_id = %(transfer)s::bytea, true)
ORDER BY (SELECT min(f.at) FROM transfer_notice f WHERE f.transfer_id = t.transfer_id), t.transfer_id, t.school

-- name: locked_of_pupil
-- The current locked transcripts of a person at a school: what it releases when the pupil leaves.
SELECT document_sha256, school_year, period FROM document
WHERE school = %s AND pupil = ANY(%s) AND state = 'locked' ORDER BY document_sha256
