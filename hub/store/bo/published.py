"""The rows from which the national stream is built, again and again alike."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from hub.errors import Corrupt
from hub.store.connection import Connection
from hub.store.queries import queries_of
from hub.trust import Grade, grade_of

__all__ = ["MovedRow", "PublishedRow", "moved_row", "published_rows"]

_SQL = queries_of("bo")


class PublishedRow(NamedTuple):
    """One transcript of a promoted lock; `evidence` follows from its signatures."""

    document: bytes
    document_sha256: bytes
    leaf_sha256: bytes
    version: int
    effective_on: date
    log_index: int
    surrogate: bytes
    evidence: Grade


def published_rows(connection: Connection, so: str, lock_id: bytes) -> Iterator[PublishedRow]:
    """Yield the transcripts of a promoted lock in manifest order."""
    for row in connection.execute(_SQL["published"], (so, lock_id)):
        yield _row(row)


class MovedRow(NamedTuple):
    """One transcript that goes from one key to another; `emptied`: nothing else stands under the former one."""

    row: PublishedRow
    former: bytes
    emptied: bool


def moved_row(connection: Connection, so: str, lock_id: bytes, n: int, step: int) -> MovedRow:
    """Return a transcript as one of its moves left it. Raises Corrupt(UNEXPECTED) when there was no such move."""
    found = connection.execute(_SQL["moved"], (so, lock_id, n, step)).fetchone()
    if found is None:
        raise Corrupt("UNEXPECTED", {"reason": "move without row"})
    *row, former, emptied = found
    return MovedRow(_row(row), former, emptied)


def _row(row: Sequence[Any]) -> PublishedRow:
    *columns, signatures = row
    return PublishedRow._make((*columns, grade_of(signatures)))
