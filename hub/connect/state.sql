-- State of one connector (ADR 0025). Times are UTC text. It is the truth of no record: Sở's database is.
PRAGMA journal_mode = WAL;

CREATE TABLE connector (
    id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, so TEXT NOT NULL, cluster_id TEXT,
    epoch INTEGER NOT NULL DEFAULT 0, paused INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0, cursor TEXT,
    snapshot_cursor TEXT, snapshotting INTEGER NOT NULL DEFAULT 0, heartbeat_at TEXT, pulled_at TEXT,
    at_work TEXT, at_work_since TEXT, unchecked INTEGER NOT NULL DEFAULT 0,
    lag_bytes INTEGER
) STRICT;

-- A step that waits (failed 0) or failed (1), until it succeeds.
CREATE TABLE step (
    name TEXT PRIMARY KEY, failed INTEGER NOT NULL, code TEXT NOT NULL, facts TEXT NOT NULL, attempts INTEGER NOT NULL,
    next_at TEXT NOT NULL, since TEXT NOT NULL
) STRICT;

CREATE TABLE batch (
    batch_id TEXT PRIMARY KEY, so TEXT NOT NULL, school TEXT NOT NULL, school_year TEXT NOT NULL, class TEXT NOT NULL,
    folder TEXT NOT NULL, native INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('gathering', 'waiting', 'sending', 'answered', 'overtaken')), made_at TEXT,
    sealed TEXT
) STRICT;

-- What sealed records rest on, byte for byte: a signed document of the system, or an extract. Kept until they are locked.
CREATE TABLE source (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL) STRICT;

-- One row is one arrival: `again` counts how often a version came back after another, `value_sha256` is what stood in it.
-- `findings` are the reader's, `told` what a person is told who signs it. `content_sha256` is the document's hash without what it replaces and why;
-- `identity` stands for (school, pupil, year, period). Value and document are emptied when the record is locked.
CREATE TABLE record (
    n INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, version TEXT NOT NULL, again INTEGER NOT NULL DEFAULT 0,
    place TEXT NOT NULL, value BLOB, value_sha256 TEXT, findings BLOB NOT NULL, pulled_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pulled', 'ready', 'refused', 'batched', 'sent', 'accepted', 'unchanged',
                                         'turned_down', 'locked', 'overtaken', 'held_back')),
    so TEXT, school TEXT, school_year TEXT, class TEXT, round TEXT, identity TEXT, document BLOB, document_sha256 TEXT,
    content_sha256 TEXT, mapping_version TEXT, told BLOB, batch_id TEXT REFERENCES batch, source_sha256 TEXT,
    UNIQUE (key, version, again)
) STRICT;
CREATE UNIQUE INDEX record_in_flight ON record (key) WHERE state IN ('batched', 'sent');
CREATE INDEX record_state ON record (state, n);
CREATE INDEX record_document ON record (document_sha256);
CREATE INDEX record_identity ON record (identity);
CREATE INDEX record_batch ON record (batch_id);
CREATE INDEX record_source ON record (source_sha256);

-- Records in a batch of which a newer version came, unless that one is the next after it: then both are sent.
CREATE VIEW outdated AS SELECT o.n, o.batch_id FROM record o JOIN record r ON r.key = o.key AND r.n > o.n
WHERE o.batch_id IS NOT NULL AND o.state IN ('batched', 'ready')
  AND r.state NOT IN ('refused', 'held_back', 'turned_down', 'overtaken')
  AND json_extract(CAST(r.document AS TEXT), '$.supersedes') IS NOT o.document_sha256;

-- A row means: may have been sent. From then on only the same bytes are sent.
CREATE TABLE command (
    so TEXT NOT NULL, school TEXT NOT NULL, command_id TEXT NOT NULL, statement_sha256 TEXT NOT NULL,
    batch_id TEXT NOT NULL REFERENCES batch, documents TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('signed', 'sent', 'answered', 'stale')), PRIMARY KEY (so, school, command_id)
) STRICT;
CREATE INDEX command_batch ON command (batch_id);

CREATE TABLE receipt_position (
    so TEXT NOT NULL, part INTEGER NOT NULL, next_offset INTEGER NOT NULL, PRIMARY KEY (so, part)
) STRICT;

-- Up to which place in a Sở's log its locks were looked at for pupils who come in.
CREATE TABLE lock_position (so TEXT PRIMARY KEY, log_index INTEGER NOT NULL) STRICT;

-- Up to which version of the register the rosters of a school were looked at.
CREATE TABLE roster_position (
    so TEXT NOT NULL, school TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (so, school)
) STRICT;

-- `kept`: of a kind that the system does not take; it stands here for people.
CREATE TABLE answer (
    n INTEGER PRIMARY KEY AUTOINCREMENT, answer_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, "group" TEXT NOT NULL,
    record_key TEXT, value BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'written', 'refused', 'kept')), written_at TEXT
) STRICT;
CREATE INDEX answer_state ON answer (state, n);
CREATE INDEX answer_group ON answer ("group");
CREATE INDEX answer_record ON answer (record_key);

CREATE TABLE signal (
    n INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, arguments TEXT NOT NULL, sent_at TEXT NOT NULL,
    done_at TEXT, outcome TEXT
) STRICT;

CREATE TABLE loss (
    mapping_version TEXT NOT NULL, kind TEXT NOT NULL, direction TEXT NOT NULL, path TEXT NOT NULL,
    declared INTEGER NOT NULL, count INTEGER NOT NULL, first TEXT NOT NULL,
    PRIMARY KEY (mapping_version, kind, direction, path)
) STRICT;

-- What a person should look at: a file or a page with a fault, a command that grew old.
CREATE TABLE notice (
    code TEXT NOT NULL, path TEXT NOT NULL, severity TEXT NOT NULL, facts TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (code, path)
) STRICT;
