-- Corrections: who asked for which field of which locked transcript, who agreed when, and the version that came of it.

ALTER TABLE inbox ADD COLUMN person text; -- staff id of the signer by the register; role and certificate: the signature

CREATE TABLE correction (
    school          text    NOT NULL, -- that acts: the issuing one, or its successor
    correction_id   text    NOT NULL, -- command id of the request
    n               integer NOT NULL CHECK (n >= 0),
    issuer          text    NOT NULL, -- school of the record
    pupil           text    NOT NULL,
    school_year     text    NOT NULL,
    period          text    NOT NULL,
    base_sha256     bytea   NOT NULL, -- the locked version that is to be corrected
    fields          text[]  NOT NULL,
    state           text    NOT NULL CHECK (state IN ('requested', 'confirmed', 'submitted', 'approved', 'rejected',
                                                      'resubmitted', 'relocked', 'expired', 'withdrawn')),
    request_message bytea   NOT NULL REFERENCES inbox,
    round_number    integer,     -- set once, by the approval
    closes_at       timestamptz, -- set once, by the approval
    requested_at    timestamptz NOT NULL,
    PRIMARY KEY (school, correction_id, n),
    CHECK ((round_number IS NULL) = (closes_at IS NULL)),
    CHECK ((round_number IS NOT NULL) = (state IN ('approved', 'resubmitted', 'relocked', 'expired')))
);
CREATE UNIQUE INDEX correction_open ON correction (issuer, pupil, school_year, period)
    WHERE state IN ('requested', 'confirmed', 'submitted', 'approved', 'resubmitted');
CREATE INDEX correction_year ON correction (issuer, school_year, round_number);
CREATE INDEX correction_pupil ON correction (pupil, school_year);
CREATE INDEX correction_window ON correction (closes_at) WHERE state = 'approved';
COMMENT ON TABLE correction IS 'One row for each pupil of a request for correction, with its own state.';

CREATE TABLE correction_step (
    message_sha256     bytea   NOT NULL REFERENCES inbox, -- the command that made the step
    school             text    NOT NULL,
    correction_id      text    NOT NULL,
    n                  integer NOT NULL,
    event              text    NOT NULL,
    role               text    NOT NULL,
    person             text,
    certificate_sha256 bytea   NOT NULL,
    at                 timestamptz NOT NULL,
    reason             text,
    nth                integer NOT NULL CHECK (nth >= 0), -- of the steps of this row
    PRIMARY KEY (message_sha256, n, event),
    UNIQUE (school, correction_id, n, nth),
    FOREIGN KEY (school, correction_id, n) REFERENCES correction
);
COMMENT ON TABLE correction_step IS 'Who moved a correction, by which office and certificate, when and why.';

CREATE TRIGGER correction_moves_by_table BEFORE UPDATE ON correction FOR EACH ROW
    EXECUTE FUNCTION refuse_unknown_transition('correction');
CREATE TRIGGER correction_begins_requested BEFORE INSERT ON correction FOR EACH ROW
    WHEN (NEW.state <> 'requested') EXECUTE FUNCTION refuse_beginning();

CREATE FUNCTION refuse_correction_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'state' - 'round_number' - 'closes_at')
       IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'round_number' - 'closes_at')
       OR OLD.state <> 'submitted'
          AND (NEW.round_number, NEW.closes_at) IS DISTINCT FROM (OLD.round_number, OLD.closes_at) THEN
        RAISE EXCEPTION 'a correction changes in its state, and takes its round and window once' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER correction_is_final BEFORE UPDATE ON correction FOR EACH ROW EXECUTE FUNCTION refuse_correction_change();
CREATE TRIGGER correction_stays BEFORE DELETE ON correction FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER correction_is_kept BEFORE TRUNCATE ON correction FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER correction_step_is_final BEFORE UPDATE OR DELETE ON correction_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER correction_step_is_kept BEFORE TRUNCATE ON correction_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The round of an approved correction, and two versions of a record beside each other: the locked one and its correction.

ALTER TABLE round DROP CONSTRAINT round_cohort_check;
ALTER TABLE round ADD CONSTRAINT round_cohort_check
    CHECK (cohort IN ('completed', 'supplementary', 'transfer', 'correction'));

DROP INDEX document_current;
CREATE UNIQUE INDEX document_current ON document (school, pupil, school_year, period)
    WHERE state IN ('open', 'pending', 'held', 'locked') AND cohort <> 'correction';
CREATE UNIQUE INDEX document_corrected ON document (school, pupil, school_year, period)
    WHERE state IN ('open', 'pending', 'held') AND cohort = 'correction';
CREATE UNIQUE INDEX document_locked ON document (school, pupil, school_year, period) WHERE state = 'locked';

CREATE FUNCTION refuse_version_beside_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.cohort <> 'correction' THEN
        IF EXISTS (
            SELECT FROM document d WHERE d.state = 'locked'
              AND (d.school, d.pupil, d.school_year, d.period) = (NEW.school, NEW.pupil, NEW.school_year, NEW.period)
        ) THEN
            RAISE EXCEPTION 'beside a locked transcript stands its correction alone' USING ERRCODE = '23505';
        END IF;
    ELSIF NOT EXISTS (
        SELECT FROM correction c JOIN document d ON d.document_sha256 = c.base_sha256
         AND (d.school, d.pupil, d.school_year, d.period) = (c.issuer, c.pupil, c.school_year, c.period)
        WHERE (c.issuer, c.pupil, c.school_year, c.period) = (NEW.school, NEW.pupil, NEW.school_year, NEW.period)
          AND c.round_number = NEW.round_number AND c.state IN ('approved', 'resubmitted')
          AND NEW.appended_at < c.closes_at AND d.state = 'locked'
    ) THEN
        RAISE EXCEPTION 'a correction comes in a window that was opened for it' USING ERRCODE = 'HB002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_beside_locked BEFORE INSERT ON document FOR EACH ROW EXECUTE FUNCTION refuse_version_beside_locked();

CREATE OR REPLACE FUNCTION refuse_supersession_by_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM document d JOIN correction c
          ON (c.issuer, c.pupil, c.school_year, c.period) = (d.school, d.pupil, d.school_year, d.period)
        WHERE (d.school, d.pupil, d.school_year, d.period) = (NEW.school, NEW.pupil, NEW.school_year, NEW.period)
          AND d.version > NEW.version AND d.state IN ('locked', 'superseded') AND d.cohort = 'correction'
          AND c.base_sha256 = NEW.document_sha256 AND c.state = 'relocked' AND c.round_number = d.round_number
    ) THEN
        RAISE EXCEPTION 'a locked transcript is superseded by a correction that was locked' USING ERRCODE = 'HB002';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_relock_of_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM document d JOIN leaf l ON l.message_sha256 = d.message_sha256 AND l.document_n = d.n
        WHERE (d.school, d.pupil, d.school_year, d.period) = (NEW.issuer, NEW.pupil, NEW.school_year, NEW.period)
          AND d.document_sha256 = NEW.base_sha256 AND d.state = 'superseded' AND l.action = 'UNLOCK'
    ) THEN
        RAISE EXCEPTION 'a correction is locked again when its base is unlocked and superseded' USING ERRCODE = 'HB002';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER correction_relocked_by_lock AFTER UPDATE OF state ON correction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state = 'relocked' AND OLD.state <> 'relocked') EXECUTE FUNCTION refuse_relock_of_nothing();

-- A document has one leaf that lets it in, and at most one that ends it.

ALTER TABLE leaf ADD COLUMN action text NOT NULL DEFAULT 'LOCK' CHECK (action IN ('LOCK', 'UNLOCK', 'SUPERSEDES'));
ALTER TABLE leaf DROP CONSTRAINT leaf_message_sha256_document_n_key;
CREATE UNIQUE INDEX leaf_of_document ON leaf (message_sha256, document_n) WHERE action <> 'UNLOCK';
CREATE UNIQUE INDEX leaf_of_unlock ON leaf (message_sha256, document_n) WHERE action = 'UNLOCK';
