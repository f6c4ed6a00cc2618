-- What the portal asks, by its own role: functions that check, count and log, and rows that a look has opened.

-- name: portal_knows
-- Whether a key opens a record.
SELECT portal_knows(ROW(%(locator)s, %(hmac)s, %(birth_date)s, %(locator_hash)s, %(network)s)::portal_shown, %(at)s)

-- name: portal_look
-- A look by a slip; true when it was logged.
SELECT portal_look(ROW(%(locator)s, %(hmac)s, %(birth_date)s, %(locator_hash)s, %(network)s)::portal_shown, %(seen_from)s,
                   %(record)s, %(purpose)s, %(years)s::text[], %(ticket)s, %(at)s)

-- name: portal_look_share
-- A look by a share; true when it was logged.
SELECT portal_look_share(%(id)s::uuid, %(code)s, %(id_hash)s, %(network)s, %(record)s, %(purpose)s, %(years)s::text[],
                         %(ticket)s, %(at)s)

-- name: portal_share_known
-- Whether a share's code opens it.
SELECT portal_share_key(%(id)s::uuid, %(code)s, %(id_hash)s, %(network)s, %(at)s) IS NOT NULL

-- name: portal_show
-- Show the ticket of a look for the rest of the transaction.
SELECT set_config('hub.look', %s, true)

-- name: portal_versions
-- Every locked version that the look opens, with the log it stands in, and whether it is in force no more.
SELECT d.so, d.lock_id, d.pupil, d.school, d.school_year, d.period, d.document, d.document_sha256, d.signatures, d.leaf,
       d.version, d.locator, d.effective_on, d.evidence, l.log_index, l.decided_at,
       EXISTS (SELECT FROM document e WHERE e.action = 'UNLOCK'
               AND (e.school, e.pupil, e.school_year, e.period, e.version)
                 = (d.school, d.pupil, d.school_year, d.period, d.version))
FROM document d JOIN lock l USING (so, lock_id) WHERE d.action <> 'UNLOCK'
ORDER BY d.school_year, d.period, d.effective_on, d.school, d.version

-- name: portal_looks
-- Who looked.
SELECT * FROM portal_looks(ROW(%(locator)s, %(hmac)s, %(birth_date)s, %(locator_hash)s, %(network)s)::portal_shown, %(at)s,
                           %(count_max)s)

-- name: portal_shares
-- The shares of a record.
SELECT * FROM portal_shares(ROW(%(locator)s, %(hmac)s, %(birth_date)s, %(locator_hash)s, %(network)s)::portal_shown, %(at)s)

-- name: portal_share_of
-- The share that a code opens.
SELECT * FROM portal_share_of(%(id)s::uuid, %(code)s, %(id_hash)s, %(at)s)

-- name: portal_add_share
-- A new share with its consents; true when it was kept.
SELECT portal_add_share(ROW(%(locator)s, %(hmac)s, %(birth_date)s, %(locator_hash)s, %(network)s)::portal_shown, %(id)s::uuid,
                        %(code)s, %(recipient)s, %(purpose)s, %(years)s::text[], %(until)s, %(parties)s::text[],
                        %(issuers)s::text[], %(subjects)s::text[], %(ats)s::timestamptz[], %(at)s)

-- name: portal_revoke
-- End a share; true when there was one that stood.
SELECT portal_revoke(ROW(%(locator)s, %(hmac)s, %(birth_date)s, %(locator_hash)s, %(network)s)::portal_shown, %(id)s::uuid,
                     %(at)s)

-- name: portal_standing
-- How a document stands.
SELECT version_, newest FROM portal_standing(%s)
