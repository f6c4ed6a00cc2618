-- A Sở's own acts: the second person's signature of a lock over many schools; and what schools were reminded of.

CREATE TABLE second_signature (
    message_sha256     bytea PRIMARY KEY REFERENCES inbox,
    role               text  NOT NULL,
    person             text,
    certificate_sha256 bytea NOT NULL,
    signature          text  NOT NULL
);
COMMENT ON TABLE second_signature IS 'Who signed a Sở''s act beside the first person, whose signature stands in inbox.';
CREATE TRIGGER second_signature_is_final BEFORE UPDATE OR DELETE ON second_signature
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER second_signature_is_kept BEFORE TRUNCATE ON second_signature
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE reminder (
    reminder_id text PRIMARY KEY,
    school      text    NOT NULL,
    school_year text    NOT NULL,
    cohort      text    NOT NULL,
    number      integer NOT NULL,
    kind        text    NOT NULL,
    threshold   text    NOT NULL CHECK (threshold IN ('14', '7', '3', '1', 'after')),
    due_at      timestamptz NOT NULL,
    noticed_at  timestamptz NOT NULL,
    message     bytea   NOT NULL -- as it was sent
);
CREATE INDEX reminder_of_round ON reminder (school_year, cohort, noticed_at);
COMMENT ON TABLE reminder IS 'One row for each school, round, date and threshold, however often a worker starts.';
CREATE TRIGGER reminder_is_final BEFORE UPDATE OR DELETE ON reminder FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reminder_is_kept BEFORE TRUNCATE ON reminder FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE reminder_look (
    school_year text NOT NULL,
    cohort      text NOT NULL,
    due_at      timestamptz NOT NULL,
    threshold   text NOT NULL CHECK (threshold IN ('14', '7', '3', '1', 'after')),
    looked_at   timestamptz NOT NULL,
    PRIMARY KEY (school_year, cohort, due_at, threshold)
);
COMMENT ON TABLE reminder_look IS 'When the schools of a round were looked at for a threshold: once, so that none is reminded twice of it.';
CREATE TRIGGER reminder_look_is_final BEFORE UPDATE OR DELETE ON reminder_look FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reminder_look_is_kept BEFORE TRUNCATE ON reminder_look FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
