-- What had grants alone keeps its rows by triggers too. What a worker moves stays free: no trigger looks at those columns.
-- A new log lets the owner rename the places of an outbox row (source_topic, reference, message_id) and of what is parked (topic).

CREATE TRIGGER position_stays BEFORE DELETE ON position FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER position_is_kept BEFORE TRUNCATE ON position FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER outbox_is_final BEFORE UPDATE OF id, source_part, source_offset, n, topic, key, kind, value, headers, queued_at ON outbox
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER outbox_stays BEFORE DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER outbox_is_kept BEFORE TRUNCATE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER parked_is_final BEFORE UPDATE OF id, stage, key, part, record_offset, parked_at ON parked
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER parked_is_kept BEFORE TRUNCATE ON parked FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER parked_record_is_final
    BEFORE UPDATE OF stage, part, record_offset, parked_key, key, value, headers, appended_at, append_time ON parked_record
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER parked_record_is_kept BEFORE TRUNCATE ON parked_record FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER near_match_key_is_final BEFORE UPDATE OR DELETE ON near_match_key FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER near_match_key_is_kept BEFORE TRUNCATE ON near_match_key FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER near_match_read_is_final BEFORE UPDATE OR DELETE ON near_match_read FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER near_match_read_is_kept BEFORE TRUNCATE ON near_match_read FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
