-- What every organisation's database has: the loop's position, the outbox, the quarantine, the register.

CREATE TABLE position (
    stage            text    NOT NULL,
    topic            text    NOT NULL,
    part             integer NOT NULL CHECK (part >= 0),
    next_offset      bigint  NOT NULL CHECK (next_offset >= 0),
    epoch            bigint  NOT NULL,
    cluster_id       text    NOT NULL,
    topic_id         text    NOT NULL,
    last_sha256      bytea,
    attempt_count    integer NOT NULL DEFAULT 0, -- owners that began and never ended: a record that kills the process shows here
    moved_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stage, topic, part)
);
COMMENT ON TABLE position IS 'The truth about what is done; the Kafka commit is a hint for lag tools.';

CREATE TABLE outbox (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_topic  text    NOT NULL,
    source_part   integer NOT NULL,
    source_offset bigint  NOT NULL,
    n             integer NOT NULL,
    topic         text    NOT NULL,
    key           bytea,
    kind          text    NOT NULL,
    message_id    text    NOT NULL,
    value         bytea,
    reference     jsonb,
    headers       jsonb,
    sent_at       timestamptz,
    UNIQUE (source_topic, source_part, source_offset, n),
    CHECK (num_nonnulls(value, reference) = 1)
);
CREATE INDEX outbox_unsent ON outbox (id) WHERE sent_at IS NULL;
COMMENT ON COLUMN outbox.reference IS 'Instead of bytes: immutable rows from which the relay builds the same messages again.';

CREATE TABLE quarantine (
    topic         text    NOT NULL,
    part          integer NOT NULL,
    record_offset bigint  NOT NULL,
    stage         text    NOT NULL,
    key           bytea,
    value         bytea,
    headers       bytea   NOT NULL, -- JSON: names may hold what jsonb refuses
    code          text    NOT NULL,
    facts         bytea   NOT NULL, -- JSON, for the same reason
    appended_at   timestamptz NOT NULL,
    PRIMARY KEY (stage, topic, part, record_offset)
);
COMMENT ON TABLE quarantine IS 'Messages that do not decode, byte for byte, with the reason.';

CREATE TABLE register_entry (
    so            text    NOT NULL,
    version       bigint  NOT NULL, -- offset in the register topic and one: the order of publication
    kind          text    NOT NULL,
    entry_id      text    NOT NULL,
    issued_at     timestamptz NOT NULL,
    valid_from    timestamptz NOT NULL,
    valid_to      timestamptz,
    payload       jsonb   NOT NULL,
    statement     bytea   NOT NULL,
    signature     text    NOT NULL,
    appended_at   timestamptz NOT NULL,
    PRIMARY KEY (so, version)
);
CREATE INDEX register_entry_by_id ON register_entry (so, kind, entry_id);
COMMENT ON TABLE register_entry IS 'Effective-dated; a later entry of the same id adds a row and overwrites nothing.';

CREATE TABLE transition (
    machine    text NOT NULL,
    from_state text NOT NULL,
    to_state   text NOT NULL,
    PRIMARY KEY (machine, from_state, to_state)
);
COMMENT ON TABLE transition IS 'The transition table of hub.domain.lifecycle, written by the migration.';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: rows here never change', TG_OP, TG_TABLE_NAME USING ERRCODE = 'HB001';
END $$;

CREATE FUNCTION refuse_unknown_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IS DISTINCT FROM OLD.state AND NOT EXISTS (
        SELECT FROM transition
        WHERE machine = TG_ARGV[0] AND from_state = OLD.state AND to_state = NEW.state
    ) THEN
        RAISE EXCEPTION '% % -> % is no transition', TG_ARGV[0], OLD.state, NEW.state USING ERRCODE = 'HB002';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER register_entry_is_final BEFORE UPDATE OR DELETE ON register_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER register_entry_stays BEFORE TRUNCATE ON register_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER quarantine_stays BEFORE DELETE ON quarantine FOR EACH ROW EXECUTE FUNCTION refuse_change();
