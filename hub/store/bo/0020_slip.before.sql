-- Look-up slips: what a school committed itself to, under a key that is not in this database.

CREATE TABLE slip (
    statement_sha256 bytea  PRIMARY KEY,
    so               text   NOT NULL,
    locator          text   NOT NULL,
    school           text   NOT NULL,
    commitment_hmac  bytea  NOT NULL CHECK (octet_length(commitment_hmac) = 32),
    appended_at      timestamptz NOT NULL, -- of the message that carried it
    record_offset    bigint NOT NULL       -- place in the Sở's slip topic
);
CREATE INDEX slip_locator ON slip (locator);
COMMENT ON TABLE slip IS 'Of one person the newest slip counts, by time, and within one Sở by place; every earlier one has ended.';
CREATE TRIGGER slip_is_final BEFORE UPDATE OR DELETE ON slip FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER slip_is_kept BEFORE TRUNCATE ON slip FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
