-- Years that rest on a semester document of another school, as Bộ's clock compares them.

-- name: basis_new
-- Locked documents with a basis that was not noted yet.
SELECT d.document_sha256, d.document FROM document d
WHERE position('"basis":['::bytea IN d.document) > 0 AND d.action <> 'UNLOCK'
  AND NOT EXISTS (SELECT FROM document_basis b WHERE b.document_sha256 = d.document_sha256)
LIMIT %(count_max)s

-- name: add_basis
-- One document that another one names.
INSERT INTO document_basis (document_sha256, n, basis_sha256, period) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: basis_to_look
-- Current years of schools that got the pupil by a transfer of that year, whose basis Bộ has, as it was not compared yet.
SELECT b.document_sha256, b.n, d.document, t.transfer_id, s.document, s.pupil, seen.as_what
FROM document_basis b
JOIN document d ON d.document_sha256 = b.document_sha256 AND d.action <> 'UNLOCK' AND d.period = 'year'
JOIN document s ON s.document_sha256 = b.basis_sha256 AND s.action <> 'UNLOCK'
CROSS JOIN LATERAL (
    SELECT CASE WHEN EXISTS (SELECT FROM document e WHERE e.action = 'UNLOCK'
                             AND (e.school, e.pupil, e.school_year, e.period, e.version)
                               = (s.school, s.pupil, s.school_year, s.period, s.version))
                THEN 'superseded' ELSE 'current' END AS as_what) seen
CROSS JOIN LATERAL (
    SELECT t.transfer_id FROM transfer t
    WHERE t.receiving = d.school AND t.school_year = d.school_year AND t.state IN ('sent', 'closed', 'amended')
      AND (t.pupil = d.pupil OR EXISTS (SELECT FROM identity_link l
                                        WHERE (l.former, l.present) IN ((t.pupil, d.pupil), (d.pupil, t.pupil))))
    ORDER BY t.place DESC LIMIT 1) t
WHERE b.period = 'semester_1' AND b.looked IS DISTINCT FROM 'superseded' AND b.looked IS DISTINCT FROM seen.as_what
  AND NOT EXISTS (SELECT FROM document e WHERE e.action = 'UNLOCK'
                  AND (e.school, e.pupil, e.school_year, e.period, e.version)
                    = (d.school, d.pupil, d.school_year, d.period, d.version))
ORDER BY b.document_sha256, b.n LIMIT %(count_max)s

-- name: basis_looked
-- A comparison was made.
UPDATE document_basis SET looked = %s WHERE document_sha256 = %s AND n = %s

-- name: transfer_flags
-- What Bộ told the receiving schools of these transfers about years that rest on what the transfer brought.
SELECT f.transfer_id, f.statement, f.received_at, EXISTS (
    SELECT FROM document d WHERE d.document_sha256 = decode(convert_from(f.statement, 'UTF8')::jsonb ->> 'document', 'hex')
      AND d.action <> 'UNLOCK'
      AND NOT EXISTS (SELECT FROM document e WHERE e.action = 'UNLOCK'
                      AND (e.school, e.pupil, e.school_year, e.period, e.version)
                        = (d.school, d.pupil, d.school_year, d.period, d.version)))
FROM transfer_step f
WHERE f.kind = 'TransferFlag' AND f.outcome = 'accepted' AND f.transfer_id = ANY(%s)
ORDER BY f.place
