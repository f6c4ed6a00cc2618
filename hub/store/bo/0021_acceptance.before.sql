-- The Sở's receipts for what it locked: with them, evidence files can be made of Bộ's copy alone.

CREATE TABLE acceptance (
    statement_sha256 bytea PRIMARY KEY,
    so               text  NOT NULL,
    statement        bytea NOT NULL,
    signature        text  NOT NULL,
    appended_at      timestamptz NOT NULL,
    CHECK (sha256(statement) = statement_sha256)
);
COMMENT ON TABLE acceptance IS 'Receipts for submissions as schools got them, carried on beside the locks that rest on them.';
CREATE TRIGGER acceptance_is_final BEFORE UPDATE OR DELETE ON acceptance FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acceptance_is_kept BEFORE TRUNCATE ON acceptance FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE accepted_document (
    document_sha256  bytea NOT NULL,
    statement_sha256 bytea NOT NULL REFERENCES acceptance,
    PRIMARY KEY (document_sha256, statement_sha256)
);
COMMENT ON TABLE accepted_document IS 'Which receipt accepted which document.';
CREATE TRIGGER accepted_document_is_final BEFORE UPDATE OR DELETE ON accepted_document
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accepted_document_is_kept BEFORE TRUNCATE ON accepted_document
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE VIEW lock_answer AS
SELECT l.so, l.lock_id, l.attempt, o.value AS message
FROM lock_decided l JOIN outbox o ON o.topic = 'hocba.bo.receipt.v1' AND o.kind = 'IngestReceipt'
 AND o.message_id = left(encode(sha256(convert_to(
         'bo' || E'\n' || l.so || E'\n' || encode(l.lock_id, 'hex') || CASE WHEN l.attempt > 1 THEN E'\n' || l.attempt ELSE '' END,
         'UTF8')), 'hex'), 32);
COMMENT ON VIEW lock_answer IS 'The message by which Bộ answered the last decision about each lock.';
