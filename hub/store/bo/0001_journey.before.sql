-- Bộ's record: what each Sở locked, proved by manifest and log, and what was published from it.

CREATE TABLE staged_chunk (
    so      text    NOT NULL,
    lock_id bytea   NOT NULL,
    n       integer NOT NULL,
    of      integer NOT NULL,
    sha256  bytea   NOT NULL, -- of the message: a repetition is known by it
    message bytea,            -- the LockedChunk as received, until its lock is decided
    PRIMARY KEY (so, lock_id, n)
);
COMMENT ON TABLE staged_chunk IS 'Chunks that wait for their manifest; their bytes go when the lock is decided.';
CREATE TRIGGER staged_chunk_stays BEFORE DELETE ON staged_chunk FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE manifest (
    so        text   NOT NULL,
    lock_id   bytea  NOT NULL,
    log_index bigint NOT NULL,
    statement bytea  NOT NULL,
    signature text   NOT NULL,
    PRIMARY KEY (so, lock_id),
    UNIQUE (so, log_index)
);
COMMENT ON TABLE manifest IS 'Manifests as received; those at or beyond the log''s size wait for their checkpoint.';
CREATE TRIGGER manifest_is_final BEFORE UPDATE OR DELETE ON manifest FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER manifest_is_kept BEFORE TRUNCATE ON manifest FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE checkpoint (
    so          text   NOT NULL,
    tree_size   bigint NOT NULL,
    root        bytea  NOT NULL,
    frontier    text[] NOT NULL,
    text        bytea  NOT NULL,
    signature   text   NOT NULL,
    cosignature text   NOT NULL,
    seen_at     timestamptz NOT NULL,
    PRIMARY KEY (so, tree_size)
);
CREATE TRIGGER checkpoint_is_final BEFORE UPDATE OR DELETE ON checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_is_kept BEFORE TRUNCATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE lock (
    so           text   NOT NULL,
    lock_id      bytea  NOT NULL,
    log_index    bigint NOT NULL,
    school       text   NOT NULL,
    school_year  text   NOT NULL,
    cohort       text   NOT NULL,
    round_number integer NOT NULL,
    count        integer NOT NULL,
    root         bytea  NOT NULL,
    outcome      text   NOT NULL CHECK (outcome IN ('ingested', 'refused')),
    codes        text[] NOT NULL,
    decided_at   timestamptz NOT NULL, -- append time of the checkpoint that covers it
    PRIMARY KEY (so, lock_id)
);
CREATE TRIGGER lock_is_final BEFORE UPDATE OR DELETE ON lock FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lock_is_kept BEFORE TRUNCATE ON lock FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE pupil (
    identifier text  PRIMARY KEY, -- as in the document: number of the person, passport, or school and student code
    surrogate  bytea NOT NULL     -- HMAC under Bộ's key; later identifiers of the same person are linked to it
);

CREATE TABLE document (
    so              text    NOT NULL,
    lock_id         bytea   NOT NULL,
    n               integer NOT NULL,
    document_sha256 bytea   NOT NULL,
    leaf_sha256     bytea   NOT NULL,
    school          text    NOT NULL,
    pupil           text    NOT NULL REFERENCES pupil,
    student_code    text    NOT NULL,
    school_year     text    NOT NULL,
    period          text    NOT NULL,
    version         integer NOT NULL,
    locator         text    NOT NULL,
    effective_on    date    NOT NULL,
    document        bytea   NOT NULL,
    signatures      text[]  NOT NULL,
    leaf            bytea   NOT NULL,
    PRIMARY KEY (so, lock_id, n),
    UNIQUE (school, pupil, school_year, period, version),
    FOREIGN KEY (so, lock_id) REFERENCES lock
);
CREATE INDEX document_pupil ON document (pupil);
CREATE INDEX document_locator ON document (locator);
CREATE TRIGGER document_is_final BEFORE UPDATE OR DELETE ON document FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_is_kept BEFORE TRUNCATE ON document FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE conflict (
    pupil       text NOT NULL,
    school_year text NOT NULL,
    period      text NOT NULL,
    schools     text[] NOT NULL,
    opened_at   timestamptz NOT NULL,
    PRIMARY KEY (pupil, school_year, period)
);
COMMENT ON TABLE conflict IS 'One pupil locked by two schools: Bộ never refuses a proved manifest for it, a person decides.';
