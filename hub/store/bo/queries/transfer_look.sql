-- Transfers as an operator of Bộ looks at them.

-- name: look_transfers
-- All transfers of a school or of all, oldest first; of a school on either side.
SELECT transfer_id, state, procedure, awaited, due_at, overdue, receiving_so, receiving, sending_so, sending, delivery, count,
       root, acknowledged_delivery, opened_at, pupil, birth_date, school_year, grade
FROM transfer
WHERE coalesce(%(school)s::text IN (receiving, sending), true) AND transfer_id LIKE %(transfer)s || '%%'
ORDER BY opened_at, place
