-- What grants and the first triggers left to a worker's INSERT and to its columns of states.

CREATE FUNCTION refuse_beginning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% does not begin as %', TG_TABLE_NAME, NEW.state USING ERRCODE = 'HB002';
END $$;
CREATE TRIGGER document_begins_unlocked BEFORE INSERT ON document FOR EACH ROW
    WHEN (NEW.state NOT IN ('open', 'pending', 'held')) EXECUTE FUNCTION refuse_beginning();
CREATE TRIGGER round_begins_open BEFORE INSERT ON round FOR EACH ROW
    WHEN (NEW.state <> 'open') EXECUTE FUNCTION refuse_beginning();

CREATE FUNCTION refuse_supersession_by_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM document d
        WHERE (d.school, d.pupil, d.school_year, d.period) = (NEW.school, NEW.pupil, NEW.school_year, NEW.period)
          AND d.version > NEW.version AND d.state NOT IN ('recalled', 'replaced', 'refused')
    ) THEN
        RAISE EXCEPTION 'a locked transcript is superseded by a later version alone' USING ERRCODE = 'HB002';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER document_superseded_by_another AFTER UPDATE OF state ON document
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state = 'superseded' AND OLD.state <> 'superseded') EXECUTE FUNCTION refuse_supersession_by_nothing();

CREATE FUNCTION refuse_leaf_beyond_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added a JOIN lock l USING (lock_id) WHERE a.n NOT BETWEEN 0 AND l.count - 1) THEN
        RAISE EXCEPTION 'a lock has as many leaves as its manifest says' USING ERRCODE = 'HB001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER leaf_within_lock AFTER INSERT ON leaf REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_leaf_beyond_lock();

CREATE FUNCTION refuse_head_of_the_past() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM checkpoint c WHERE c.tree_size >= NEW.tree_size) THEN
        RAISE EXCEPTION 'a new head is larger than all before it' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checkpoint_grows BEFORE INSERT ON checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_head_of_the_past();
