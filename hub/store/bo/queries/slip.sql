-- Look-up slips at Bộ.

-- name: add_slip
-- A slip, once; it may come again.
INSERT INTO slip (so, statement_sha256, locator, school, commitment_hmac, appended_at, record_offset)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: looks_in_chain
-- Every look, chain by chain, in order.
SELECT chain, n, at, who, actor, record, purpose, pupil, pupils, years, network, ticket_sha256, previous, sha256
FROM look ORDER BY chain, n

-- name: shares_in_chain
-- The log of shares, in order.
SELECT n, kind, share_id, row_sha256, previous, sha256 FROM share_log ORDER BY n

-- name: share_rows
-- Shares, consents and what was taken back as they stand, by hash.
SELECT kind, share_id, row_sha256 FROM share_rows()

-- name: chain_heads
-- The end of each chain: name, number, hash.
SELECT 'look/' || c.chain, l.n, l.sha256 FROM generate_series(0, 15) AS c (chain)
CROSS JOIN LATERAL (SELECT n, sha256 FROM look WHERE look.chain = c.chain ORDER BY n DESC LIMIT 1) l
UNION ALL (SELECT 'share_log', n, sha256 FROM share_log ORDER BY n DESC LIMIT 1)

-- name: look_at
-- The hash of one look.
SELECT sha256 FROM look WHERE chain = %s AND n = %s

-- name: share_logged_at
-- The hash of one row of the log of shares.
SELECT sha256 FROM share_log WHERE n = %s

-- name: end_shares
-- End every share that is open: what was taken back after the copy was made is not known any more.
INSERT INTO share_revoked SELECT share_id, convert_to('restore', 'UTF8'), clock_timestamp() FROM share
WHERE until > clock_timestamp() AND NOT EXISTS (SELECT FROM share_revoked r WHERE r.share_id = share.share_id)
