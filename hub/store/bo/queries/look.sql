-- Looking: status and balance.

-- name: count_ingested
-- Transcripts of promoted locks.
SELECT so, count(*) FROM document GROUP BY so ORDER BY so

-- name: ingested_of_hashes
-- Which of these transcripts Bộ has, and since when.
SELECT d.document_sha256, d.locator, d.effective_on, l.log_index, l.decided_at
FROM document d JOIN lock l USING (so, lock_id) WHERE d.document_sha256 = ANY(%s)

-- name: quarantine_codes
-- Messages that did not decode, by reason.
SELECT stage, code, count(*) FROM quarantine GROUP BY stage, code ORDER BY stage, code
