-- Sở's record: what schools sent, what it was answered, what was locked, and the log of locks.

CREATE TABLE inbox (
    message_sha256   bytea   PRIMARY KEY,
    topic            text    NOT NULL,
    part             integer NOT NULL,
    record_offset    bigint  NOT NULL,
    school           text    NOT NULL,
    command_id       text    NOT NULL,
    kind             text    NOT NULL,
    statement        bytea   NOT NULL,
    signature        text    NOT NULL,
    statement_sha256 bytea   NOT NULL,
    holds_id         boolean NOT NULL, -- authenticated: only such a command can use up its id
    outcome          text    NOT NULL CHECK (outcome IN ('accepted', 'partly_accepted', 'refused')),
    codes            text[]  NOT NULL,
    transcript_count integer NOT NULL,
    register_version bigint  NOT NULL,
    appended_at      timestamptz NOT NULL,
    receipt_id       text    NOT NULL,
    receipt          bytea   NOT NULL -- the message as sent, to answer a repetition with the same bytes
);
CREATE UNIQUE INDEX inbox_command ON inbox (school, command_id) WHERE holds_id;
CREATE TRIGGER inbox_is_final BEFORE UPDATE OR DELETE ON inbox FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER inbox_is_kept BEFORE TRUNCATE ON inbox FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE inbox IS 'One row for each distinct command that decodes; a repetition adds nothing.';

CREATE TABLE round (
    school      text    NOT NULL,
    school_year text    NOT NULL,
    cohort      text    NOT NULL CHECK (cohort IN ('completed', 'supplementary', 'transfer')),
    number      integer NOT NULL,
    state       text    NOT NULL CHECK (state IN ('open', 'closing', 'locked')),
    lock_id     bytea,
    closing_at  timestamptz,
    closed_by   text, -- role and school of the signer of the lock request
    PRIMARY KEY (school, school_year, cohort, number),
    CHECK ((state = 'open') = (lock_id IS NULL))
);
CREATE TRIGGER round_moves_by_table BEFORE UPDATE ON round FOR EACH ROW EXECUTE FUNCTION refuse_unknown_transition('round');

CREATE FUNCTION refuse_round_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open' AND (to_jsonb(NEW) - 'state') IS DISTINCT FROM (to_jsonb(OLD) - 'state') THEN
        RAISE EXCEPTION 'who closed a round, when and for which lock does not change' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER round_is_final BEFORE UPDATE ON round FOR EACH ROW EXECUTE FUNCTION refuse_round_change();
CREATE TRIGGER round_stays BEFORE DELETE ON round FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER round_is_kept BEFORE TRUNCATE ON round FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE claim (
    pupil       text NOT NULL,
    school_year text NOT NULL,
    touched     bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (pupil, school_year)
);
COMMENT ON TABLE claim IS 'One row a pupil and year, locked while documents of that pupil are decided.';

CREATE TABLE document (
    message_sha256  bytea   NOT NULL REFERENCES inbox,
    n               integer NOT NULL,
    document_sha256 bytea   NOT NULL,
    envelope_sha256 bytea   NOT NULL,
    school          text    NOT NULL,
    pupil           text    NOT NULL,
    student_code    text    NOT NULL,
    school_year     text    NOT NULL,
    period          text    NOT NULL,
    cohort          text    NOT NULL,
    round_number    integer NOT NULL,
    version         integer NOT NULL CHECK (version >= 1),
    state           text    NOT NULL CHECK (state IN ('open', 'pending', 'held', 'recalled', 'replaced', 'refused', 'locked', 'superseded')),
    codes           text[]  NOT NULL,
    late            boolean NOT NULL,
    appended_at     timestamptz NOT NULL,
    document        bytea   NOT NULL,
    signatures      text[]  NOT NULL,
    PRIMARY KEY (message_sha256, n),
    FOREIGN KEY (school, school_year, cohort, round_number) REFERENCES round
);
CREATE UNIQUE INDEX document_current ON document (school, pupil, school_year, period)
    WHERE state IN ('open', 'pending', 'held', 'locked');
CREATE UNIQUE INDEX document_version ON document (school, pupil, school_year, period, version);
CREATE INDEX document_pupil ON document (pupil, school_year);
CREATE INDEX document_hash ON document (document_sha256);
CREATE INDEX document_round ON document (school, school_year, cohort, round_number);
CREATE INDEX document_student ON document (school, student_code);
CREATE TRIGGER document_moves_by_table BEFORE UPDATE ON document FOR EACH ROW EXECUTE FUNCTION refuse_unknown_transition('document');

CREATE FUNCTION refuse_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'state') IS DISTINCT FROM (to_jsonb(OLD) - 'state') THEN
        RAISE EXCEPTION 'a transcript row changes in its state alone' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_is_final BEFORE UPDATE ON document FOR EACH ROW EXECUTE FUNCTION refuse_document_change();
CREATE TRIGGER document_stays BEFORE DELETE ON document FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_is_kept BEFORE TRUNCATE ON document FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE answer (
    message_sha256  bytea   NOT NULL REFERENCES inbox,
    n               integer NOT NULL,
    document_sha256 bytea   NOT NULL,
    outcome         text    NOT NULL CHECK (outcome IN ('unchanged', 'refused')),
    codes           text[]  NOT NULL,
    PRIMARY KEY (message_sha256, n)
);
CREATE TRIGGER answer_is_final BEFORE UPDATE OR DELETE ON answer FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER answer_is_kept BEFORE TRUNCATE ON answer FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE answer IS 'The outcome of every submitted transcript that was not accepted; accepted ones are in document.';

CREATE TABLE lock (
    lock_id      bytea   PRIMARY KEY,
    school       text    NOT NULL,
    school_year  text    NOT NULL,
    cohort       text    NOT NULL,
    round_number integer NOT NULL,
    count        integer NOT NULL,
    root         bytea   NOT NULL,
    effective_on date    NOT NULL,
    manifest     bytea   NOT NULL,
    signature    text    NOT NULL,
    locked_at    timestamptz NOT NULL, -- append time of the lock command
    log_index    bigint  UNIQUE,       -- set once by the sequencer
    UNIQUE (school, school_year, cohort, round_number)
);

CREATE FUNCTION refuse_lock_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.log_index IS NOT NULL OR (to_jsonb(NEW) - 'log_index') IS DISTINCT FROM (to_jsonb(OLD) - 'log_index') THEN
        RAISE EXCEPTION 'a lock takes its log index once and changes in nothing else' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lock_is_final BEFORE UPDATE ON lock FOR EACH ROW EXECUTE FUNCTION refuse_lock_change();
CREATE TRIGGER lock_stays BEFORE DELETE ON lock FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lock_is_kept BEFORE TRUNCATE ON lock FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE locator (
    locator text   PRIMARY KEY,
    pupil   text   NOT NULL UNIQUE,
    counter integer NOT NULL
);
COMMENT ON TABLE locator IS 'Mã số tra cứu (its locator): one per pupil; derived, the counter went up where two collided.';

CREATE TABLE leaf (
    lock_id        bytea NOT NULL REFERENCES lock,
    n              integer NOT NULL, -- order in the manifest: ascending leaf hash
    leaf_sha256    bytea NOT NULL,
    leaf           bytea NOT NULL,
    message_sha256 bytea NOT NULL,
    document_n     integer NOT NULL,
    locator        text  NOT NULL REFERENCES locator,
    PRIMARY KEY (lock_id, n),
    UNIQUE (message_sha256, document_n),
    FOREIGN KEY (message_sha256, document_n) REFERENCES document
);
CREATE TRIGGER leaf_is_final BEFORE UPDATE OR DELETE ON leaf FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER leaf_is_kept BEFORE TRUNCATE ON leaf FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER locator_is_final BEFORE UPDATE OR DELETE ON locator FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER locator_is_kept BEFORE TRUNCATE ON locator FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE checkpoint (
    tree_size bigint PRIMARY KEY CHECK (tree_size > 0),
    root      bytea  NOT NULL,
    frontier  text[] NOT NULL, -- hex; the peaks of the tree, so that the next append needs no earlier leaf
    text      bytea  NOT NULL, -- C2SP signed note
    signature text   NOT NULL,
    made_at   timestamptz NOT NULL
);
CREATE TRIGGER checkpoint_is_final BEFORE UPDATE OR DELETE ON checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_is_kept BEFORE TRUNCATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE ingest_receipt (
    lock_id     bytea PRIMARY KEY REFERENCES lock,
    outcome     text  NOT NULL CHECK (outcome IN ('ingested', 'refused')),
    statement   bytea NOT NULL,
    signature   text  NOT NULL,
    cosignature text  NOT NULL
);
COMMENT ON TABLE ingest_receipt IS 'Bộ''s signed answer to each lock.';
CREATE TRIGGER ingest_receipt_is_final BEFORE UPDATE OR DELETE ON ingest_receipt FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ingest_receipt_is_kept BEFORE TRUNCATE ON ingest_receipt FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
