-- Parking: a school whose record breaks an invariant of ours waits aside; nothing of it is lost or decided meanwhile.

CREATE TABLE parked (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage         text    NOT NULL,
    topic         text    NOT NULL,
    key           bytea   NOT NULL,
    code          text    NOT NULL,
    facts         bytea   NOT NULL, -- JSON; never personal data
    part          integer NOT NULL,
    record_offset bigint  NOT NULL,
    parked_at     timestamptz NOT NULL DEFAULT now(),
    resume_at     timestamptz,      -- an operator let it go on
    tries         integer NOT NULL DEFAULT 0, -- resumptions that began a record and never came back
    resume_by     text,
    resume_reason text,
    ended_at      timestamptz
);
CREATE UNIQUE INDEX parked_once ON parked (stage, topic, key) WHERE ended_at IS NULL;
COMMENT ON TABLE parked IS 'Schools (record keys) that wait for a person; ended ones stay as history.';

CREATE TABLE parked_record (
    stage         text    NOT NULL,
    topic         text    NOT NULL,
    part          integer NOT NULL,
    record_offset bigint  NOT NULL,
    parked_key    bytea   NOT NULL,
    key           bytea,
    value         bytea,
    headers       bytea   NOT NULL, -- JSON, values in hex
    appended_at   timestamptz NOT NULL,
    append_time   boolean NOT NULL,
    done_at       timestamptz,
    PRIMARY KEY (stage, topic, part, record_offset)
);
CREATE INDEX parked_record_waiting ON parked_record (stage, topic, parked_key, part, record_offset) WHERE done_at IS NULL;
COMMENT ON TABLE parked_record IS 'Records of parked schools, byte for byte, in their order.';
CREATE TRIGGER parked_record_stays BEFORE DELETE ON parked_record FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER parked_stays BEFORE DELETE ON parked FOR EACH ROW EXECUTE FUNCTION refuse_change();
