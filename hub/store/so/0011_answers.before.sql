-- Bộ may answer a lock again, after it refused one and the parts came again: each answer stays, the last one counts.

ALTER TABLE ingest_receipt ADD COLUMN attempt integer NOT NULL DEFAULT 1 CHECK (attempt >= 1);
ALTER TABLE ingest_receipt DROP CONSTRAINT ingest_receipt_pkey;
ALTER TABLE ingest_receipt ADD PRIMARY KEY (lock_id, attempt);

CREATE VIEW bo_answer AS
SELECT DISTINCT ON (lock_id) lock_id, attempt, outcome, statement, signature, cosignature
FROM ingest_receipt ORDER BY lock_id, attempt DESC;
COMMENT ON VIEW bo_answer IS 'Bộ''s last answer to each lock.';

CREATE INDEX inbox_statement ON inbox (statement_sha256) WHERE kind <> 'Submission';
