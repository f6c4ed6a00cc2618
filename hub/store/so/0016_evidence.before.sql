-- What a document rests on: its grade of evidence, and for a sealed one the source that came with it, byte for byte.

CREATE TABLE source_document (
    sha256         bytea PRIMARY KEY,
    data           bytea NOT NULL,
    message_sha256 bytea NOT NULL REFERENCES inbox,
    CHECK (sha256 = sha256(data))
);
CREATE TRIGGER source_document_is_final BEFORE UPDATE OR DELETE ON source_document FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER source_document_is_kept BEFORE TRUNCATE ON source_document FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE source_document IS 'The source of every sealed transcript that was accepted, under its hash; the first message that brought it.';

-- Projections of what the signatures say: whoever needs the grade works it out from them.
ALTER TABLE document
    ADD COLUMN evidence      text NOT NULL DEFAULT 'native' CHECK (evidence IN ('native', 'derived', 'attested', 'legacy_evidence')),
    ADD COLUMN source_sha256 bytea REFERENCES source_document,
    ADD CHECK ((evidence = 'native') = (source_sha256 IS NULL));
CREATE INDEX document_source ON document (source_sha256) WHERE source_sha256 IS NOT NULL;
CREATE OR REPLACE TRIGGER document_is_final
    BEFORE UPDATE OF message_sha256, n, document_sha256, envelope_sha256, school, pupil, student_code, school_year, period,
        cohort, round_number, version, codes, late, appended_at, document, signatures, evidence, source_sha256
    ON document FOR EACH ROW EXECUTE FUNCTION refuse_document_change();

-- Sources lie beside the row, packed as transcripts are.
DO $$
BEGIN
    EXECUTE format('ALTER TABLE source_document ALTER COLUMN data %s', CASE WHEN EXISTS (
        SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)
    ) THEN 'SET COMPRESSION lz4' ELSE 'SET STORAGE EXTERNAL' END);
END $$;
