"""The log of reads: each row holds the hash of the one before it, chain by chain."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hub.store.connection import Connection, unavailable
from hub.store.queries import queries_of

__all__ = ["BrokenLook", "broken_looks"]

_SQL = queries_of("bo")


class BrokenLook(NamedTuple):
    """A row that says something else than when it was written, or before which one is missing."""

    chain: int
    n: int


def broken_looks(connection: Connection) -> list[BrokenLook]:
    """Work the log of reads out again; return every row at which it breaks. A tail that was cut off leaves no trace."""
    with unavailable():
        return list(_broken(connection.execute(_SQL["looks_in_chain"])))


def _broken(rows: Iterable[tuple[Any, ...]]) -> Iterator[BrokenLook]:
    chain, number, last = -1, 0, b""
    for row in rows:
        if row[0] != chain:
            chain, number, last = row[0], 0, b""
        number += 1
        if row[1] != number or row[-2] != last or row[-1] != _hash(row):
            yield BrokenLook(chain, row[1])
        number, last = row[1], row[-1]


def _hash(row: tuple[Any, ...]) -> bytes:
    chain, n, at, who, actor, record, purpose, pupil, pupils, years, network, ticket, previous, _ = row
    said = [
        chain, n, _instant(at), who, actor.hex(), record, purpose, pupil, pupils, years, network.hex(), ticket.hex()
    ]  # fmt: skip
    return hashlib.sha256(previous + json.dumps(said, ensure_ascii=False).encode()).digest()


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
