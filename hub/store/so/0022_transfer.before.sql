-- What Bộ told the schools of this Sở about transfers, and which sealed documents it carried to them.

CREATE TABLE transfer_notice (
    transfer_id bytea   NOT NULL,
    school      text    NOT NULL, -- who is told
    n           integer NOT NULL CHECK (n >= 1),
    state       text    NOT NULL,
    outcome     text    NOT NULL CHECK (outcome IN ('accepted', 'refused')),
    step        text    NOT NULL,
    step_id     text    NOT NULL,
    codes       text[]  NOT NULL,
    at          timestamptz NOT NULL, -- of the step
    awaited     text,
    due_at      timestamptz,
    overdue     text[]  NOT NULL,
    pupil       text    NOT NULL,
    sending     text    NOT NULL,
    receiving   text    NOT NULL,
    delivery    integer,
    root        bytea,
    documents   bytea[], -- of the latest delivery; NULL before the first
    statement   bytea   NOT NULL,
    signature   text    NOT NULL,
    appended_at timestamptz NOT NULL,
    PRIMARY KEY (transfer_id, school, n)
);
COMMENT ON TABLE transfer_notice IS 'Every notice of Bộ to a school of this Sở, verbatim; the one with the highest n counts.';
CREATE INDEX transfer_notice_school ON transfer_notice (school, transfer_id, n DESC);
CREATE INDEX transfer_notice_pupil ON transfer_notice (pupil);
CREATE TRIGGER transfer_notice_is_final BEFORE UPDATE OR DELETE ON transfer_notice
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_notice_is_kept BEFORE TRUNCATE ON transfer_notice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE transfer_carried (
    transfer_id     bytea   NOT NULL,
    school          text    NOT NULL,
    delivery        integer NOT NULL CHECK (delivery >= 1),
    n               integer NOT NULL CHECK (n >= 0),
    of              integer NOT NULL CHECK (of > n),
    document_sha256 bytea   NOT NULL,
    key_sha256      bytea   NOT NULL,
    appended_at     timestamptz NOT NULL,
    PRIMARY KEY (transfer_id, school, delivery, n)
);
COMMENT ON TABLE transfer_carried IS 'Each sealed document that passed to a school, by hash; the Sở cannot open it.';
CREATE TRIGGER transfer_carried_is_final BEFORE UPDATE OR DELETE ON transfer_carried
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_carried_is_kept BEFORE TRUNCATE ON transfer_carried
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE VIEW transfer AS
    SELECT DISTINCT ON (school, transfer_id) * FROM transfer_notice ORDER BY school, transfer_id, n DESC;
COMMENT ON VIEW transfer IS 'Each transfer as a school of this Sở was last told.';
