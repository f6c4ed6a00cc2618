-- Recovery of a Sở.

-- name: keep_locator
-- A locator that was given out in a lock that is to be decided again.
INSERT INTO locator (locator, pupil, counter) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING

-- name: pending_of
-- The pending documents that one receipt is about.
SELECT d.message_sha256, d.n, d.school, d.pupil, d.school_year, d.period, d.document_sha256, d.document, d.signatures,
       d.appended_at, i.command_id
FROM document d JOIN inbox i USING (message_sha256)
WHERE d.state = 'pending' AND d.school = %s AND i.command_id = %s AND d.document_sha256 = ANY(%s)
ORDER BY d.message_sha256, d.n
