-- Looking: status and balance.

-- name: count_ingested
-- Transcripts of promoted locks.
SELECT so, count(*) FROM document WHERE action <> 'UNLOCK' GROUP BY so ORDER BY so

-- name: count_evidence
-- Transcripts of promoted locks by their grade of evidence.
SELECT evidence, count(*) FROM document WHERE action <> 'UNLOCK' GROUP BY evidence ORDER BY evidence

-- name: fork_counts
-- How many pairs of contradicting texts are kept of each Sở.
SELECT so, count(*) FROM fork GROUP BY so ORDER BY so

-- name: forks
-- Every pair, oldest first.
SELECT id, so, kind, code, first_place, first_text, first_signature, second_place, second_text, second_signature, seen_at
FROM fork ORDER BY id

-- name: manifests_below
-- The leaves of a Sở's log below a size, in order.
SELECT statement FROM manifest WHERE so = %s AND log_index < %s ORDER BY log_index

-- name: ingested_of_hashes
-- Which of these transcripts Bộ has, and since when.
SELECT d.document_sha256, d.locator, d.effective_on, l.log_index, l.decided_at
FROM document d JOIN lock_decided l USING (so, lock_id)
WHERE d.document_sha256 = ANY(%s) AND d.action <> 'UNLOCK' AND d.action <> 'UNLOCK'

-- name: quarantine_codes
-- Messages that did not decode, by reason.
SELECT stage, code, count(*) FROM quarantine GROUP BY stage, code ORDER BY stage, code

-- name: closed_logs
-- Of these Sở, those whose log has ended, with the Sở that follows.
SELECT so, successor FROM closing WHERE so = ANY(%s) ORDER BY so

-- name: closings
-- All logs that have ended, with the Sở that follows.
SELECT so, successor FROM closing ORDER BY so
