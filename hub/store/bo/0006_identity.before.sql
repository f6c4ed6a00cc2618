-- Which identifiers name one person, by the signed decisions of Sở, and under whose key each transcript is published.

CREATE TABLE identity_link (
    statement_sha256 bytea PRIMARY KEY,
    so               text  NOT NULL,
    action           text  NOT NULL CHECK (action IN ('correct', 'merge', 'separate')),
    former           text  NOT NULL,
    present          text  NOT NULL,
    statement        bytea NOT NULL, -- as the Sở's person signed it
    signature        text  NOT NULL,
    appended_at      timestamptz NOT NULL, -- of the message that carried it
    CHECK (former <> present)
);
CREATE INDEX identity_link_former ON identity_link (former);
CREATE INDEX identity_link_present ON identity_link (present);
COMMENT ON TABLE identity_link IS 'Of one former identifier the latest row counts, whichever Sở signed it; "separate" ends the link.';

CREATE TABLE placement (
    so         text    NOT NULL,
    lock_id    bytea   NOT NULL,
    n          integer NOT NULL,
    step       integer NOT NULL CHECK (step >= 0), -- 0: as it was first published, from 1 on: moved
    cause      bytea   NOT NULL, -- hash of the link's statement, or id of the lock that made room
    identifier text    NOT NULL REFERENCES pupil, -- whose key it stands under from then on
    before     text    NOT NULL, -- whose key it stood under, and with step 0 would have
    emptied    boolean NOT NULL, -- nothing stands under the former key any more: it gets a tombstone
    PRIMARY KEY (so, lock_id, n, step),
    FOREIGN KEY (so, lock_id, n) REFERENCES document
);
CREATE INDEX placement_cause ON placement (cause);
COMMENT ON TABLE placement IS 'Transcripts that the national stream has under another identifier''s key than their own; the highest step counts.';

CREATE TRIGGER identity_link_is_final BEFORE UPDATE OR DELETE ON identity_link FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER identity_link_is_kept BEFORE TRUNCATE ON identity_link FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER placement_is_final BEFORE UPDATE OR DELETE ON placement FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER placement_is_kept BEFORE TRUNCATE ON placement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
