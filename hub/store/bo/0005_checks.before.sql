-- Bộ's own checks of a lock: the request behind it, attempts at a refused one, and pairs of signed texts that contradict.

CREATE TABLE lock_request (
    so        text    NOT NULL,
    lock_id   bytea   NOT NULL,
    n         integer NOT NULL CHECK (n >= 0),
    statement bytea   NOT NULL,
    signature text    NOT NULL,
    PRIMARY KEY (so, lock_id, n),
    FOREIGN KEY (so, lock_id) REFERENCES manifest
);
COMMENT ON TABLE lock_request IS 'The command behind a lock, as it came beside the manifest; a later one when the first was broken.';
CREATE TRIGGER lock_request_is_final BEFORE UPDATE OR DELETE ON lock_request FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lock_request_is_kept BEFORE TRUNCATE ON lock_request FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE lock_again (
    so         text    NOT NULL,
    lock_id    bytea   NOT NULL,
    attempt    integer NOT NULL CHECK (attempt >= 2),
    outcome    text    NOT NULL CHECK (outcome IN ('ingested', 'refused')),
    codes      text[]  NOT NULL,
    decided_at timestamptz NOT NULL, -- append time of the checkpoint that came again
    PRIMARY KEY (so, lock_id, attempt),
    FOREIGN KEY (so, lock_id) REFERENCES lock
);
COMMENT ON TABLE lock_again IS 'A refused lock that was decided again after its parts came again; each attempt is final, the last one counts.';
CREATE TRIGGER lock_again_is_final BEFORE UPDATE OR DELETE ON lock_again FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lock_again_is_kept BEFORE TRUNCATE ON lock_again FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE INDEX lock_refused ON lock (so, lock_id) WHERE outcome = 'refused';

CREATE VIEW lock_decided AS
SELECT l.so, l.lock_id, l.log_index, l.school, l.school_year, l.cohort, l.round_number, l.count, l.root,
       coalesce(a.attempt, 1) AS attempt, coalesce(a.outcome, l.outcome) AS outcome, coalesce(a.codes, l.codes) AS codes,
       coalesce(a.decided_at, l.decided_at) AS decided_at
FROM lock l
LEFT JOIN LATERAL (
    SELECT attempt, outcome, codes, decided_at FROM lock_again
    WHERE l.outcome = 'refused' AND so = l.so AND lock_id = l.lock_id ORDER BY attempt DESC LIMIT 1
) a ON true;
COMMENT ON VIEW lock_decided IS 'Every lock with the last decision about it.';

CREATE FUNCTION refuse_attempt_out_of_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM lock_decided d WHERE d.so = NEW.so AND d.lock_id = NEW.lock_id
          AND d.outcome = 'refused' AND d.attempt = NEW.attempt - 1
    ) THEN
        RAISE EXCEPTION 'only a lock that stands refused is decided again, one attempt after the other' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lock_again_in_turn BEFORE INSERT ON lock_again FOR EACH ROW EXECUTE FUNCTION refuse_attempt_out_of_turn();

CREATE OR REPLACE FUNCTION refuse_document_beyond_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added a JOIN lock_decided l USING (so, lock_id)
        WHERE a.n NOT BETWEEN 0 AND l.count - 1 OR l.outcome <> 'ingested'
    ) THEN
        RAISE EXCEPTION 'a lock has as many transcripts as its manifest says' USING ERRCODE = 'HB001';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION refuse_staged_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'message') IS DISTINCT FROM (to_jsonb(OLD) - 'message')
       OR NEW.message IS NOT NULL AND (OLD.message IS NOT NULL OR sha256(NEW.message) <> OLD.sha256) THEN
        RAISE EXCEPTION 'a staged chunk lets go of its bytes, takes the same ones back, and changes in nothing else'
            USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;

CREATE TABLE fork (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    so               text   NOT NULL,
    kind             text   NOT NULL CHECK (kind IN ('checkpoint', 'manifest')),
    code             text   NOT NULL,
    sha256           bytea  NOT NULL, -- over both texts: the same pair stands once
    first_place      bigint NOT NULL, -- tree size or log index
    first_text       bytea  NOT NULL,
    first_signature  text   NOT NULL,
    second_place     bigint NOT NULL,
    second_text      bytea  NOT NULL,
    second_signature text   NOT NULL,
    seen_at          timestamptz NOT NULL, -- append time of the second
    UNIQUE (so, kind, sha256),
    CHECK (first_text <> second_text)
);
COMMENT ON TABLE fork IS 'Two texts that one Sở signed and that cannot both be true: what was accepted, and what was refused for it.';
CREATE TRIGGER fork_is_final BEFORE UPDATE OR DELETE ON fork FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fork_is_kept BEFORE TRUNCATE ON fork FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
