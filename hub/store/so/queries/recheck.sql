-- Documents whose trust was unknown when they came.

-- name: pending
-- The next of them after a place.
SELECT d.message_sha256, d.n, d.school, d.pupil, d.school_year, d.period, d.document_sha256, d.document, d.signatures,
       d.appended_at, i.command_id
FROM document d JOIN inbox i USING (message_sha256)
WHERE d.state = 'pending' AND (d.message_sha256, d.n) > (%s, %s) ORDER BY d.message_sha256, d.n LIMIT %s

-- name: still_pending
-- The same ones under the claims' locks: a recall may have come first.
SELECT message_sha256, n FROM document WHERE state = 'pending' AND message_sha256 = ANY(%s) FOR UPDATE

-- name: rivals
-- The current documents of other schools for the same person, year and period, and whether their round is open.
-- Those over which the Sở ruled for this school claim the pupil no more.
SELECT d.message_sha256, d.n, d.state, r.state FROM document d
JOIN round r ON (r.school, r.school_year, r.cohort, r.number) = (d.school, d.school_year, d.cohort, d.round_number)
WHERE d.pupil = ANY(%(pupils)s) AND d.school_year = %(school_year)s AND d.period = %(period)s AND d.school <> %(school)s
  AND d.state IN ('open', 'pending', 'held', 'locked')
  AND %(school)s IS DISTINCT FROM (
      SELECT c.school FROM conflict_decision c JOIN inbox i USING (message_sha256)
      WHERE c.pupil = ANY(%(pupils)s) AND (c.school_year, c.period) = (d.school_year, d.period)
        AND (c.school, c.not_of) IN ((%(school)s, d.school), (d.school, %(school)s))
      ORDER BY c.decided_at DESC, i.part DESC, i.record_offset DESC LIMIT 1)
FOR SHARE OF r
