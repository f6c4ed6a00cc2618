-- Histories of pupils who come by a transfer (ADR 0036): also what a state of an earlier version gets.

-- Up to where `incoming` of a Sở was read for a school.
CREATE TABLE transfer_position (
    so TEXT NOT NULL, school TEXT NOT NULL, next_offset INTEGER NOT NULL, PRIMARY KEY (so, school)
) STRICT;

-- What Bộ told a receiving school of ours, as it was signed; `signed` is how that was judged.
CREATE TABLE transfer_notice (
    so TEXT NOT NULL, school TEXT NOT NULL, transfer TEXT NOT NULL, n INTEGER NOT NULL, statement BLOB NOT NULL,
    signature TEXT NOT NULL, at TEXT NOT NULL, signed TEXT NOT NULL, PRIMARY KEY (so, school, transfer, n)
) STRICT;

-- Sealed documents that are not opened yet.
CREATE TABLE transfer_box (
    so TEXT NOT NULL, school TEXT NOT NULL, transfer TEXT NOT NULL, delivery INTEGER NOT NULL, place INTEGER NOT NULL,
    count INTEGER NOT NULL, document_sha256 TEXT NOT NULL, key TEXT NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (so, school, transfer, delivery, document_sha256)
) STRICT;

-- Up to which notice a transfer is dealt with, and which delivery the folder holds.
CREATE TABLE transfer (
    so TEXT NOT NULL, school TEXT NOT NULL, transfer TEXT NOT NULL, settled INTEGER NOT NULL, delivery INTEGER,
    PRIMARY KEY (so, school, transfer)
) STRICT;
