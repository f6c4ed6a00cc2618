-- What the portal may do: read the transcripts of a committed look, and the proofs that name nobody; write nothing itself.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {portal};
GRANT USAGE ON SCHEMA public TO {portal};
GRANT SELECT ON document, register_entry, lock, lock_again, lock_decided, lock_answer, lock_leaf, manifest, checkpoint, closing,
    acceptance, accepted_document TO {portal};
DROP POLICY IF EXISTS portal ON document;
CREATE POLICY portal ON document FOR SELECT TO {portal}
    USING (pupil = ANY((SELECT portal_pupils())::text[])
           AND ((SELECT portal_years()) IS NULL OR school_year = ANY((SELECT portal_years())::text[])));
DROP POLICY IF EXISTS portal ON register_entry;
CREATE POLICY portal ON register_entry FOR SELECT TO {portal} USING (kind <> 'roster');
GRANT EXECUTE ON FUNCTION portal_pupils, portal_years, portal_knows, portal_look, portal_standing, portal_looks, portal_shares,
    portal_share_key, portal_look_share, portal_share_of, portal_add_share, portal_revoke, portal_transfers,
    portal_wishes, portal_transfer_wish TO {portal};
