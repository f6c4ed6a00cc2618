-- What lock and sequencer need, and what they write.

-- name: round_to_lock
-- The round of an order, locked.
SELECT state, lock_id, closing_at FROM round
WHERE school = %s AND school_year = %s AND cohort = %s AND number = %s FOR UPDATE

-- name: closed_by
-- The lock requests of a school that were accepted at that time: one of them closed the round.
SELECT command_id, statement_sha256, statement FROM inbox
WHERE school = %s AND holds_id AND kind = 'LockRequest' AND outcome = 'accepted' AND appended_at = %s

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

-- name: add_locator
-- One new locator with the counter that it took.
INSERT INTO locator (locator, pupil, counter) VALUES (%s, %s, %s)

-- name: add_lock
-- The lock, pending until the sequencer gives it its place in the log.
INSERT INTO lock (lock_id, school, school_year, cohort, round_number, count, root, effective_on, manifest, signature, locked_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: copy_leaves
-- The leaves in the order of the manifest.
COPY leaf (lock_id, n, leaf_sha256, leaf, message_sha256, document_n, locator) FROM STDIN

-- name: lock_documents
-- Every document of the lock changes its state at once.
UPDATE document SET state = 'locked' FROM leaf
WHERE leaf.lock_id = %s AND document.message_sha256 = leaf.message_sha256 AND document.n = leaf.document_n

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

-- name: unsequenced
-- Locks that are not in the log yet, in the order in which they were asked for.
SELECT lock_id, school, manifest, signature, locked_at FROM lock WHERE log_index IS NULL ORDER BY locked_at, lock_id LIMIT %s

-- name: unsequenced_of
-- Of these locks, those that are not in the log yet.
SELECT lock_id, school, manifest, signature, locked_at FROM lock WHERE log_index IS NULL AND lock_id = ANY(%s)

-- name: place
-- The place of a lock in the log, once.
UPDATE lock SET log_index = %s WHERE lock_id = %s

-- name: add_checkpoint
-- A new head; the same size cannot be signed twice.
INSERT INTO checkpoint (tree_size, root, frontier, text, signature, made_at) VALUES (%s, %s, %s, %s, %s, %s)

-- name: lock_by_id
-- The lock that Bộ's receipt is about.
SELECT school, count, root, log_index FROM lock WHERE lock_id = %s

-- name: head_of_size
-- The root of our own head of that size, which Bộ's cosignature must be over.
SELECT root FROM checkpoint WHERE tree_size = %s

-- name: add_ingest_receipt
-- Bộ's answer, once.
INSERT INTO ingest_receipt (lock_id, outcome, statement, signature, cosignature) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING RETURNING lock_id
