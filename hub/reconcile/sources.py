"""Where reconciling reads: the databases of Sở and Bộ, row by row through cursors of the server; nothing is written."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any

from msgspec import UnsetType
from psycopg import IsolationLevel

from hub.domain.statements import RegisterEntry, read
from hub.errors import Refused
from hub.reconcile.locks import StoredLock
from hub.reconcile.rows import StoredRow
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of
from hub.topics import bo_transcript
from hub.trust import Entry, Snapshot

__all__ = ["BoRows", "SoRows", "opened", "register_of", "streamed"]

_SO, _BO, _COMMON = queries_of("so"), queries_of("bo"), queries_of("common")
_ROWS_AT_ONCE = 200
_numbers = count()


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """Open a database for reading alone: every query of a transaction sees one moment. Raises Unavailable, Corrupt."""
    with open_connection(url) as connection, unavailable():
        connection.read_only = True
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        yield connection


def streamed(connection: Connection, query: Any, values: Any = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query through a cursor of the server, so that large tables stay there."""
    with (
        connection.transaction(),
        connection.cursor(f"reconcile_{next(_numbers)}", binary=True) as cursor,
    ):
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(query, values)
        yield from cursor


def register_of(connection: Connection, so: str) -> Snapshot:
    """Return the register of a Sở as this database has it: by what was signed, not by the columns beside it.

    An entry that cannot be used any more is left out; whoever checks rows tells of it.
    """
    rows = connection.execute(_COMMON["register_signed"], (so,)).fetchall()
    entries = [entry for version, statement in rows for entry in _entry(version, statement)]
    try:
        return Snapshot.of(entries)
    except Refused:
        return Snapshot.of([entry for entry in entries if _is_usable(entry)])


def _entry(version: int, statement: bytes) -> Iterator[Entry]:
    try:
        said = read(statement, RegisterEntry)
        ends = None if isinstance(said.valid_to, UnsetType) else datetime.fromisoformat(said.valid_to)
        yield Entry(said.kind, said.entry_id, datetime.fromisoformat(said.valid_from), ends, said.payload, version)
    except (Refused, ValueError):
        return


def _is_usable(entry: Entry) -> bool:
    try:
        Snapshot.of([entry])
    except Refused:
        return False
    return True


class SoRows:
    """What one Sở has locked."""

    def __init__(self, connection: Connection, so: str) -> None:
        self.so = so
        self._connection = connection

    def schools(self) -> list[str]:
        """Return the schools that have locked anything."""
        return [str(school) for (school,) in self._connection.execute(_SO["lock_schools"])]

    def locks(self, school: str) -> list[StoredLock]:
        """Return the locks of one school."""
        return [StoredLock(*row) for row in self._connection.execute(_SO["locks_of_school"], (school,))]

    def known(self, lock_ids: Sequence[bytes]) -> set[bytes]:
        """Return which of these locks there are, of whatever school."""
        return {bytes(lock_id) for (lock_id,) in self._connection.execute(_SO["locks_known"], (list(lock_ids),))}

    def rows(self, lock: StoredLock) -> Iterator[StoredRow]:
        """Yield every leaf of a lock with its document, and what is locked without a leaf."""
        for row in streamed(self._connection, _SO["locked_rows"], (lock.lock_id,)):
            yield StoredRow(*row)
        place = (lock.school, lock.school_year, lock.cohort, lock.number)
        for row in streamed(self._connection, _SO["locked_without_leaf"], place):
            yield StoredRow(*row)

    def document(self, lock_id: bytes, n: int) -> bytes | None:
        """Return one locked document."""
        row = self._connection.execute(_SO["locked_document"], (lock_id, n)).fetchone()
        return None if row is None else bytes(row[0])

    def request(self, statement_sha256: bytes) -> tuple[str, bytes] | None:
        """Return kind and statement of the command that a manifest names."""
        row = self._connection.execute(_SO["request_of_hash"], (statement_sha256,)).fetchone()
        return None if row is None else (str(row[0]), bytes(row[1]))


class BoRows:
    """What Bộ has of every Sở."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def now(self) -> datetime:
        """Return the time by the clock that stamps what was sent."""
        row = self._connection.execute(_COMMON["database_time"]).fetchone()
        assert row is not None
        return row[0]  # type: ignore[no-any-return]

    def register(self, so: str) -> Snapshot:
        """Return the register of a Sở as Bộ has it."""
        return register_of(self._connection, so)

    def schools(self, so: str) -> list[str]:
        """Return the schools of a Sở of which Bộ holds anything."""
        return [str(school) for (school,) in self._connection.execute(_BO["ingested_schools"], {"so": so})]

    def locks(self, so: str, school: str, lock_ids: Sequence[bytes]) -> list[StoredLock]:
        """Return what Bộ has of the locks of a school, and of locks that Sở has, wherever Bộ puts them."""
        names = {"so": so, "school": school, "lock_ids": list(lock_ids)}
        return [StoredLock(*row) for row in self._connection.execute(_BO["ingested_locks"], names)]

    def rows(self, so: str, lock_id: bytes) -> Iterator[StoredRow]:
        """Yield every transcript of a lock."""
        for row in streamed(self._connection, _BO["ingested_rows"], (so, lock_id)):
            yield StoredRow(*row)

    def surrogates(self, so: str, lock_id: bytes, pupils: Iterable[str]) -> dict[str, bytes]:
        """Return under whose surrogates these pupils of a lock are published."""
        named = {"so": so, "lock_id": lock_id, "pupils": sorted(set(pupils))}
        rows = self._connection.execute(_BO["surrogates_of"], named)
        return {str(identifier): bytes(surrogate) for identifier, surrogate in rows}

    def unpublished(self, lock_ids: Sequence[bytes], before: datetime) -> set[bytes]:
        """Return the locks of which something was not in the national stream yet at that time."""
        names = (before, bo_transcript().name, [lock_id.hex() for lock_id in lock_ids])
        rows = self._connection.execute(_BO["published_before"], names)
        return {bytes.fromhex(name) for name, done in rows if not done}
