-- The projected register.

-- name: add_entry
-- One entry of the register topic; its version is its offset and one.
INSERT INTO register_entry (so, version, kind, entry_id, issued_at, valid_from, valid_to, payload, statement, signature, appended_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: register_versions
-- The newest version of each Sở's register.
SELECT so, max(version) FROM register_entry GROUP BY so ORDER BY so

-- name: register_entries
-- Every entry of one Sở in order of publication.
SELECT kind, entry_id, valid_from, valid_to, payload, version FROM register_entry WHERE so = %s ORDER BY version

-- name: issued_at
-- When the newest version of each of these entries was issued.
SELECT so, kind, entry_id, max(issued_at) FROM register_entry
WHERE (so, kind, entry_id) IN (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]))
GROUP BY so, kind, entry_id
