"""The log of reads and the log of shares: each row holds the hash of the one before it, chain by chain."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hub.store.connection import Connection, unavailable
from hub.store.queries import queries_of

__all__ = ["BrokenLook", "Head", "WrongShare", "broken_looks", "broken_shares", "heads_of", "row_at", "wrong_shares"]

_SQL = queries_of("bo")
_ROWS_AT_ONCE = 500
_SHARE_LOG = "share_log"


class BrokenLook(NamedTuple):
    """A row that says something else than when it was written, or before which one is missing."""

    chain: int
    n: int


class WrongShare(NamedTuple):
    """A share, consent or withdrawal (`kind` names its table) that is missing, too many or, with both, changed."""

    kind: str
    share_id: str
    missing: bool


class Head(NamedTuple):
    """The end of a chain: number and hash of its last row."""

    n: int
    sha256: bytes


def broken_looks(connection: Connection) -> list[BrokenLook]:
    """Work the log of reads out again; return every row at which it breaks. A tail that was cut off leaves no trace."""
    return list(_broken(_rows(connection, "looks_in_chain")))


def broken_shares(connection: Connection) -> list[int]:
    """Work the log of shares out again; return the number of every row at which it breaks."""
    number, last, found = 0, b"", []
    for n, kind, share_id, digest, previous, sha256 in _rows(connection, "shares_in_chain"):
        number += 1
        if (n, previous, sha256) != (number, last, _chained(last, [n, kind, str(share_id), digest.hex()])):
            found.append(n)
        number, last = n, sha256
    return found


def wrong_shares(connection: Connection) -> list[WrongShare]:
    """Hold shares, consents and withdrawals against their log; return what is gone and what nobody logged."""
    logged = Counter((kind, str(one), digest) for _, kind, one, digest, *_ in _rows(connection, "shares_in_chain"))
    stands = Counter((kind, str(one), digest) for kind, one, digest in _rows(connection, "share_rows"))
    gone, extra = logged - stands, stands - logged
    return [
        *(WrongShare(kind, one, True) for kind, one, _ in sorted(gone)),
        *(WrongShare(kind, one, False) for kind, one, _ in sorted(extra)),
    ]


def heads_of(connection: Connection) -> Mapping[str, Head]:
    """Return the end of each chain that has one: look/0 to look/15, share_log."""
    with unavailable():
        return {name: Head(n, bytes(sha256)) for name, n, sha256 in connection.execute(_SQL["chain_heads"])}


def row_at(connection: Connection, chain: str, n: int) -> bytes | None:
    """Return the hash of a row of a chain; None when there is no such row."""
    with unavailable():
        if chain == _SHARE_LOG:
            row = connection.execute(_SQL["share_logged_at"], (n,)).fetchone()
        else:
            row = connection.execute(_SQL["look_at"], (int(chain.partition("/")[2]), n)).fetchone()
    return None if row is None else bytes(row[0])


def _rows(connection: Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """Read through a cursor of the server: the logs only grow."""
    with (
        unavailable(),
        connection.transaction(),
        connection.cursor(query, binary=True) as cursor,
    ):
        cursor.itersize = _ROWS_AT_ONCE
        yield from cursor.execute(_SQL[query])


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
    return _chained(previous, said)


def _chained(previous: bytes, said: list[Any]) -> bytes:
    return hashlib.sha256(previous + json.dumps(said, ensure_ascii=False).encode()).digest()


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
