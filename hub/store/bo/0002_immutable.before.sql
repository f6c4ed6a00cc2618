-- What grants and the first triggers left to a worker's INSERT, and to an owner's forgotten statement.

CREATE FUNCTION refuse_document_beyond_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added a JOIN lock l USING (so, lock_id)
        WHERE a.n NOT BETWEEN 0 AND l.count - 1 OR l.outcome <> 'ingested'
    ) THEN
        RAISE EXCEPTION 'a lock has as many transcripts as its manifest says' USING ERRCODE = 'HB001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER document_within_lock AFTER INSERT ON document REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_document_beyond_lock();

CREATE FUNCTION refuse_head_of_the_past() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM checkpoint c WHERE c.so = NEW.so AND c.tree_size >= NEW.tree_size) THEN
        RAISE EXCEPTION 'a new head is larger than all before it' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checkpoint_grows BEFORE INSERT ON checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_head_of_the_past();

CREATE FUNCTION refuse_staged_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.message IS NOT NULL OR (to_jsonb(NEW) - 'message') IS DISTINCT FROM (to_jsonb(OLD) - 'message') THEN
        RAISE EXCEPTION 'a staged chunk lets go of its bytes and changes in nothing else' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER staged_chunk_is_final BEFORE UPDATE ON staged_chunk FOR EACH ROW EXECUTE FUNCTION refuse_staged_change();
CREATE TRIGGER staged_chunk_is_kept BEFORE TRUNCATE ON staged_chunk FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER pupil_is_final BEFORE UPDATE OR DELETE ON pupil FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER pupil_is_kept BEFORE TRUNCATE ON pupil FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
