-- Semesters that a year's transcript takes from another school: which transfer brought the document, and what it is.

-- name: transfers_bringing
-- As each receiving school was last told: transfers that ever brought one of these documents, and those of these pupils.
SELECT t.statement, ARRAY(SELECT DISTINCT d FROM transfer_notice e, unnest(e.documents) AS d
                          WHERE (e.school, e.transfer_id) = (t.school, t.transfer_id))
FROM transfer t
WHERE t.school = t.receiving AND t.transfer_id IN (
    SELECT transfer_id FROM transfer_notice WHERE school = receiving AND documents && %(hashes)s::bytea[]
    UNION SELECT transfer_id FROM transfer_notice WHERE pupil = ANY(%(pupils)s))
ORDER BY t.transfer_id, t.school

-- name: semesters_held
-- Documents that this Sở locked itself.
SELECT DISTINCT ON (document_sha256) encode(document_sha256, 'hex'), school, pupil, school_year, period, document
FROM document WHERE document_sha256 = ANY(%s::bytea[]) AND state IN ('locked', 'superseded')
ORDER BY document_sha256, school
