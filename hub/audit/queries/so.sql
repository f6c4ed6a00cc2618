-- What the audit reads of a Sở's database.

-- name: inbox_places
-- Which record each command came from.
SELECT message_sha256, part, record_offset, school, command_id, statement_sha256, holds_id, transcript_count, appended_at
FROM inbox ORDER BY message_sha256

-- name: outcomes
-- Every command with the outcomes of its transcripts, and what its receipt told.
SELECT i.message_sha256, i.transcript_count, i.outcome, i.receipt, o.numbers, o.hashes, o.outcomes
FROM inbox i LEFT JOIN LATERAL (
    SELECT array_agg(n ORDER BY n) AS numbers, array_agg(document_sha256 ORDER BY n) AS hashes,
           array_agg(outcome ORDER BY n) AS outcomes
    FROM (SELECT n, document_sha256, 'accepted' AS outcome FROM document d WHERE d.message_sha256 = i.message_sha256
          UNION ALL
          SELECT n, document_sha256, outcome FROM answer a WHERE a.message_sha256 = i.message_sha256) every
) o ON true
ORDER BY i.message_sha256

-- name: accepting_commands
-- Submissions of which something was accepted, by the school of their round, with their receipt, and the states of what they brought.
SELECT coalesce(c.issuer, i.school), i.statement, i.receipt, d.numbers, d.states
FROM inbox i LEFT JOIN LATERAL (
    SELECT array_agg(n ORDER BY n) AS numbers, array_agg(state ORDER BY n) AS states
    FROM document d WHERE d.message_sha256 = i.message_sha256
) d ON true
LEFT JOIN LATERAL (
    SELECT issuer FROM correction
    WHERE i.cohort = 'correction' AND (school, school_year, round_number) = (i.school, i.school_year, i.round_number) LIMIT 1
) c ON true
WHERE i.kind = 'Submission' AND i.outcome <> 'refused' ORDER BY i.message_sha256

-- name: documents_by_round
-- How many documents stand in which state in each round.
SELECT school, school_year, cohort, round_number, state, count(*) FROM document GROUP BY 1, 2, 3, 4, 5

-- name: locks_by_round
-- How many leaves each lock says it covers, and how many of them only end an earlier version.
SELECT lock_id, school, school_year, cohort, round_number, count,
       (SELECT count(*) FROM leaf f WHERE f.lock_id = lock.lock_id AND f.action = 'UNLOCK')
FROM lock ORDER BY lock_id

-- name: records
-- Every record with its versions; named by the hash of its first one, because its key would name the pupil.
SELECT (array_agg(document_sha256 ORDER BY version))[1], min(version), max(version), count(*), count(DISTINCT version),
       count(*) FILTER (WHERE state = 'locked' OR cohort <> 'correction' AND state IN ('open', 'pending', 'held')),
       max(version) FILTER (WHERE state = 'locked' OR cohort <> 'correction' AND state IN ('open', 'pending', 'held')),
       max(version) FILTER (WHERE cohort <> 'correction' OR state IN ('locked', 'superseded'))
FROM document GROUP BY school, pupil, school_year, period

-- name: transitions
-- What the database lets through.
SELECT machine, from_state, to_state FROM transition

-- name: states
-- Every document with the state of its round and the lock of its leaf.
SELECT d.document_sha256, d.school, d.state, f.lock_id, r.state, r.lock_id
FROM document d
JOIN round r ON (r.school, r.school_year, r.cohort, r.number) = (d.school, d.school_year, d.cohort, d.round_number)
LEFT JOIN leaf f ON f.message_sha256 = d.message_sha256 AND f.document_n = d.n AND f.action <> 'UNLOCK'

-- name: replaced
-- Replaced documents with the next version of the same record.
SELECT d.document_sha256, d.document, d.cohort, s.document FROM document d
LEFT JOIN document s ON (s.school, s.pupil, s.school_year, s.period) = (d.school, d.pupil, d.school_year, d.period)
  AND s.version = d.version + 1
WHERE d.state = 'replaced'

-- name: claims
-- Held documents, and open ones of pupils whom another school claims, with these schools.
SELECT document_sha256, school, state, pupil, school_year, period, others FROM (
    SELECT d.document_sha256, d.school, d.state, d.pupil, d.school_year, d.period,
           ARRAY(SELECT DISTINCT o.school FROM document o
                 WHERE (o.pupil, o.school_year, o.period) = (d.pupil, d.school_year, d.period) AND o.school <> d.school
                   AND o.state IN ('open', 'pending', 'held', 'locked')) AS others
    FROM document d WHERE d.state IN ('held', 'open') AND d.cohort <> 'correction'
) claimed
WHERE state = 'held' OR others <> '{}' OR EXISTS (SELECT FROM identity_link l WHERE claimed.pupil IN (l.former, l.present))

-- name: linked_claims
-- What schools have current of pupils with several identifiers.
SELECT DISTINCT d.pupil, d.school_year, d.period, d.school FROM document d
JOIN identity_link l ON d.pupil IN (l.former, l.present) WHERE d.state IN ('open', 'pending', 'held', 'locked')

-- name: links
-- Which identifiers name one person, oldest decision first.
SELECT l.former, l.present, l.action FROM identity_link l LEFT JOIN inbox i USING (message_sha256)
ORDER BY l.decided_at, i.part, i.record_offset, l.message_sha256

-- name: rulings
-- What was ruled between two schools, oldest first.
SELECT c.pupil, c.school_year, c.period, c.school, c.not_of FROM conflict_decision c LEFT JOIN inbox i USING (message_sha256)
ORDER BY c.decided_at, i.part, i.record_offset, c.message_sha256

-- name: decisions
-- Rulings and links beside the commands that made them; either side may be missing.
SELECT coalesce(i.message_sha256, r.message_sha256), coalesce(i.kind, r.kind), i.statement, i.outcome, r.a, r.b, r.c, r.d,
       r.e, r.f, r.g
FROM (SELECT * FROM inbox WHERE kind IN ('ConflictDecision', 'IdentityCorrection') AND outcome = 'accepted') i
FULL JOIN (
    SELECT message_sha256, 'ConflictDecision' AS kind, pupil AS a, school_year AS b, period AS c, school AS d, not_of AS e,
           number AS f, reason AS g FROM conflict_decision
    UNION ALL
    SELECT message_sha256, 'IdentityCorrection', action, former, present, encode(evidence_sha256, 'hex'), number, reason,
           NULL FROM identity_link
) r USING (message_sha256, kind) ORDER BY 1

-- name: decided_documents
-- What decisions made of transcripts, by the command that brought each, and where it stands now.
SELECT d.school, i.command_id, d.document_sha256, x.state, d.state
FROM decided_document x JOIN document d USING (message_sha256, n) JOIN inbox i ON i.message_sha256 = d.message_sha256
ORDER BY x.decision, x.message_sha256, x.n

-- name: signed_links
-- Every link as it was signed.
SELECT i.statement, i.signature FROM identity_link l JOIN inbox i USING (message_sha256)

-- name: recalled
-- Recalled documents.
SELECT school, document_sha256 FROM document WHERE state = 'recalled'

-- name: orders
-- Accepted recalls and lock requests, by the school of their round: a successor corrects for a closed one.
SELECT i.kind, coalesce(c.issuer, i.school), i.statement, i.statement_sha256 FROM inbox i
LEFT JOIN LATERAL (
    SELECT issuer FROM correction
    WHERE i.cohort = 'correction' AND (school, school_year, round_number) = (i.school, i.school_year, i.round_number) LIMIT 1
) c ON true
WHERE i.kind <> 'Submission' AND i.outcome = 'accepted'

-- name: rounds
-- Rounds and locks side by side.
SELECT r.school, r.school_year, r.cohort, r.number, r.state, r.lock_id, l.lock_id, l.school
FROM round r FULL JOIN lock l
  ON (l.school, l.school_year, l.cohort, l.round_number) = (r.school, r.school_year, r.cohort, r.number)

-- name: commands
-- Every command as it was signed.
SELECT message_sha256, kind, school, command_id, statement, signature, statement_sha256, holds_id
FROM inbox ORDER BY message_sha256

-- name: second_signatures
-- The second person of a Sở's act that was accepted, by the command that carried it.
SELECT s.message_sha256, s.signature FROM second_signature s JOIN inbox i USING (message_sha256)
WHERE i.outcome = 'accepted' ORDER BY 1

-- name: documents
-- Every accepted document as it was signed.
SELECT message_sha256, n, document_sha256, envelope_sha256, school, pupil, student_code, school_year, period,
       document, signatures
FROM document ORDER BY message_sha256, n

-- name: inbox_receipts
-- The receipt of each command.
SELECT receipt_id, message_sha256, school, receipt FROM inbox ORDER BY message_sha256

-- name: lock_receipts
-- What must have been told about each lock, for every answer of Bộ.
SELECT l.lock_id, coalesce(c.school, l.school), l.root, r.outcome FROM lock l LEFT JOIN ingest_receipt r USING (lock_id)
LEFT JOIN LATERAL (
    SELECT school FROM correction
    WHERE l.cohort = 'correction' AND (issuer, school_year, round_number) = (l.school, l.school_year, l.round_number) LIMIT 1
) c ON true
ORDER BY l.lock_id, r.attempt

-- name: locks
-- Every lock with its manifest.
SELECT lock_id, school, school_year, cohort, round_number, count, root, effective_on, manifest, signature, log_index
FROM lock ORDER BY lock_id

-- name: leaves
-- Every leaf with the document and the locator that it speaks of.
SELECT f.lock_id, f.n, f.leaf_sha256, f.leaf, f.locator, lo.pupil, d.document_sha256, d.envelope_sha256, d.pupil, d.school,
       d.school_year, d.period, d.version, d.cohort, d.round_number, f.action
FROM leaf f
LEFT JOIN document d ON d.message_sha256 = f.message_sha256 AND d.n = f.document_n
LEFT JOIN locator lo ON lo.locator = f.locator
ORDER BY f.lock_id, f.n

-- name: manifests_in_order
-- The leaves of the log.
SELECT lock_id, log_index, manifest FROM lock ORDER BY log_index NULLS LAST, lock_id

-- name: heads
-- The heads of the log.
SELECT tree_size, root, frontier, text, signature, timestamp_token FROM checkpoint ORDER BY tree_size

-- name: locked_documents
-- What a Sở locked, in the order of the manifests.
SELECT f.lock_id, f.n, d.document_sha256, f.leaf_sha256, d.school, d.pupil, d.student_code, d.school_year, d.period,
       d.version, f.locator, l.effective_on, d.document, d.signatures, f.leaf, f.action
FROM leaf f JOIN lock l USING (lock_id)
JOIN document d ON d.message_sha256 = f.message_sha256 AND d.n = f.document_n
ORDER BY f.lock_id, f.n

-- name: answered_locks
-- Every lock with Bộ's answer.
SELECT l.lock_id, l.school, l.school_year, l.cohort, l.round_number, l.count, l.root, l.log_index, l.manifest,
       r.outcome, r.statement, r.signature, r.cosignature
FROM lock l LEFT JOIN bo_answer r USING (lock_id) ORDER BY l.lock_id

-- name: chunk_rows
-- The rows that one chunk must carry.
SELECT d.document, d.signatures, f.leaf FROM leaf f
JOIN document d ON d.message_sha256 = f.message_sha256 AND d.n = f.document_n
WHERE f.lock_id = %s AND f.n >= %s AND f.n < %s ORDER BY f.n

-- name: receipt_of
-- The receipt that a reference means.
SELECT school, receipt_id, receipt FROM inbox WHERE message_sha256 = %s

-- name: offices
-- The register as far as it says who held which office.
SELECT version, kind, entry_id, statement FROM register_entry
WHERE kind IN ('official', 'certificate', 'revocation') ORDER BY version

-- name: corrections
-- Each pupil of each request, with the request as it was signed and the state of the round that was opened.
SELECT c.school, c.correction_id, c.n, c.issuer, c.school_year, c.base_sha256, c.fields, c.state, c.round_number, r.state,
       i.statement
FROM correction c JOIN inbox i ON i.message_sha256 = c.request_message
LEFT JOIN round r ON (r.school, r.school_year, r.cohort, r.number) = (c.issuer, c.school_year, 'correction', c.round_number)
ORDER BY c.school, c.correction_id, c.n

-- name: correction_steps
-- Every step of every pupil, oldest first, with the command that made it.
SELECT s.school, s.correction_id, s.n, s.event, s.role, s.person, s.certificate_sha256, s.at, i.kind, i.outcome, i.statement,
       i.signature, i.school, i.appended_at, i.register_version
FROM correction_step s LEFT JOIN inbox i USING (message_sha256) ORDER BY s.school, s.correction_id, s.n, s.nth

-- name: correction_commands
-- Accepted commands about corrections, with how many pupils each moved.
SELECT i.message_sha256, i.kind, i.school, i.statement,
       (SELECT count(*) FROM correction_step s WHERE s.message_sha256 = i.message_sha256)
FROM inbox i
WHERE i.outcome = 'accepted' AND i.kind IN ('CorrectionRequest', 'CorrectionConfirmation', 'CorrectionWithdrawal',
                                            'UnlockRequest', 'UnlockDecision', 'WindowClosed')
ORDER BY 1

-- name: corrected_documents
-- What came into rounds of corrections, with request, approval and the version that it starts from; then three leaves, each
-- as lock, action and bytes: of the version itself, the one that unlocks its base, and the one before that.
SELECT d.document_sha256, d.state, d.version, d.appended_at, d.document, c.school, c.correction_id, c.n, c.state, q.statement,
       a.statement, a.appended_at, b.document_sha256, b.state, b.version, b.document,
       own.lock_id, own.action, own.leaf, un.lock_id, un.action, un.leaf, bl.lock_id, bl.action, bl.leaf
FROM document d
LEFT JOIN correction c ON (c.issuer, c.pupil, c.school_year, c.period, c.round_number)
                        = (d.school, d.pupil, d.school_year, d.period, d.round_number)
LEFT JOIN inbox q ON q.message_sha256 = c.request_message
LEFT JOIN LATERAL (
    SELECT i.statement, i.appended_at FROM correction_step s JOIN inbox i USING (message_sha256)
    WHERE (s.school, s.correction_id, s.n, s.event) = (c.school, c.correction_id, c.n, 'approve') LIMIT 1
) a ON true
LEFT JOIN document b ON (b.school, b.pupil, b.school_year, b.period) = (d.school, d.pupil, d.school_year, d.period)
 AND b.document_sha256 = c.base_sha256 AND b.state IN ('locked', 'superseded')
LEFT JOIN leaf own ON (own.message_sha256, own.document_n) = (d.message_sha256, d.n) AND own.action <> 'UNLOCK'
LEFT JOIN leaf un ON (un.message_sha256, un.document_n) = (b.message_sha256, b.n) AND un.action = 'UNLOCK'
LEFT JOIN leaf bl ON (bl.message_sha256, bl.document_n) = (b.message_sha256, b.n) AND bl.action <> 'UNLOCK'
WHERE d.cohort = 'correction' ORDER BY d.message_sha256, d.n

-- name: leaves_by_action
-- How many versions each lock ends, and how many take the place of one.
SELECT lock_id, cohort, count(*) FILTER (WHERE action = 'UNLOCK'), count(*) FILTER (WHERE action = 'SUPERSEDES')
FROM leaf JOIN lock USING (lock_id) GROUP BY lock_id, cohort ORDER BY lock_id

-- name: windows
-- Every window with the decision that opened it, and how many pupils wait in it.
SELECT c.school, c.correction_id, c.closes_at, (array_agg(a.statement))[1], max(a.appended_at),
       count(*) FILTER (WHERE c.state = 'approved')
FROM correction c LEFT JOIN LATERAL (
    SELECT i.statement, i.appended_at FROM correction_step s JOIN inbox i USING (message_sha256)
    WHERE (s.school, s.correction_id, s.n, s.event) = (c.school, c.correction_id, c.n, 'approve') LIMIT 1
) a ON true
WHERE c.closes_at IS NOT NULL GROUP BY c.school, c.correction_id, c.closes_at ORDER BY 1, 2

-- name: windows_closed
-- The commands that ended what was left in a window.
SELECT DISTINCT c.school, c.correction_id, i.statement, i.appended_at, c.closes_at
FROM correction_step s JOIN correction c USING (school, correction_id, n) JOIN inbox i ON i.message_sha256 = s.message_sha256
WHERE s.event = 'expire' ORDER BY 1, 2

-- name: graded_documents
-- Every accepted document with the signatures from which its grade of evidence follows, and where it is repeated; once more
-- for each further leaf.
SELECT d.message_sha256, d.n, d.signatures, d.evidence, d.source_sha256, f.leaf
FROM document d LEFT JOIN leaf f ON (f.message_sha256, f.document_n) = (d.message_sha256, d.n)
ORDER BY d.message_sha256, d.n

-- name: sources_kept
-- Every source document under its hash.
SELECT sha256, data FROM source_document ORDER BY sha256

-- name: closing
-- The final head of a closed log.
SELECT tree_size, root, successor, text, signature, timestamp_token FROM closing

-- name: closing_receipts
-- Bộ's word that it has it.
SELECT statement, signature, cosignature FROM closing_receipt

-- name: closing_entries
-- What the register says of the end of the log, version by version, and whether it is due.
SELECT version, valid_from, payload ->> 'successor', valid_from <= now() FROM register_entry
WHERE kind = 'log_closing' ORDER BY version

-- name: decided_by
-- Commands of which something was accepted, with the version of the register that decided; windows end by themselves.
SELECT message_sha256, appended_at, register_version FROM inbox
WHERE outcome <> 'refused' AND kind <> 'WindowClosed'
  AND register_version >= (SELECT min(version) FROM register_entry WHERE kind = 'log_closing')
ORDER BY message_sha256

-- name: accepted_slips
-- Every look-up slip that was accepted, as it was signed.
SELECT statement FROM inbox WHERE kind = 'SlipIssue' AND outcome = 'accepted'

-- name: so_transfer_notices
-- What Bộ told the schools of this Sở about transfers.
SELECT transfer_id, school, n, statement, signature FROM transfer_notice ORDER BY transfer_id, school, n

-- name: so_transfer_carried
-- Which sealed documents passed to a school.
SELECT encode(transfer_id, 'hex'), school, delivery, n, encode(document_sha256, 'hex') FROM transfer_carried
