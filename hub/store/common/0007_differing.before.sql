-- Recovered messages that came out otherwise and that no later turn can meet: they stay unmet, and nobody waits for them.

CREATE TABLE recovered_difference (
    topic_id      text    NOT NULL,
    part          integer NOT NULL,
    record_offset bigint  NOT NULL,
    noted_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic_id, part, record_offset),
    FOREIGN KEY (topic_id, part, record_offset) REFERENCES recovered
);
COMMENT ON TABLE recovered_difference IS 'Recovered messages that the replay passed over, because the decision now differs.';
CREATE TRIGGER recovered_difference_is_final BEFORE UPDATE OR DELETE ON recovered_difference FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recovered_difference_is_kept BEFORE TRUNCATE ON recovered_difference FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
