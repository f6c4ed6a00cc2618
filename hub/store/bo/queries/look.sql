-- Looking: status and balance.

-- name: count_ingested
-- Transcripts of promoted locks.
SELECT so, count(*) FROM document GROUP BY so ORDER BY so

-- name: locks
-- Every decided lock.
SELECT so, outcome, count(*), sum(count) FROM lock GROUP BY so, outcome ORDER BY so, outcome
