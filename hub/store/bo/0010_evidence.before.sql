-- Grades of evidence at Bộ: a projection of what the signatures of a transcript claim, so that rows can be counted by it.
-- What was locked before had teacher, principal and school sign here: native.

ALTER TABLE document ADD COLUMN evidence text NOT NULL DEFAULT 'native'
    CHECK (evidence IN ('native', 'derived', 'attested', 'legacy_evidence'));
COMMENT ON COLUMN document.evidence IS 'What the leaf says and the signatures claim; ingest refuses a leaf that says otherwise.';
