-- Transfers at Bộ: every step as it was signed, the row that the steps fold to, what was told, and what was delivered.

CREATE TABLE transfer (
    transfer_id    text    PRIMARY KEY CHECK (transfer_id ~ '^[0-9a-f]{64}$'),
    pupil          text    NOT NULL, -- identifier that the request names
    birth_date     date    NOT NULL,
    school_year    text    NOT NULL,
    grade          integer NOT NULL,
    receiving_so   text    NOT NULL,
    receiving      text    NOT NULL, -- school code
    sending_so     text    NOT NULL,
    sending        text    NOT NULL,
    procedure      text    NOT NULL,
    request_sha256 text    NOT NULL,
    opened_at      timestamptz NOT NULL,
    group_id       text    NOT NULL, -- the first open transfer of the person when this one was asked for
    place          bigint  NOT NULL UNIQUE, -- of the request among all steps
    state          text    NOT NULL CHECK (state IN ('contested', 'requested', 'consented', 'referred', 'accepted', 'released',
                                                     'sent', 'closed', 'amended', 'refused', 'withdrawn', 'cancelled')),
    since          timestamptz NOT NULL, -- when what is awaited now began
    awaited        text,
    due_at         timestamptz,
    overdue        text[]  NOT NULL DEFAULT '{}', -- what ever ran out, in order
    is_overdue     boolean NOT NULL DEFAULT false,
    consents       text[]  NOT NULL DEFAULT '{}',
    referrals      text[]  NOT NULL DEFAULT '{}',
    released       text[],           -- hashes that the sending school named; empty when its Sở released
    delivery       integer NOT NULL DEFAULT 0 CHECK (delivery >= 0),
    documents      text[]  NOT NULL DEFAULT '{}', -- of the latest delivery
    count          integer NOT NULL DEFAULT 0,
    root           text,
    resend         boolean NOT NULL DEFAULT false,
    acknowledged_delivery integer NOT NULL DEFAULT 0,
    closed_at      timestamptz,
    CHECK (receiving <> sending OR receiving_so <> sending_so),
    CHECK (acknowledged_delivery <= delivery),
    CHECK (state <> 'closed' OR acknowledged_delivery = delivery),
    CHECK (delivery = 0 OR released IS NOT NULL) -- nothing of a history before the release
);
CREATE INDEX transfer_pupil ON transfer (pupil);
CREATE INDEX transfer_group ON transfer (group_id);
CREATE INDEX transfer_due ON transfer (due_at) WHERE due_at IS NOT NULL AND NOT is_overdue;
CREATE INDEX transfer_state ON transfer (state);
COMMENT ON TABLE transfer IS 'One row for each request; folded from transfer_step, and equal on every replay.';

CREATE TABLE transfer_step (
    statement_sha256 text   PRIMARY KEY,
    place            bigint NOT NULL UNIQUE CHECK (place >= 0), -- in the order of decision
    transfer_id      text   NOT NULL, -- one that nobody asked for has no row
    so               text   NOT NULL, -- that carried it; bo for what Bộ's seal signed
    school           text   NOT NULL,
    kind             text   NOT NULL,
    command_id       text   NOT NULL,
    received_at      timestamptz NOT NULL, -- when it counts
    appended_at      timestamptz NOT NULL, -- of the message in the one log
    outcome          text   NOT NULL CHECK (outcome IN ('accepted', 'refused')),
    codes            text[] NOT NULL,
    state            text,             -- of the transfer afterwards
    statement        bytea  NOT NULL,
    signature        text   NOT NULL,
    CHECK (encode(sha256(statement), 'hex') = statement_sha256),
    CHECK ((outcome = 'refused') = (cardinality(codes) > 0))
);
CREATE INDEX transfer_step_of ON transfer_step (transfer_id, place);
CREATE INDEX transfer_step_command ON transfer_step (so, command_id);
COMMENT ON TABLE transfer_step IS 'Every step that was decided, verbatim, with what became of it.';

CREATE TABLE transfer_notice (
    transfer_id text    NOT NULL, -- a request that was refused made no row
    so          text    NOT NULL,
    school      text    NOT NULL,
    n           integer NOT NULL CHECK (n > 0), -- of this transfer to this school
    step_sha256 text    NOT NULL REFERENCES transfer_step,
    notice_id   text    NOT NULL UNIQUE,
    PRIMARY KEY (transfer_id, so, school, n)
);
COMMENT ON TABLE transfer_notice IS 'Which school was told of which step; the signed words stand in the outbox.';

CREATE TABLE transfer_delivery (
    transfer_id text    NOT NULL REFERENCES transfer,
    delivery    integer NOT NULL CHECK (delivery > 0),
    step_sha256 text    NOT NULL UNIQUE REFERENCES transfer_step,
    cause       text    NOT NULL CHECK (cause IN ('release', 'correction', 'resend')),
    key_sha256  text    NOT NULL, -- of the raw X25519 key of the receiving school
    count       integer NOT NULL CHECK (count >= 0),
    root        text    NOT NULL,
    PRIMARY KEY (transfer_id, delivery)
);
COMMENT ON TABLE transfer_delivery IS 'Every time that a history was sent, with what the receiver then holds.';

CREATE TABLE transfer_document (
    transfer_id     text    NOT NULL,
    delivery        integer NOT NULL,
    n               integer NOT NULL CHECK (n >= 0), -- by ascending hash
    document_sha256 text    NOT NULL,
    so              text    NOT NULL, -- that locked it
    lock_id         bytea   NOT NULL,
    lock_n          integer NOT NULL,
    sealed          bytea   NOT NULL, -- what only the receiving school opens
    PRIMARY KEY (transfer_id, delivery, n),
    UNIQUE (transfer_id, delivery, document_sha256),
    FOREIGN KEY (transfer_id, delivery) REFERENCES transfer_delivery,
    FOREIGN KEY (so, lock_id, lock_n) REFERENCES document
);
COMMENT ON TABLE transfer_document IS 'The sealed evidence files of a delivery, as they were sent.';

CREATE FUNCTION refuse_beginning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is no state to begin with', NEW.state USING ERRCODE = 'HB002';
END $$;
CREATE TRIGGER transfer_begins BEFORE INSERT ON transfer FOR EACH ROW
    WHEN (NEW.state NOT IN ('requested', 'contested') OR NEW.delivery <> 0 OR NEW.released IS NOT NULL)
    EXECUTE FUNCTION refuse_beginning();
CREATE TRIGGER transfer_moves_by_table BEFORE UPDATE ON transfer FOR EACH ROW EXECUTE FUNCTION refuse_unknown_transition('transfer');

CREATE FUNCTION refuse_transfer_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moving text[] := ARRAY['state', 'since', 'awaited', 'due_at', 'overdue', 'is_overdue', 'consents', 'referrals', 'released',
                           'delivery', 'documents', 'count', 'root', 'resend', 'acknowledged_delivery', 'closed_at'];
BEGIN
    IF (to_jsonb(NEW) - moving) IS DISTINCT FROM (to_jsonb(OLD) - moving) THEN
        RAISE EXCEPTION 'what a request says of a transfer never changes' USING ERRCODE = 'HB001';
    END IF;
    IF NEW.delivery < OLD.delivery OR NEW.acknowledged_delivery < OLD.acknowledged_delivery
       OR NOT NEW.overdue @> OLD.overdue OR (OLD.delivery > 0 AND NEW.released IS DISTINCT FROM OLD.released) THEN
        RAISE EXCEPTION 'what was delivered or acknowledged stays so' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transfer_is_kept_as_asked BEFORE UPDATE ON transfer FOR EACH ROW EXECUTE FUNCTION refuse_transfer_change();
CREATE TRIGGER transfer_stays BEFORE DELETE ON transfer FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_is_kept BEFORE TRUNCATE ON transfer FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_document_beyond_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM transfer_delivery d JOIN transfer t USING (transfer_id)
                   WHERE (d.transfer_id, d.delivery) = (NEW.transfer_id, NEW.delivery)
                     AND NEW.n < d.count AND NEW.document_sha256 = ANY(t.documents)) THEN
        RAISE EXCEPTION 'a delivery holds what its step names' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transfer_document_within BEFORE INSERT ON transfer_document FOR EACH ROW
    EXECUTE FUNCTION refuse_document_beyond_delivery();

CREATE TRIGGER transfer_step_is_final BEFORE UPDATE OR DELETE ON transfer_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_step_is_kept BEFORE TRUNCATE ON transfer_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_notice_is_final BEFORE UPDATE OR DELETE ON transfer_notice FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_notice_is_kept BEFORE TRUNCATE ON transfer_notice FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_delivery_is_final BEFORE UPDATE OR DELETE ON transfer_delivery
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_delivery_is_kept BEFORE TRUNCATE ON transfer_delivery
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_document_is_final BEFORE UPDATE OR DELETE ON transfer_document
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_document_is_kept BEFORE TRUNCATE ON transfer_document
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
