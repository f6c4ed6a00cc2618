-- Corrections at Bộ: a lock may also end an earlier version (UNLOCK) and put another in its place (SUPERSEDES).

ALTER TABLE document ADD COLUMN action text NOT NULL DEFAULT 'LOCK' CHECK (action IN ('LOCK', 'UNLOCK', 'SUPERSEDES'));
ALTER TABLE document DROP CONSTRAINT document_school_pupil_school_year_period_version_key;
CREATE UNIQUE INDEX document_version ON document (school, pupil, school_year, period, version) WHERE action <> 'UNLOCK';
CREATE UNIQUE INDEX document_unlocked ON document (school, pupil, school_year, period, version) WHERE action = 'UNLOCK';
COMMENT ON COLUMN document.action IS 'An UNLOCK row carries the bytes of the version that ends there once more; it is never published.';
