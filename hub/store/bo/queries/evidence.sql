-- What an evidence file is made of, from Bộ's copy; the queries are named as those of a Sở, behind copy_.

-- name: copy_leaves_of_year
-- Every leaf of these pupils in a school year that this Sở locked, with its transcript and the receipt that answered it.
SELECT d.school, d.period, d.document, d.signatures, d.leaf, d.leaf_sha256, d.lock_id, d.n, a.statement, a.signature
FROM document d
LEFT JOIN LATERAL (
    SELECT r.statement, r.signature FROM accepted_document x JOIN acceptance r USING (statement_sha256)
    WHERE x.document_sha256 = d.document_sha256 AND r.so = d.so ORDER BY r.appended_at, r.statement_sha256 LIMIT 1
) a ON true
WHERE d.so = %(so)s AND d.pupil = ANY(%(pupils)s) AND d.school_year = %(year)s ORDER BY d.school, d.period, d.version

-- name: copy_leaf_hashes
-- The leaf hashes of a lock in the order of its manifest.
SELECT leaf_sha256 FROM lock_leaf WHERE so = %(so)s AND lock_id = %(lock_id)s ORDER BY n

-- name: copy_lock_in_log
-- A lock with its place in the log, and Bộ's answer to it.
SELECT m.statement, m.signature, m.log_index, l.outcome, r.message
FROM manifest m JOIN lock_decided l USING (so, lock_id) JOIN lock_answer r USING (so, lock_id, attempt)
WHERE m.so = %(so)s AND m.lock_id = %(lock_id)s

-- name: copy_manifests_below
-- The leaves of the log up to a size, in order.
SELECT statement FROM manifest WHERE so = %(so)s AND log_index < %(size)s ORDER BY log_index

-- name: copy_signed_head
-- The head of that size as the Sở signed it, with its time-stamp (empty without one).
SELECT text, signature, timestamp_token FROM checkpoint WHERE so = %(so)s AND tree_size = %(size)s

-- name: copy_cosigned_closing
-- The final head of a closed log: it stands for every head before it.
SELECT tree_size, text, signature, timestamp_token, cosignature FROM closing WHERE so = %(so)s

-- name: copy_register_evidence
-- Every policy, and all versions of the entries that name one of these certificates or a seal's source system, in order.
-- The system (NULL without a seal) brings the certificates that it pins; the order is that of publication.
SELECT version, statement, signature FROM register_entry
WHERE so = %(so)s AND (kind = 'trust_policy' OR (kind = 'source_system' AND entry_id = %(system)s) OR (kind, entry_id) IN (
    SELECT kind, entry_id FROM register_entry
    WHERE so = %(so)s AND kind = 'official' AND payload ->> 'certificate_sha256' = ANY(%(certificates)s)
    UNION ALL
    SELECT kind, entry_id FROM register_entry
    WHERE so = %(so)s AND kind = 'certificate'
      AND encode(sha256(decode(payload ->> 'der_base64', 'base64')), 'hex') IN (
          SELECT unnest(%(certificates)s::text[])
          UNION
          SELECT jsonb_array_elements_text(payload -> 'signers') FROM register_entry
          WHERE so = %(so)s AND kind = 'source_system' AND entry_id = %(system)s)))
ORDER BY version

-- name: copy_revocation_evidence
-- The revocation data that was the newest at a version of the register, or when it was published, by entry.
SELECT DISTINCT ON (entry_id) version, statement, signature FROM register_entry
WHERE so = %(so)s AND kind = 'revocation' AND (version <= %(version)s OR appended_at <= %(at)s) ORDER BY entry_id, version DESC
