-- Documents whose trust was unknown when they came.

-- name: pending
-- The next of them after a place.
SELECT d.message_sha256, d.n, d.school, d.pupil, d.school_year, d.period, d.document_sha256, d.document, d.signatures,
       d.appended_at, i.command_id
FROM document d JOIN inbox i USING (message_sha256)
WHERE d.state = 'pending' AND (d.message_sha256, d.n) > (%s, %s) ORDER BY d.message_sha256, d.n LIMIT %s

-- name: still_pending
-- The same ones under the claims' locks: a recall may have come first.
SELECT message_sha256, n FROM document WHERE state = 'pending' AND message_sha256 = ANY(%s) FOR UPDATE

-- name: contested
-- Whether another school has a current document for the same pupil, year and period.
SELECT EXISTS (
    SELECT FROM document WHERE pupil = %s AND school_year = %s AND period = %s AND school <> %s
      AND state IN ('open', 'pending', 'held', 'locked'))
