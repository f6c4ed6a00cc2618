-- Recovery: what stands in our own output topics and not in our tables, after the database or the log was lost.

CREATE TABLE recovery (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text   NOT NULL CHECK (kind IN ('read_back', 'new_log')),
    who        text   NOT NULL,
    reason     text   NOT NULL,
    done_at    timestamptz NOT NULL DEFAULT now(),
    cluster_id text   NOT NULL, -- the cluster that was found
    facts      jsonb  NOT NULL  -- read_back: ends of the registers; new_log: old positions, versions of the registers
);
COMMENT ON TABLE recovery IS 'Who recovered this database, when and why; only the owner role writes here.';
CREATE TRIGGER recovery_is_final BEFORE UPDATE OR DELETE ON recovery FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recovery_is_kept BEFORE TRUNCATE ON recovery FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE recovered (
    recovery_id   bigint  NOT NULL REFERENCES recovery,
    topic_id      text    NOT NULL,
    topic         text    NOT NULL,
    part          integer NOT NULL,
    record_offset bigint  NOT NULL,
    message_id    text    NOT NULL,
    kind          text    NOT NULL, -- name of the message, or "Quarantined"
    key           bytea,
    value         bytea,            -- absent where the hash is enough: chunks, the national stream, the quarantine
    sha256        bytea   NOT NULL, -- of the value
    headers       bytea   NOT NULL, -- JSON, values in hex
    appended_at   timestamptz NOT NULL,
    met_at        timestamptz,      -- when the same was decided again
    PRIMARY KEY (topic_id, part, record_offset)
);
CREATE INDEX recovered_by_message ON recovered (topic, message_id);
CREATE INDEX outbox_by_message ON outbox (topic, message_id); -- recovery asks for every message whether it is known
CREATE INDEX recovered_unmet ON recovered (topic, message_id) WHERE met_at IS NULL;
COMMENT ON TABLE recovered IS 'Messages that this organisation sent and whose effects its database had lost.';

CREATE FUNCTION refuse_recovered_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.met_at IS NOT NULL OR (to_jsonb(NEW) - 'met_at') IS DISTINCT FROM (to_jsonb(OLD) - 'met_at') THEN
        RAISE EXCEPTION 'a recovered message is met once and changes in nothing else' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recovered_is_final BEFORE UPDATE ON recovered FOR EACH ROW EXECUTE FUNCTION refuse_recovered_change();
CREATE TRIGGER recovered_stays BEFORE DELETE ON recovered FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recovered_is_kept BEFORE TRUNCATE ON recovered FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- When a log is lost, entries of its records are renamed after its topic id, with what was decided about them.
ALTER TABLE quarantine_action
    DROP CONSTRAINT quarantine_action_stage_topic_part_record_offset_fkey,
    ADD FOREIGN KEY (stage, topic, part, record_offset)
        REFERENCES quarantine (stage, topic, part, record_offset) ON UPDATE CASCADE;
ALTER TABLE quarantine_return
    DROP CONSTRAINT quarantine_return_stage_topic_part_first_offset_fkey,
    ADD FOREIGN KEY (stage, topic, part, first_offset)
        REFERENCES quarantine (stage, topic, part, record_offset) ON UPDATE CASCADE;
