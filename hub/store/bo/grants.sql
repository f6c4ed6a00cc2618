-- What Bộ's worker may do: it owns nothing, and lets go only of the bytes of chunks that have been decided.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {worker}; -- what stands here is all of it, whatever was granted before
GRANT USAGE ON SCHEMA public TO {worker};
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {worker};
REVOKE INSERT ON transition, migration, recovery, recovered FROM {worker};
GRANT UPDATE (next_offset, epoch, last_sha256, attempt_count, moved_at) ON position TO {worker};
GRANT UPDATE (sent_at) ON outbox TO {worker};
GRANT UPDATE (message) ON staged_chunk TO {worker};
GRANT UPDATE (state, since, awaited, due_at, overdue, is_overdue, consents, referrals, released) ON transfer TO {worker};
GRANT UPDATE (delivery, documents, count, root, resend, acknowledged_delivery, closed_at) ON transfer TO {worker};
GRANT UPDATE (looked) ON document_basis TO {worker};
GRANT UPDATE (code, facts, resume_at, resume_by, resume_reason, tries, ended_at) ON parked TO {worker};
GRANT UPDATE (done_at) ON parked_record TO {worker};
GRANT UPDATE (met_at) ON recovered TO {worker};
GRANT UPDATE (said_at) ON transfer_wish TO {worker};
-- What the portal writes is the portal's; the worker counts looks and misses, sees nobody's shares, and takes up wishes.
REVOKE ALL ON look_limit, look_decoy, share, share_revoked, consent, transfer_wish_party FROM {worker};
REVOKE INSERT ON look, look_failure, lock_leaf, share_log, transfer_wish FROM {worker};
GRANT EXECUTE ON FUNCTION share_rows TO {worker};
GRANT SELECT ON look_limit TO {worker};
DROP POLICY IF EXISTS worker ON document;
CREATE POLICY worker ON document TO {worker} USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS worker ON register_entry;
CREATE POLICY worker ON register_entry TO {worker} USING (true) WITH CHECK (true);
