-- The projected register.

-- name: add_entry
-- One entry of the register topic; its version is its offset and one, behind the versions of logs that are gone.
INSERT INTO register_entry (so, version, kind, entry_id, issued_at, valid_from, valid_to, payload, statement, signature, appended_at)
SELECT w.so, w.version + coalesce((
    SELECT (facts -> 'register_versions' ->> ('hocba.so-' || w.so || '.register.v1'))::bigint
    FROM recovery WHERE kind = 'new_log' ORDER BY id DESC LIMIT 1), 0),
    w.kind, w.entry_id, w.issued_at, w.valid_from, w.valid_to, w.payload, w.statement, w.signature, w.appended_at
FROM (VALUES (%s::text, %s::bigint, %s::text, %s::text, %s::timestamptz, %s::timestamptz, %s::timestamptz, %s::jsonb,
              %s::bytea, %s::text, %s::timestamptz))
    AS w (so, version, kind, entry_id, issued_at, valid_from, valid_to, payload, statement, signature, appended_at)
ON CONFLICT DO NOTHING

-- name: register_versions
-- The newest version of each Sở's register, and how many entries: one of a parked key may come late.
SELECT so, max(version), count(*) FROM register_entry GROUP BY so ORDER BY so

-- name: snapshot_versions
-- The same beside what a snapshot is made of: rosters stand in no snapshot, and do not make a new one.
SELECT c.so, (SELECT max(version) FROM register_entry e WHERE e.so = c.so), c.version, c.count
FROM (SELECT so, max(version) AS version, count(*) AS count FROM register_entry WHERE kind <> 'roster' GROUP BY so) c
ORDER BY c.so

-- name: register_entries
-- Every entry of one Sở but the rosters, in order of publication.
SELECT kind, entry_id, valid_from, valid_to, payload, version FROM register_entry
WHERE so = %s AND kind <> 'roster' ORDER BY version

-- name: register_entries_since
-- The same, of those behind a version.
SELECT kind, entry_id, valid_from, valid_to, payload, version FROM register_entry
WHERE so = %s AND kind <> 'roster' AND version > %s ORDER BY version

-- name: issued_at
-- When the newest version of each of these entries was issued.
SELECT so, kind, entry_id, max(issued_at) FROM register_entry
WHERE (so, kind, entry_id) IN (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]))
GROUP BY so, kind, entry_id
