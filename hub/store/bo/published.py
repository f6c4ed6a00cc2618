"""The rows from which the national stream is built, again and again alike."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from hub.store.connection import Connection
from hub.store.queries import queries_of

__all__ = ["PublishedRow", "published_rows"]

_SQL = queries_of("bo")


class PublishedRow(NamedTuple):
    """One transcript of a promoted lock."""

    document: bytes
    document_sha256: bytes
    leaf_sha256: bytes
    version: int
    effective_on: date
    log_index: int
    surrogate: bytes


def published_rows(connection: Connection, so: str, lock_id: bytes) -> Iterator[PublishedRow]:
    """Yield the transcripts of a promoted lock in manifest order."""
    for row in connection.execute(_SQL["published"], (so, lock_id)):
        yield PublishedRow(*row)
