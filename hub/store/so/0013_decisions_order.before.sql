-- Decisions count by append time, then by their place in the log: commands of one batch have one append time.

CREATE OR REPLACE VIEW near_match_entry AS
SELECT m.id, m.pupil_a, m.pupil_b, m.person_a, m.person_b, m.reasons, m.first_seen_at,
       coalesce(d.verdict, 'open') AS state, d.by AS decided_by, d.at AS decided_at, d.reason
FROM near_match m
LEFT JOIN LATERAL (
    SELECT verdict, by, at, reason FROM (
        SELECT verdict, by, at, reason, id, 0 AS part, 0::bigint AS record_offset FROM near_match_decision
        WHERE near_match_id = m.id
        UNION ALL
        SELECT CASE l.action WHEN 'separate' THEN 'different' ELSE 'same_person' END, coalesce(l.person, l.role),
               l.decided_at, l.number || ': ' || l.reason, 0, i.part, i.record_offset
        FROM identity_link l JOIN inbox i USING (message_sha256)
        WHERE (l.former, l.present) IN ((m.pupil_a, m.pupil_b), (m.pupil_b, m.pupil_a))
    ) said ORDER BY at DESC, id DESC, part DESC, record_offset DESC LIMIT 1
) d ON true;
COMMENT ON VIEW near_match_entry IS 'Every pair with its state: open, same_person, different.';
