-- Look-up slips at Bộ.

-- name: add_slip
-- A slip, once; it may come again.
INSERT INTO slip (so, statement_sha256, locator, school, commitment_hmac, appended_at, record_offset)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
