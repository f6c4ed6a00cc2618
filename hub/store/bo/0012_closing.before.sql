-- The ends of logs: the final head of each closed Sở, cosigned. No larger head of that Sở is taken any more.

CREATE TABLE closing (
    so              text   PRIMARY KEY,
    tree_size       bigint NOT NULL,
    root            bytea  NOT NULL,
    successor       text   NOT NULL,
    text            bytea  NOT NULL, -- signed note, verbatim
    signature       text   NOT NULL,
    cosignature     text   NOT NULL,
    seen_at         timestamptz NOT NULL, -- append time
    timestamp_token bytea  NOT NULL,
    stamped_at      timestamptz,
    CHECK (stamped_at IS NULL OR timestamp_token <> ''),
    CHECK (successor <> so)
);
COMMENT ON TABLE closing IS 'The final head of each closed log, with the Sở that follows.';
CREATE TRIGGER closing_is_final BEFORE UPDATE OR DELETE ON closing FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER closing_is_kept BEFORE TRUNCATE ON closing FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_after_the_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM closing c WHERE c.so = NEW.so) THEN
        RAISE EXCEPTION 'the log is closed: no head follows its final one' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checkpoint_before_the_end BEFORE INSERT ON checkpoint
    FOR EACH ROW EXECUTE FUNCTION refuse_after_the_end();

CREATE FUNCTION refuse_end_elsewhere() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head checkpoint;
BEGIN
    SELECT * INTO head FROM checkpoint c WHERE c.so = NEW.so ORDER BY c.tree_size DESC LIMIT 1;
    IF coalesce(head.tree_size, 0) <> NEW.tree_size OR coalesce(head.root, NEW.root) <> NEW.root THEN
        RAISE EXCEPTION 'the final head is over the same tree as the newest head' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closing_covers_all BEFORE INSERT ON closing FOR EACH ROW EXECUTE FUNCTION refuse_end_elsewhere();
