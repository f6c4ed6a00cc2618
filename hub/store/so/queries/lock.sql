-- What lock and sequencer need, and what they write.

-- name: round_to_lock
-- The round of an order, locked.
SELECT state, lock_id, closing_at FROM round
WHERE school = %s AND school_year = %s AND cohort = %s AND number = %s FOR UPDATE

-- name: closed_by
-- The lock requests of a school, its own or a Sở's act, that were accepted at that time: one of them closed the round.
SELECT kind, command_id, statement_sha256, statement, message_sha256, signature, person FROM inbox
WHERE school = %s AND holds_id AND kind IN ('LockRequest', 'SoLock') AND outcome = 'accepted' AND appended_at = %s

-- name: lockable
-- The open documents of a round, with their bytes.
SELECT message_sha256, n, school, pupil, school_year, period, version, document, signatures FROM document
WHERE school = %s AND school_year = %s AND cohort = %s AND round_number = %s AND state = 'open'
ORDER BY message_sha256, n

-- name: allocate_locators
-- Locators are given out one transaction at a time.
SELECT pg_advisory_xact_lock(hashtext('locator'))

-- name: locators_of
-- The locators that these pupils have.
SELECT pupil, locator FROM locator WHERE pupil = ANY(%s)

-- name: locators_taken
-- Who has these locators.
SELECT locator, pupil FROM locator WHERE locator = ANY(%s)

-- name: add_locators
-- New locators with the counters that they took.
INSERT INTO locator (locator, pupil, counter) SELECT * FROM unnest(%s::text[], %s::text[], %s::integer[])

-- name: add_lock
-- The lock, pending until the sequencer gives it its place in the log.
INSERT INTO lock (lock_id, school, school_year, cohort, round_number, count, root, effective_on, manifest, signature, locked_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: copy_leaves
-- The leaves in the order of the manifest.
COPY leaf (lock_id, n, leaf_sha256, leaf, message_sha256, document_n, locator, action) FROM STDIN (FORMAT BINARY)

-- name: lock_documents
-- Every document of the lock changes its state at once.
UPDATE document SET state = 'locked' FROM leaf
WHERE leaf.lock_id = %s AND leaf.action <> 'UNLOCK'
  AND document.message_sha256 = leaf.message_sha256 AND document.n = leaf.document_n

-- name: finish_round
-- From closing to locked.
UPDATE round SET state = 'locked' WHERE school = %s AND school_year = %s AND cohort = %s AND number = %s

-- name: chunk
-- The rows of one chunk, from which it is built again and again alike.
SELECT d.document, d.signatures, l.leaf FROM leaf l
JOIN document d ON d.message_sha256 = l.message_sha256 AND d.n = l.document_n
WHERE l.lock_id = %s AND l.n >= %s AND l.n < %s ORDER BY l.n

-- name: sequence
-- One sequencer at a time.
SELECT pg_advisory_xact_lock(hashtext('sequencer'))

-- name: head
-- The newest head of the log.
SELECT tree_size, frontier FROM checkpoint ORDER BY tree_size DESC LIMIT 1

-- name: oldest_unsealed
-- What time it is, and since how many seconds the oldest lock without a place waits; NULL when none does.
SELECT now(), extract(epoch FROM now() - min(locked_at))::float8 FROM lock WHERE log_index IS NULL

-- name: unsequenced
-- Locks that are not in the log yet, in the order in which they were asked for.
SELECT lock_id, school, manifest, signature, locked_at FROM lock WHERE log_index IS NULL ORDER BY locked_at, lock_id LIMIT %s

-- name: unsequenced_of
-- Of these locks, those that are not in the log yet.
SELECT lock_id, school, manifest, signature, locked_at FROM lock WHERE log_index IS NULL AND lock_id = ANY(%s)

-- name: lock_request_of
-- The command that a manifest names by the hash of its statement; an act of the Sở came once for each school.
SELECT statement, signature FROM inbox WHERE statement_sha256 = %s AND kind <> 'Submission' AND holds_id LIMIT 1

-- name: place
-- The place of a lock in the log, once.
UPDATE lock SET log_index = %s WHERE lock_id = %s

-- name: add_checkpoint
-- A new head; the same size cannot be signed twice.
INSERT INTO checkpoint (tree_size, root, frontier, text, signature, made_at, timestamp_token)
VALUES (%s, %s, %s, %s, %s, %s, %s)

-- name: lock_by_id
-- The lock that Bộ's receipt is about, and which school hears of it: of a correction the one that acts.
SELECT coalesce(
    (SELECT c.school FROM correction c WHERE l.cohort = 'correction'
       AND (c.issuer, c.school_year, c.round_number) = (l.school, l.school_year, l.round_number) LIMIT 1),
    l.school
), l.count, l.root, l.log_index
FROM lock l WHERE l.lock_id = %s

-- name: head_of_size
-- The root of our own head of that size, which Bộ's cosignature must be over.
SELECT root FROM checkpoint WHERE tree_size = %s

-- name: roster_issued
-- The pupils of one list of a school's roster, as it was issued then.
SELECT payload -> 'pupils' FROM register_entry
WHERE so = %s AND kind = 'roster' AND payload ->> 'school' = %s AND entry_id = %s AND issued_at = %s::timestamptz
ORDER BY version DESC LIMIT 1

-- name: add_ingest_receipt
-- Bộ's answer to one attempt, once.
INSERT INTO ingest_receipt (lock_id, outcome, statement, signature, cosignature, attempt) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING RETURNING lock_id

-- name: closing_due
-- What the register says of the end of this Sở's log; since when it is due, no earlier than it was published; now.
SELECT payload ->> 'successor', greatest(valid_from, appended_at), now() FROM register_entry
WHERE so = %s AND kind = 'log_closing' ORDER BY version DESC LIMIT 1

-- name: closing
-- The final head, where the log has ended.
SELECT tree_size, root, successor, text, signature, made_at, timestamp_token FROM closing

-- name: closing_waits
-- What must be finished before the log ends: rounds on their way to a lock, locks without a place, records set aside.
SELECT (SELECT count(*) FROM round WHERE state = 'closing'),
       (SELECT count(*) FROM lock WHERE log_index IS NULL),
       (SELECT count(*) FROM parked_record WHERE stage IN ('validate', 'lock') AND done_at IS NULL)

-- name: last_asked_at
-- When the last of all locks was asked for.
SELECT max(locked_at) FROM lock

-- name: done_until
-- How far a stage has come in a topic.
SELECT part, next_offset FROM position WHERE stage = %s AND topic = %s

-- name: add_closing
-- The end of the log, once.
INSERT INTO closing (tree_size, root, successor, text, signature, made_at, timestamp_token) VALUES (%s, %s, %s, %s, %s, %s, %s)

-- name: add_closing_receipt
-- Bộ's word that it has the final head, once.
INSERT INTO closing_receipt (statement, signature, cosignature) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING

-- name: closing_receipt
-- The same, to read.
SELECT statement, signature, cosignature FROM closing_receipt

-- name: closing_said
-- What the register says of the end of this Sở's log, and whether it is due.
SELECT payload ->> 'successor', payload ->> 'decision', valid_from, valid_from <= now() FROM register_entry
WHERE so = %s AND kind = 'log_closing' ORDER BY version DESC LIMIT 1

-- name: closing_leaves
-- What would never be locked once the log has ended: documents of open rounds, and pupils of corrections under way.
SELECT (SELECT count(*) FROM document d JOIN round r
          ON (r.school, r.school_year, r.cohort, r.number) = (d.school, d.school_year, d.cohort, d.round_number)
        WHERE d.state IN ('open', 'pending', 'held') AND r.state = 'open'),
       (SELECT count(*) FROM correction WHERE state IN ('requested', 'confirmed', 'submitted', 'approved', 'resubmitted'))
