-- The table of the peers: the hub's own, its columns, checks and indexes, without foreign keys and triggers.

-- name: peer_table
-- Made in a copy of the Sở's database.
CREATE TABLE peer_document (LIKE document INCLUDING ALL)

-- name: peer_insert
-- One accepted transcript, as the hub would have stored it.
INSERT INTO peer_document (message_sha256, n, document_sha256, envelope_sha256, school, pupil, student_code,
    school_year, period, cohort, round_number, version, state, codes, late, appended_at, document, signatures)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1, 'open', %s, false, %s, %s, %s)
