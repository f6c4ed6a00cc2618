-- Looking at corrections as Bộ holds them: versions that took the place of earlier ones.

-- name: look_superseding
-- Corrected versions of a year, each beside the one before it, with the place of both in the log of their Sở.
SELECT n.so, n.school, l.round_number, l.decided_at, n.document_sha256, n.document, l.log_index,
       o.document_sha256, o.document, o.log_index
FROM document n
JOIN lock_decided l USING (so, lock_id)
JOIN LATERAL (
    SELECT p.document_sha256, p.document, pl.log_index
    FROM document p JOIN lock_decided pl USING (so, lock_id)
    WHERE (p.school, p.pupil, p.school_year, p.period) = (n.school, n.pupil, n.school_year, n.period)
      AND p.version < n.version AND p.action <> 'UNLOCK'
    ORDER BY p.version DESC LIMIT 1
) o ON true
WHERE n.action = 'SUPERSEDES' AND n.school_year = %(school_year)s AND n.so = ANY(%(slugs)s)
ORDER BY n.so, n.school, l.log_index, n.document_sha256
