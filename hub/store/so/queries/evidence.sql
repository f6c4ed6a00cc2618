-- What an evidence file is made of.

-- name: leaves_of_year
-- Every leaf of these pupils in a school year, with the transcript that it stands for and the receipt that answered it.
SELECT d.school, d.period, d.document, d.signatures, f.leaf, f.leaf_sha256, f.lock_id, f.n, i.receipt
FROM document d
JOIN leaf f ON f.message_sha256 = d.message_sha256 AND f.document_n = d.n
JOIN inbox i ON i.message_sha256 = d.message_sha256
WHERE d.pupil = ANY(%(pupils)s) AND d.school_year = %(year)s ORDER BY d.school, d.period, d.version

-- name: source_of
-- The source document of this hash, as it came.
SELECT data FROM source_document WHERE sha256 = %(sha256)s

-- name: leaf_hashes
-- The leaf hashes of a lock in the order of its manifest.
SELECT leaf_sha256 FROM leaf WHERE lock_id = %(lock_id)s ORDER BY n

-- name: lock_in_log
-- A lock with its place in the log, and Bộ's answer where it is there.
SELECT l.manifest, l.signature, l.log_index, r.outcome, r.statement, r.signature, r.cosignature
FROM lock l LEFT JOIN bo_answer r USING (lock_id) WHERE lock_id = %(lock_id)s

-- name: manifests_below
-- The leaves of the log up to a size, in order.
SELECT manifest FROM lock WHERE log_index < %(size)s ORDER BY log_index

-- name: signed_head
-- The head of that size as Sở signed it, with its time-stamp (empty without one).
SELECT text, signature, timestamp_token FROM checkpoint WHERE tree_size = %(size)s

-- name: cosigned_closing
-- The final head of a closed log, once Bộ has cosigned it: it stands for every head before it.
SELECT c.tree_size, c.text, c.signature, c.timestamp_token, r.cosignature FROM closing c JOIN closing_receipt r USING (only_one)

-- name: register_evidence
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

-- name: revocation_evidence
-- The revocation data that was the newest at a version of the register, or when it was published, by entry.
SELECT DISTINCT ON (entry_id) version, statement, signature FROM register_entry
WHERE so = %(so)s AND kind = 'revocation' AND (version <= %(version)s OR appended_at <= %(at)s) ORDER BY entry_id, version DESC
