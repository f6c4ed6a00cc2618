-- Transfers at Bộ: what is known before a batch of steps, and what each step writes.

-- name: transfer_linked
-- Every identifier that a link ever joined with one of these, themselves among them.
WITH RECURSIVE near (identifier) AS (
    SELECT unnest(%s::text[])
    UNION
    SELECT CASE WHEN l.former = n.identifier THEN l.present ELSE l.former END
    FROM near n JOIN identity_link l ON l.former = n.identifier OR l.present = n.identifier
)
SELECT identifier FROM near

-- name: transfers
-- The rows of these transfers, of all transfers of these pupils, and of all that contend with one of the former.
SELECT transfer_id, pupil, birth_date, school_year, grade, receiving_so, receiving, sending_so, sending, state, procedure,
       request_sha256, opened_at, since, group_id, place, awaited, due_at, overdue, is_overdue, consents, referrals, released,
       delivery, documents, count, root, resend, acknowledged_delivery, closed_at
FROM transfer WHERE transfer_id = ANY(%(transfers)s) OR pupil = ANY(%(pupils)s)
    OR group_id = ANY(ARRAY(SELECT group_id FROM transfer WHERE transfer_id = ANY(%(transfers)s))) ORDER BY place

-- name: transfer_documents
-- Every transcript that Bộ has of these pupils or by these hashes; of a corrected one the earlier version is not current.
SELECT encode(d.document_sha256, 'hex'), d.pupil, d.school, d.school_year, d.period,
       NOT EXISTS (SELECT FROM document e WHERE e.action = 'UNLOCK'
                   AND (e.school, e.pupil, e.school_year, e.period, e.version)
                     = (d.school, d.pupil, d.school_year, d.period, d.version)),
       l.decided_at, convert_from(d.document, 'UTF8')::jsonb #>> '{student,birth_date}'
FROM document d JOIN lock l USING (so, lock_id)
WHERE (d.pupil = ANY(%(pupils)s) OR d.document_sha256 = ANY(%(hashes)s)) AND d.action <> 'UNLOCK'
ORDER BY d.document_sha256

-- name: transfer_steps_known
-- Which of these statements were decided before.
SELECT statement_sha256 FROM transfer_step WHERE statement_sha256 = ANY(%s)

-- name: transfer_next_place
-- The place of the next step.
SELECT coalesce(max(place) + 1, 0) FROM transfer_step

-- name: add_transfer_step
-- One decided step.
INSERT INTO transfer_step (statement_sha256, place, transfer_id, so, school, kind, command_id, received_at, appended_at, outcome,
                           codes, state, statement, signature)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: add_transfer
-- A new row, as its request makes it.
INSERT INTO transfer (state, since, awaited, due_at, overdue, is_overdue, consents, referrals, released, delivery, documents,
                      count, root, resend, acknowledged_delivery, closed_at, transfer_id, pupil, birth_date, school_year, grade,
                      receiving_so, receiving, sending_so, sending, procedure, request_sha256, opened_at, group_id, place)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: move_transfer
-- A row as the steps leave it; what its request says stays.
UPDATE transfer SET state = %s, since = %s, awaited = %s, due_at = %s, overdue = %s, is_overdue = %s, consents = %s,
    referrals = %s, released = %s, delivery = %s, documents = %s, count = %s, root = %s, resend = %s,
    acknowledged_delivery = %s, closed_at = %s
WHERE transfer_id = %s

-- name: add_transfer_notice
-- A notice under the next number of its school; the row's lock makes the numbers follow.
INSERT INTO transfer_notice (transfer_id, so, school, n, step_sha256, notice_id) VALUES (%s, %s, %s, %s, %s, %s)

-- name: transfer_notice_count
-- How many notices of a transfer a school has got.
SELECT count(*) FROM transfer_notice WHERE transfer_id = %s AND so = %s AND school = %s

-- name: transfer_place_of
-- Where a document stands that is to be sent: its lock, and by what its evidence file is made.
SELECT so, lock_id, n, pupil, school, school_year, period, version FROM document
WHERE document_sha256 = %(sha256)s AND action <> 'UNLOCK' ORDER BY so, lock_id, n LIMIT 1

-- name: receiving_key_of_hash
-- The raw key (hex) of that hash which a registrar of this Sở entered for the school; a newer one may be in force.
SELECT payload ->> 'key' FROM register_entry
WHERE so = %s AND kind = 'receiving_key' AND entry_id = %s
  AND encode(sha256(decode(payload ->> 'key', 'hex')), 'hex') = %s LIMIT 1

-- name: add_transfer_delivery
-- A delivery.
INSERT INTO transfer_delivery (transfer_id, delivery, step_sha256, cause, key_sha256, count, root) VALUES (%s, %s, %s, %s, %s, %s, %s)

-- name: add_transfer_document
-- One sealed document of it.
INSERT INTO transfer_document (transfer_id, delivery, n, document_sha256, so, lock_id, lock_n, sealed)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)

-- name: transfer_document
-- One sealed document with what its message says.
SELECT x.document_sha256, x.sealed, d.key_sha256, d.count, t.receiving
FROM transfer_document x JOIN transfer_delivery d USING (transfer_id, delivery) JOIN transfer t USING (transfer_id)
WHERE x.transfer_id = %s AND x.delivery = %s AND x.n = %s

-- name: one_transfer_clock
-- One clock at a time.
SELECT pg_try_advisory_xact_lock(hashtext('transfers'))

-- name: transfer_moment
-- The clock by which terms run out.
SELECT now()

-- name: transfers_due
-- What has run out, and nobody was told yet.
SELECT transfer_id FROM transfer WHERE due_at <= %(now)s AND NOT is_overdue ORDER BY due_at, transfer_id LIMIT %(count_max)s

-- name: transfers_to_send
-- Whose history is to be sent for the first time, or was asked for again.
SELECT transfer_id FROM transfer WHERE state = 'released' OR resend ORDER BY since, transfer_id LIMIT %(count_max)s

-- name: transfers_to_amend
-- Delivered ones of whose pupil Bộ has a current transcript of another school that was not sent, or identifiers are linked.
-- The rule itself is the decision's. Who has gone on to a third school is told there.
SELECT t.transfer_id FROM transfer t
WHERE t.state IN ('sent', 'closed', 'amended')
  AND (EXISTS (SELECT FROM document d WHERE d.pupil = t.pupil AND d.school <> t.receiving AND d.action <> 'UNLOCK'
               AND encode(d.document_sha256, 'hex') <> ALL(t.documents)
               AND NOT EXISTS (SELECT FROM document e WHERE e.action = 'UNLOCK'
                               AND (e.school, e.pupil, e.school_year, e.period, e.version)
                                 = (d.school, d.pupil, d.school_year, d.period, d.version)))
       OR EXISTS (SELECT FROM identity_link l WHERE l.former = t.pupil OR l.present = t.pupil))
  AND NOT EXISTS (SELECT FROM transfer later WHERE later.pupil = t.pupil AND later.place > t.place
                  AND later.closed_at IS NOT NULL)
ORDER BY t.place LIMIT %(count_max)s

-- name: transfer_evidence_lacks
-- Which of these transcripts have no receipt of their Sở at Bộ yet: without it there is no evidence file.
SELECT sha256 FROM unnest(%s::text[]) AS wanted (sha256)
WHERE NOT EXISTS (SELECT FROM accepted_document a JOIN acceptance r USING (statement_sha256)
                  JOIN document d ON d.document_sha256 = a.document_sha256 AND d.so = r.so
                  WHERE a.document_sha256 = decode(sha256, 'hex'))

-- name: transfer_announced
-- Whether Bộ's own step of that name is on its way, or was decided already.
SELECT EXISTS (SELECT FROM outbox WHERE source_topic = %(source)s)
    OR EXISTS (SELECT FROM transfer_step WHERE so = 'bo' AND command_id = %(command_id)s)

-- name: transfer_counts
-- How many transfers stand in each state, and of how many the present term has run out.
SELECT state, count(*), count(*) FILTER (WHERE is_overdue) FROM transfer GROUP BY state
