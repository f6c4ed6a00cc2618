-- Near matches: pupils who may be one person, for a person of the Sở to decide. Nothing waits for it.

CREATE TABLE near_match_person (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pupil        text   NOT NULL,
    name         text   NOT NULL,
    birth_date   text   NOT NULL,
    gender       text   NOT NULL,
    personal_id  text,
    school       text   NOT NULL, -- of the first document that describes the pupil so
    student_code text   NOT NULL,
    UNIQUE (pupil, name, birth_date, gender)
);
COMMENT ON TABLE near_match_person IS 'Every pupil as accepted documents describe him: a projection, for comparing.';

CREATE TABLE near_match_key (
    key       bigint NOT NULL, -- a hash of name and birth year, of the number, of name and a part of the number
    person_id bigint NOT NULL REFERENCES near_match_person,
    PRIMARY KEY (key, person_id)
);
COMMENT ON TABLE near_match_key IS 'Under which keys a person is found; near persons share one.';

CREATE TABLE near_match_read (
    message_sha256 bytea PRIMARY KEY REFERENCES inbox
);
COMMENT ON TABLE near_match_read IS 'Commands whose documents have been compared. Commits come in no order that a number could follow.';

CREATE TABLE near_match (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pupil_a       text   NOT NULL,
    pupil_b       text   NOT NULL CHECK (pupil_a <= pupil_b), -- equal: one number, two names
    person_a      bigint NOT NULL REFERENCES near_match_person,
    person_b      bigint NOT NULL REFERENCES near_match_person,
    reasons       text[] NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (pupil_a, pupil_b)
);
CREATE INDEX near_match_second ON near_match (pupil_b);
COMMENT ON TABLE near_match IS 'One row a pair, with what was seen first.';

CREATE TABLE near_match_decision (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    near_match_id bigint NOT NULL REFERENCES near_match,
    verdict       text   NOT NULL CHECK (verdict IN ('same_person', 'different')),
    by            text   NOT NULL CHECK (by ~ '\S'),
    reason        text   NOT NULL CHECK (reason ~ '\S'),
    at            timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX near_match_decision_by_pair ON near_match_decision (near_match_id, id);
COMMENT ON TABLE near_match_decision IS 'Who decided what about a pair, and why; the last one counts.';

CREATE VIEW near_match_entry AS
SELECT m.id, m.pupil_a, m.pupil_b, m.person_a, m.person_b, m.reasons, m.first_seen_at,
       coalesce(d.verdict, 'open') AS state, d.by AS decided_by, d.at AS decided_at, d.reason
FROM near_match m
LEFT JOIN LATERAL (
    SELECT verdict, by, at, reason FROM near_match_decision WHERE near_match_id = m.id ORDER BY id DESC LIMIT 1
) d ON true;
COMMENT ON VIEW near_match_entry IS 'Every pair with its state: open, same_person, different.';

CREATE TRIGGER near_match_person_is_final BEFORE UPDATE OR DELETE ON near_match_person FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER near_match_person_is_kept BEFORE TRUNCATE ON near_match_person FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER near_match_is_final BEFORE UPDATE OR DELETE ON near_match FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER near_match_is_kept BEFORE TRUNCATE ON near_match FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER near_match_decision_is_final BEFORE UPDATE OR DELETE ON near_match_decision FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER near_match_decision_is_kept BEFORE TRUNCATE ON near_match_decision FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
