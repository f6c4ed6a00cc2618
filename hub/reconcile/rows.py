"""One locked transcript as an organisation stores it, boiled down to hashes; pure.

What is stored beside it (hashes, leaf, columns) is told twice or three times in one row: a row that does not agree with
itself was changed by somebody who could switch triggers off.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import msgspec

from hub.errors import Refused
from hub.trust import Grade, Leaf, envelope_sha256, grade_of, leaf_hash, parse_leaf

__all__ = ["NOTHING", "Record", "Row", "StoredRow", "row_of"]

NOTHING = b""
"""Stands for the hash of something that is not there."""
_FINAL_STATES = frozenset({"locked", "superseded"})


class Record(NamedTuple):
    """Identity of one version of a record within its school."""

    pupil: str
    school_year: str
    period: str
    version: int


class StoredRow(NamedTuple):
    """One row as the queries `locked_rows`, `locked_without_leaf` and `ingested_rows` give it.

    None where something is not there: the document of a leaf, the leaf of a document, what the other organisation has.
    `message_sha256` and `document_n` are the key of Sở's document.
    """

    n: int | None
    document: bytes | None
    signatures: Sequence[str] | None
    leaf: bytes | None
    leaf_sha256: bytes | None
    document_sha256: bytes | None
    envelope_sha256: bytes | None
    school: str | None
    pupil: str | None
    student_code: str | None
    school_year: str | None
    period: str | None
    version: int | None
    locator: str | None
    effective_on: date | None
    state: str | None
    message_sha256: bytes | None = None
    document_n: int | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """`leaf` and `document` are recomputed from the bytes, `stored_leaf` is the column. `faults`: what disagrees.

    `record` is what the leaf says, or the columns where the leaf cannot be read; None when neither tells.
    """

    n: int | None
    leaf: bytes
    stored_leaf: bytes
    document: bytes
    document_said: bytes
    effective_on: str
    record: Record | None
    student_code: str | None
    locator: str | None
    faults: tuple[str, ...]
    evidence: Grade = "native"  # as the leaf says
    unlocks: bool = False  # its leaf ends an earlier version, which the round does not hand in and nobody publishes


class _School(msgspec.Struct):
    code: str


class _Student(msgspec.Struct):
    student_code: str


class _Named(msgspec.Struct):
    school: _School
    student: _Student


_NAMED = msgspec.json.Decoder(_Named)


def row_of(stored: StoredRow) -> Row:
    """Recompute one row from its bytes. Never raises: what cannot be read is a fault."""
    leaf = _leaf(stored.leaf)
    document = NOTHING if stored.document is None else hashlib.sha256(stored.document).digest()
    faults = tuple(dict.fromkeys(_faults(stored, leaf, document)))
    record = _columns(stored) if leaf is None else Record(leaf.pupil, leaf.year, leaf.period, leaf.version)
    said = stored.document_sha256 if leaf is None else bytes.fromhex(leaf.document_sha256)
    return Row(
        stored.n, NOTHING if stored.leaf is None else leaf_hash(stored.leaf), stored.leaf_sha256 or NOTHING, document,
        said or NOTHING, "" if leaf is None else leaf.effective_on, record, stored.student_code,
        stored.locator if leaf is None else leaf.locator, faults,
        "native" if leaf is None else leaf.evidence, leaf is not None and leaf.action == "UNLOCK",
    )  # fmt: skip


def _leaf(data: bytes | None) -> Leaf | None:
    try:
        return None if data is None else parse_leaf(data)
    except Refused:
        return None


def _columns(stored: StoredRow) -> Record | None:
    if stored.pupil is None or stored.school_year is None or stored.period is None or stored.version is None:
        return None
    return Record(stored.pupil, stored.school_year, stored.period, stored.version)


def _faults(stored: StoredRow, leaf: Leaf | None, document: bytes) -> Iterator[str]:
    if stored.leaf is None:
        yield "no leaf"
        return
    if stored.document is None:
        yield "no document"
        return
    sound = leaf is not None and leaf_hash(stored.leaf) == stored.leaf_sha256
    if leaf is None or not sound:
        yield "leaf" if leaf is None or _fits(stored, leaf, document) != () else "leaf_sha256"
        yield from (["document"] if document != stored.document_sha256 else [])
        return
    yield from _fits(stored, leaf, document)
    yield from _column_faults(stored, leaf)


def _fits(stored: StoredRow, leaf: Leaf, document: bytes) -> tuple[str, ...]:
    """Compare bytes and hashes with what the leaf says; where two of three agree, the third was changed."""
    said, column = bytes.fromhex(leaf.document_sha256), stored.document_sha256
    found = []
    if not said == document == column:
        found += ["document_sha256"] if said == document else ["leaf"] if document == column else ["document"]
    envelope, told, kept = _envelope(stored), bytes.fromhex(leaf.envelope_sha256), stored.envelope_sha256
    if envelope != told:
        found += ["leaf"] if kept == envelope else ["signatures"]
    elif kept is not None and kept != told:
        found += ["envelope_sha256"]
    elif not found and _grade(stored) != leaf.evidence:
        found += ["leaf"]
    return tuple(found)


def _grade(stored: StoredRow) -> Grade | None:
    try:
        return grade_of(stored.signatures or ())
    except Refused:
        return None


def _envelope(stored: StoredRow) -> bytes:
    try:
        return envelope_sha256(stored.signatures or ())
    except Refused:
        return NOTHING


def _column_faults(stored: StoredRow, leaf: Leaf) -> Iterator[str]:
    """Columns are projections: of the leaf, and of the document where that is what was locked."""
    said = {"pupil": leaf.pupil, "school_year": leaf.year, "period": leaf.period, "locator": leaf.locator}
    yield from (name for name, value in said.items() if getattr(stored, name) != value)
    if stored.version != leaf.version:
        yield "version"
    if stored.evidence is not None and stored.evidence != leaf.evidence:
        yield "evidence"
    if stored.effective_on is not None and stored.effective_on.isoformat() != leaf.effective_on:
        yield "effective_on"
    if stored.state is not None and stored.state not in _FINAL_STATES:
        yield "state"
    named = _named(stored.document)
    if named is not None and named.school.code != stored.school:
        yield "school"
    if named is not None and named.student.student_code != stored.student_code:
        yield "student_code"


def _named(document: bytes | None) -> _Named | None:
    try:
        return None if document is None else _NAMED.decode(document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None  # told as "document" already, for it is not what was locked
