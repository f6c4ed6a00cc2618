-- What became of an entry that was sent to the register.

-- name: entry_registered
-- The version under which it stands, if it does.
SELECT version FROM register_entry WHERE so = %s AND kind = %s AND entry_id = %s AND statement = %s

-- name: entry_quarantined
-- Why it stands in quarantine instead.
SELECT code FROM quarantine WHERE stage = 'register' AND topic = %s AND part = %s AND record_offset = %s
