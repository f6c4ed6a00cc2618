-- What the Sở decides about pupils: which of two schools claims one rightly, and which identifiers name one person.

CREATE TABLE conflict_decision (
    message_sha256     bytea PRIMARY KEY REFERENCES inbox,
    pupil              text  NOT NULL,
    school_year        text  NOT NULL,
    period             text  NOT NULL,
    school             text  NOT NULL, -- that claims the pupil rightly
    not_of             text  NOT NULL,
    number             text  NOT NULL, -- of the decision's paper
    reason             text  NOT NULL,
    role               text  NOT NULL,
    person             text,           -- staff id of the signer by the register
    certificate_sha256 bytea NOT NULL,
    decided_at         timestamptz NOT NULL, -- append time of the command
    CHECK (school <> not_of)
);
CREATE INDEX conflict_decision_pupil ON conflict_decision (pupil, school_year);
COMMENT ON TABLE conflict_decision IS 'Rulings between two schools; of two about the same pair the later counts.';

CREATE TABLE identity_link (
    message_sha256     bytea PRIMARY KEY REFERENCES inbox,
    action             text  NOT NULL CHECK (action IN ('correct', 'merge', 'separate')),
    former             text  NOT NULL,
    present            text  NOT NULL,
    evidence_sha256    bytea NOT NULL,
    number             text  NOT NULL,
    reason             text  NOT NULL,
    role               text  NOT NULL,
    person             text,
    certificate_sha256 bytea NOT NULL,
    decided_at         timestamptz NOT NULL,
    CHECK (former <> present)
);
CREATE INDEX identity_link_former ON identity_link (former);
CREATE INDEX identity_link_present ON identity_link (present);
COMMENT ON TABLE identity_link IS 'Which identifier stands for which; of one former identifier the latest row counts, and "separate" ends it.';

CREATE TABLE decided_document (
    decision       bytea   NOT NULL REFERENCES inbox,
    message_sha256 bytea   NOT NULL,
    n              integer NOT NULL,
    state          text    NOT NULL CHECK (state IN ('open', 'held', 'refused')),
    PRIMARY KEY (decision, message_sha256, n),
    FOREIGN KEY (message_sha256, n) REFERENCES document
);
CREATE INDEX decided_document_of ON decided_document (message_sha256, n);
COMMENT ON TABLE decided_document IS 'What a decision made of the transcripts of earlier submissions; each was told by a receipt of its own.';

CREATE TRIGGER conflict_decision_is_final BEFORE UPDATE OR DELETE ON conflict_decision FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER conflict_decision_is_kept BEFORE TRUNCATE ON conflict_decision FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER identity_link_is_final BEFORE UPDATE OR DELETE ON identity_link FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER identity_link_is_kept BEFORE TRUNCATE ON identity_link FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decided_document_is_final BEFORE UPDATE OR DELETE ON decided_document FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decided_document_is_kept BEFORE TRUNCATE ON decided_document FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A pair that was linked or separated by a signed decision is decided, whichever came first; the last word counts.

CREATE OR REPLACE VIEW near_match_entry AS
SELECT m.id, m.pupil_a, m.pupil_b, m.person_a, m.person_b, m.reasons, m.first_seen_at,
       coalesce(d.verdict, 'open') AS state, d.by AS decided_by, d.at AS decided_at, d.reason
FROM near_match m
LEFT JOIN LATERAL (
    SELECT verdict, by, at, reason FROM (
        SELECT verdict, by, at, reason, id FROM near_match_decision WHERE near_match_id = m.id
        UNION ALL
        SELECT CASE action WHEN 'separate' THEN 'different' ELSE 'same_person' END, coalesce(person, role), decided_at,
               number || ': ' || reason, 0
        FROM identity_link
        WHERE (former, present) IN ((m.pupil_a, m.pupil_b), (m.pupil_b, m.pupil_a))
    ) said ORDER BY at DESC, id DESC LIMIT 1
) d ON true;
COMMENT ON VIEW near_match_entry IS 'Every pair with its state: open, same_person, different.';
