-- Quarantine and replay: what was too large to keep, what operators did about an entry, and what came back.

ALTER TABLE quarantine
    ADD COLUMN append_time  boolean, -- whether appended_at is the broker's own; NULL in rows older than this column
    ADD COLUMN withheld     boolean NOT NULL DEFAULT false,
    ADD COLUMN value_bytes  bigint,
    ADD COLUMN value_sha256 bytea,
    ADD COLUMN value_head   bytea,
    ADD CHECK (NOT withheld OR (value IS NULL AND num_nonnulls(value_bytes, value_sha256, value_head) = 3));
COMMENT ON COLUMN quarantine.withheld IS 'Larger than any message, once unpacked: only size, SHA-256 and first bytes of the value are kept.';

CREATE TABLE quarantine_action (
    id              bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage           text    NOT NULL,
    topic           text    NOT NULL,
    part            integer NOT NULL,
    record_offset   bigint  NOT NULL,
    action          text    NOT NULL CHECK (action IN ('redrive', 'redriven', 'dismiss')),
    redriven_offset bigint, -- where the copy stands
    by              text    NOT NULL CHECK (by ~ '\S'),
    reason          text    NOT NULL CHECK (reason ~ '\S'),
    at              timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (stage, topic, part, record_offset) REFERENCES quarantine (stage, topic, part, record_offset),
    CHECK ((redriven_offset IS NOT NULL) = (action = 'redriven'))
);
CREATE INDEX quarantine_action_by_entry ON quarantine_action (stage, topic, part, record_offset, id);
COMMENT ON TABLE quarantine_action IS 'Who decided what about an entry, and why. redrive: wanted, written before the send; redriven: the broker has it.';

CREATE TABLE quarantine_return (
    stage         text    NOT NULL,
    topic         text    NOT NULL,
    part          integer NOT NULL,
    record_offset bigint  NOT NULL, -- where the copy stands
    first_offset  bigint  NOT NULL, -- the entry
    code          text    NOT NULL,
    facts         bytea   NOT NULL, -- JSON, as in quarantine
    at            timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stage, topic, part, record_offset),
    FOREIGN KEY (stage, topic, part, first_offset) REFERENCES quarantine (stage, topic, part, record_offset)
);
COMMENT ON TABLE quarantine_return IS 'Redriven copies that still do not stand: the entry is open again, and there is no second one.';

CREATE VIEW quarantine_entry AS
SELECT q.stage, q.topic, q.part, q.record_offset, q.code, q.appended_at, q.withheld,
       coalesce(q.value_bytes, octet_length(q.value)) AS value_bytes, octet_length(q.key) AS key_bytes,
       last.redriven_offset,
       CASE
           WHEN last.action IS NULL THEN 'open'
           WHEN last.action = 'dismiss' THEN 'dismissed'
           WHEN last.action = 'redrive' THEN 'redriving'
           WHEN EXISTS (
               SELECT FROM quarantine_return r
               WHERE (r.stage, r.topic, r.part, r.record_offset) = (q.stage, q.topic, q.part, last.redriven_offset)
           ) THEN 'returned'
           ELSE 'redriven'
       END AS state
FROM quarantine q
LEFT JOIN LATERAL (
    SELECT a.action, a.redriven_offset FROM quarantine_action a
    WHERE (a.stage, a.topic, a.part, a.record_offset) = (q.stage, q.topic, q.part, q.record_offset)
    ORDER BY a.id DESC LIMIT 1
) last ON true;
COMMENT ON VIEW quarantine_entry IS 'Every entry with its state, without its bytes; open, redriving and returned ones wait for a person.';

CREATE TRIGGER quarantine_is_final BEFORE UPDATE ON quarantine FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER quarantine_is_kept BEFORE TRUNCATE ON quarantine FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER quarantine_action_is_final BEFORE UPDATE OR DELETE ON quarantine_action FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER quarantine_action_stays BEFORE TRUNCATE ON quarantine_action FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER quarantine_return_is_final BEFORE UPDATE OR DELETE ON quarantine_return FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER quarantine_return_stays BEFORE TRUNCATE ON quarantine_return FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
