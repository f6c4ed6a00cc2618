-- A state that was made before records could be sealed, and databases followed, gets what is new.
ALTER TABLE batch ADD COLUMN sealed TEXT;
ALTER TABLE record ADD COLUMN source_sha256 TEXT;
CREATE INDEX record_source ON record (source_sha256);
ALTER TABLE connector ADD COLUMN lag_bytes INTEGER;
CREATE TABLE source (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL) STRICT;
