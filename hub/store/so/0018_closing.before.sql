-- The end of the log: one final head over the same tree, which names the Sở that follows, and Bộ's word that it has it.

CREATE TABLE closing (
    only_one        boolean PRIMARY KEY DEFAULT true CHECK (only_one), -- a log ends once
    tree_size       bigint NOT NULL,
    root            bytea  NOT NULL,
    successor       text   NOT NULL,
    text            bytea  NOT NULL, -- signed note, verbatim
    signature       text   NOT NULL, -- JWS by the Sở's seal over the text
    made_at         timestamptz NOT NULL,
    timestamp_token bytea  NOT NULL
);
COMMENT ON TABLE closing IS 'The final head of a closed log: nothing gets a place after it.';
CREATE TRIGGER closing_is_final BEFORE UPDATE OR DELETE ON closing FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER closing_is_kept BEFORE TRUNCATE ON closing FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE closing_receipt (
    only_one    boolean PRIMARY KEY DEFAULT true CHECK (only_one) REFERENCES closing,
    statement   bytea NOT NULL,
    signature   text  NOT NULL,
    cosignature text  NOT NULL
);
COMMENT ON TABLE closing_receipt IS 'Bộ''s signed word that it has cosigned the final head.';
CREATE TRIGGER closing_receipt_is_final BEFORE UPDATE OR DELETE ON closing_receipt
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER closing_receipt_is_kept BEFORE TRUNCATE ON closing_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_after_the_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM closing) THEN
        RAISE EXCEPTION 'the log is closed: nothing gets a place after its final head' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checkpoint_before_the_end BEFORE INSERT ON checkpoint
    FOR EACH ROW EXECUTE FUNCTION refuse_after_the_end();
CREATE TRIGGER lock_placed_before_the_end BEFORE UPDATE OF log_index ON lock
    FOR EACH ROW WHEN (NEW.log_index IS DISTINCT FROM OLD.log_index) EXECUTE FUNCTION refuse_after_the_end();

CREATE FUNCTION refuse_end_elsewhere() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head checkpoint;
BEGIN
    SELECT * INTO head FROM checkpoint ORDER BY tree_size DESC LIMIT 1;
    IF coalesce(head.tree_size, 0) <> NEW.tree_size OR coalesce(head.root, NEW.root) <> NEW.root
       OR EXISTS (SELECT FROM lock WHERE log_index IS NULL) THEN
        RAISE EXCEPTION 'the final head is over all locks, like the newest head' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closing_covers_all BEFORE INSERT ON closing FOR EACH ROW EXECUTE FUNCTION refuse_end_elsewhere();
