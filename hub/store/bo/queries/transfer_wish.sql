-- What families wish of transfers: kept by the portal's function, said by Bộ's clock.

-- name: unsaid_wishes
-- The oldest wishes that were not said yet.
SELECT wish_id, kind, transfer_id, request_sha256, pupil, birth_date, school_year, grade, receiving_so, receiving, sending_so,
       sending, reason, parties, at
FROM transfer_wish WHERE said_at IS NULL ORDER BY n LIMIT %s

-- name: wish_said
-- One wish is queued for the log.
UPDATE transfer_wish SET said_at = %s WHERE wish_id = %s

-- name: portal_transfers
-- The transfers of the pupil whose record the look opened.
SELECT transfer_id, receiving_so, receiving, sending_so, sending, school_year, grade, state, procedure, opened_at, awaited, due_at,
       is_overdue, consents, reason, steps
FROM portal_transfers()

-- name: portal_wishes
-- What its family said that is not decided yet, or was refused.
SELECT kind, transfer_id, receiving_so, receiving, sending_so, sending, parties, at, outcome, codes FROM portal_wishes()

-- name: portal_transfer_wish
-- A new wish; '' when it is kept, else the code that says why not.
SELECT portal_transfer_wish(
    ROW(%(locator)s, %(hmac)s, %(birth_date)s, %(locator_hash)s, %(network)s)::portal_shown,
    ROW(%(kind)s, %(transfer)s, %(receiving_so)s, %(receiving)s, %(sending_so)s, %(sending)s, %(school_year)s, %(grade)s::integer,
        %(born)s::date, %(reason)s)::portal_wish,
    %(parties)s::text[], %(issuers)s::text[], %(subjects)s::text[], %(at)s)

-- name: portal_register
-- The entries of one Sở's register of one kind, all or those of these ids, in order of publication.
SELECT kind, entry_id, valid_from, valid_to, payload, version FROM register_entry
WHERE so = %(so)s AND kind = %(kind)s AND (%(ids)s::text[] IS NULL OR entry_id = ANY(%(ids)s::text[])) ORDER BY version
