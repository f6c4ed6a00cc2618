-- What Sở's worker may do: it owns nothing, deletes nothing, and updates only the named columns.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {worker}; -- what stands here is all of it, whatever was granted before
GRANT USAGE ON SCHEMA public TO {worker};
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {worker};
REVOKE INSERT ON transition, migration, recovery, recovered FROM {worker};
GRANT UPDATE (next_offset, epoch, last_sha256, attempt_count, moved_at) ON position TO {worker};
GRANT UPDATE (sent_at) ON outbox TO {worker};
GRANT UPDATE (state, lock_id, closing_at, closed_by) ON round TO {worker};
GRANT UPDATE (touched) ON claim TO {worker};
GRANT UPDATE (state) ON document TO {worker};
GRANT UPDATE (log_index) ON lock TO {worker};
GRANT UPDATE (state, round_number, closes_at) ON correction TO {worker};
GRANT UPDATE (code, facts, resume_at, resume_by, resume_reason, tries, ended_at) ON parked TO {worker};
GRANT UPDATE (done_at) ON parked_record TO {worker};
GRANT UPDATE (met_at) ON recovered TO {worker};
