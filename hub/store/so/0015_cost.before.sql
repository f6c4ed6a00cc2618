-- The same guards for a fraction of the cost: a province hands in, and locks, hundreds of thousands of rows in a day.

-- That nothing but the state changes is told by column, without comparing contents.
CREATE OR REPLACE FUNCTION refuse_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a transcript row changes in its state alone' USING ERRCODE = 'HB001';
END $$;
CREATE OR REPLACE TRIGGER document_is_final
    BEFORE UPDATE OF message_sha256, n, document_sha256, envelope_sha256, school, pupil, student_code, school_year, period,
        cohort, round_number, version, codes, late, appended_at, document, signatures
    ON document FOR EACH ROW EXECUTE FUNCTION refuse_document_change();

-- Of a record one version is locked, or one is on its way there; a correction alone stands beside a locked one.
DROP INDEX document_current, document_locked;
CREATE UNIQUE INDEX document_current ON document (school, pupil, school_year, period)
    WHERE state = 'locked' OR (state IN ('open', 'pending', 'held') AND cohort <> 'correction');
CREATE OR REPLACE FUNCTION refuse_version_beside_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM correction c JOIN document d ON d.document_sha256 = c.base_sha256
         AND (d.school, d.pupil, d.school_year, d.period) = (c.issuer, c.pupil, c.school_year, c.period)
        WHERE (c.issuer, c.pupil, c.school_year, c.period) = (NEW.school, NEW.pupil, NEW.school_year, NEW.period)
          AND c.round_number = NEW.round_number AND c.state IN ('approved', 'resubmitted')
          AND NEW.appended_at < c.closes_at AND d.state = 'locked'
    ) THEN
        RAISE EXCEPTION 'a correction comes in a window that was opened for it' USING ERRCODE = 'HB002';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER document_beside_locked BEFORE INSERT ON document FOR EACH ROW
    WHEN (NEW.cohort = 'correction') EXECUTE FUNCTION refuse_version_beside_locked();

-- Transcripts and signatures stand beside the row: a change of state copies neither. They are packed where the server has
-- lz4; its older method costs more processor time than all the rest of a row.
DO $$
DECLARE
    wanted text := CASE WHEN EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals))
                   THEN 'SET COMPRESSION lz4' ELSE 'SET STORAGE EXTERNAL' END;
BEGIN
    EXECUTE format('ALTER TABLE document ALTER COLUMN document %s, ALTER COLUMN signatures %s', wanted, wanted);
END $$;
