-- As at Sở: packed with lz4 where the server has it, else not; a staged chunk is gone as soon as its lock is decided.

DO $$
DECLARE
    wanted text := CASE WHEN EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals))
                   THEN 'SET COMPRESSION lz4' ELSE 'SET STORAGE EXTERNAL' END;
BEGIN
    EXECUTE format('ALTER TABLE document ALTER COLUMN document %s, ALTER COLUMN signatures %s', wanted, wanted);
END $$;
ALTER TABLE staged_chunk ALTER COLUMN message SET STORAGE EXTERNAL;
