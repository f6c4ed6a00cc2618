-- Reconciling: what Bộ holds of each Sở, lock by lock; and the nightly check of every stored row.

-- name: ingested_schools
-- The schools of a Sở of which Bộ holds anything.
SELECT school FROM lock WHERE so = %(so)s UNION SELECT school FROM document WHERE so = %(so)s ORDER BY school

-- name: ingested_locks
-- What Bộ decided about the locks of one school, each with its manifest; also where the one without the other stands.
SELECT ids.lock_id, l.school, l.school_year, l.cohort, l.round_number, l.count, l.root, NULL::date, m.statement,
       m.signature, l.decided_at, l.log_index, l.outcome, m.log_index
FROM (
    SELECT lock_id FROM lock WHERE so = %(so)s AND school = %(school)s
    UNION SELECT lock_id FROM document WHERE so = %(so)s AND school = %(school)s
    UNION SELECT unnest(%(lock_ids)s::bytea[])
) ids
LEFT JOIN lock_decided l ON l.so = %(so)s AND l.lock_id = ids.lock_id
LEFT JOIN manifest m ON m.so = %(so)s AND m.lock_id = ids.lock_id
WHERE l.lock_id IS NOT NULL OR m.lock_id IS NOT NULL
   OR EXISTS (SELECT FROM document d WHERE d.so = %(so)s AND d.lock_id = ids.lock_id)

-- name: ingested_rows
-- Every transcript of a lock, in the order of the manifest.
SELECT n, document, signatures, leaf, leaf_sha256, document_sha256, NULL::bytea, school, pupil, student_code, school_year,
       period, version, locator, effective_on, NULL, NULL::bytea, NULL::integer, evidence
FROM document WHERE so = %s AND lock_id = %s ORDER BY n

-- name: surrogates_of
-- Under whose surrogates the national stream has these pupils of a lock: their own, or what a link moved them to.
SELECT own.identifier, coalesce(placed.surrogate, own.surrogate) FROM pupil own
LEFT JOIN LATERAL (
    SELECT p.surrogate FROM document d JOIN placement a USING (so, lock_id, n) JOIN pupil p ON p.identifier = a.identifier
    WHERE d.pupil = own.identifier AND d.so = %(so)s AND d.lock_id = %(lock_id)s AND d.action <> 'UNLOCK'
    ORDER BY a.step DESC LIMIT 1
) placed ON true
WHERE own.identifier = ANY(%(pupils)s)

-- name: published_before
-- Whether everything of these locks stood in the national stream at a time.
SELECT message_id, bool_and(sent_at IS NOT NULL AND sent_at < %s) FROM outbox
WHERE topic = %s AND message_id = ANY(%s) GROUP BY message_id

-- name: manifests_in_log_order
-- Every manifest of a Sở in the order of its log, with what was decided.
SELECT m.lock_id, l.school, l.school_year, l.cohort, l.round_number, l.count, l.root, NULL::date, m.statement,
       m.signature, l.decided_at, l.log_index, l.outcome, m.log_index
FROM manifest m LEFT JOIN lock_decided l USING (so, lock_id) WHERE m.so = %s ORDER BY m.log_index

-- name: logs
-- Whose logs Bộ holds.
SELECT so FROM manifest UNION SELECT so FROM checkpoint UNION SELECT so FROM lock ORDER BY so

-- name: bo_heads_in_order
-- Every head of a Sở's log that Bộ has cosigned; behind the newest the final one, where the log has ended.
SELECT tree_size, root, frontier, text, signature, seen_at, cosignature, timestamp_token, stamped_at, NULL
FROM checkpoint WHERE so = %(so)s
UNION ALL
SELECT c.tree_size, c.root,
       coalesce((SELECT k.frontier FROM checkpoint k WHERE (k.so, k.tree_size) = (c.so, c.tree_size)), '{}'), c.text,
       c.signature, c.seen_at, c.cosignature, c.timestamp_token, c.stamped_at, c.successor
FROM closing c WHERE c.so = %(so)s
ORDER BY 1, 10 NULLS FIRST

-- name: locks_without_manifest
-- Decisions about a lock whose manifest is not there.
SELECT l.lock_id FROM lock l LEFT JOIN manifest m USING (so, lock_id) WHERE l.so = %s AND m.lock_id IS NULL

-- name: transcripts_without_lock
-- Transcripts of a lock that was not promoted, or is not there.
SELECT d.lock_id, d.n FROM document d LEFT JOIN lock_decided l USING (so, lock_id)
WHERE d.so = %s AND (l.lock_id IS NULL OR l.outcome <> 'ingested')

-- name: transcripts_without_pupil
-- Transcripts whose pupil has no surrogate.
SELECT d.lock_id, d.n FROM document d LEFT JOIN pupil p ON p.identifier = d.pupil WHERE d.so = %s AND p.identifier IS NULL
