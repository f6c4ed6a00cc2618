"""What the audit reads: the client's journal, the tables, the topics. Nothing is written anywhere."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

import psycopg

from hub.audit.queries import queries

__all__ = ["Database", "Line", "Log", "Record", "Row", "Rows", "SourceGoneError", "read_journal"]

Row = tuple[Any, ...]
Line = Mapping[str, Any]
_ROWS_AT_ONCE = 500
_CONNECT_TIMEOUT_S = 10


class SourceGoneError(Exception):
    """A database or the broker does not answer: nothing can be said. `source` is "database" or "kafka"."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source, self.reason = source, reason


class Record(NamedTuple):
    """One record as it stands in its topic; `at_ms` is its timestamp, milliseconds since 1970."""

    topic: str
    part: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    at_ms: int


class Log(Protocol):
    """The topics, read once each."""

    def extent(self, topic: str) -> Mapping[int, tuple[int, int]]:
        """Return [start, end) of each partition; empty when there is no such topic."""

    def records(self, topic: str) -> Iterator[Record]:
        """Yield what stands in a topic, in order within each partition."""


class Rows(Protocol):
    """One organisation's tables."""

    def rows(self, query: str, *values: object) -> Iterator[Row]:
        """Yield the rows of a named query."""


class Database:
    """One organisation's database: every query sees the same moment, and none can write."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, connect_timeout=_CONNECT_TIMEOUT_S, options="-c timezone=UTC")
        self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self._connection.read_only = True
        self._connection.execute("SELECT")  # the moment is taken with the first query
        self._numbers = count()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def rows(self, query: str, *values: object) -> Iterator[Row]:
        """Yield the rows of a named query through a cursor of the server, so that large tables stay there."""
        with self._connection.cursor(f"audit_{next(self._numbers)}", binary=True) as cursor:
            cursor.itersize = _ROWS_AT_ONCE
            cursor.execute(queries()[query], values)
            yield from cursor


def read_journal(paths: Iterable[Path]) -> Iterator[Line]:
    """Yield the lines of the client's journals; a torn last line, written when the power went, is passed over."""
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):
                    yield json.loads(line)
