"""State of one connector: SQLite beside its batches, one runner, every change one transaction on the disk.

Invariant: what a process does outside (a page read, a folder made, a command sent, an answer written) is assigned here
before it or noted here after it, each time in one transaction; so a kill at any moment leaves one effect of each.
"""

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from hub.errors import Corrupt, Refused, Unavailable
from hub.store.queries import parse_queries

__all__ = ["STATE_FILE", "Row", "Store", "hold", "open_store"]

Row = sqlite3.Row
STATE_FILE = "state.db"
_LOCK_FILE = "lock"
_FOLDER_MODE = 0o700
_HERE = files("hub.connect")
_SQL = parse_queries((_HERE / "queries.sql").read_text(encoding="utf-8"))
_TABLES = (_HERE / "state.sql").read_text(encoding="utf-8")
_TO_2 = (_HERE / "state_to_2.sql").read_text(encoding="utf-8")
_TO_3 = (_HERE / "state_to_3.sql").read_text(encoding="utf-8")
_NEW_IN_2, _NEW_IN_3 = frozenset({"source"}), frozenset(re.findall(r"^CREATE TABLE (\w+)", _TO_3, re.MULTILINE))
_MADE = frozenset(re.findall(r"^CREATE (?:TABLE|VIEW) (\w+)", _TABLES, re.MULTILINE)) | _NEW_IN_3
_DAMAGED = "CONNECTOR_STATE_DAMAGED"
_DAMAGES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PRIMARY = 0xFF  # of an extended error code


class Store:
    """State that stands in a file. Queries are called by their names in queries.sql, with named parameters.

    Every call may raise Unavailable CONNECTOR_STATE_UNAVAILABLE: a full disk, or a process that writes for too long;
    and Corrupt CONNECTOR_STATE_DAMAGED: the file is no database, or lacks tables.
    """

    def __init__(self, path: Path, *, tables: bool = True) -> None:
        """Open a file; without `tables` they are still to be made."""
        with _unavailable():
            self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = Row
        try:
            self.do("wait")
            self.do("sync")
            if tables:
                self._check_tables()
        except BaseException:
            self.close()
            raise

    def _check_tables(self) -> None:
        """Look whether every table is there, and bring a state of an earlier version up to this one."""
        missing = self._missing()
        if missing == _NEW_IN_2 | _NEW_IN_3 and not {"source_sha256", "sealed"} & self._columns():
            self._add(_TO_2)
            missing = self._missing()
        if missing == _NEW_IN_3:
            self._add(_TO_3)
        if self._missing():
            raise Corrupt(_DAMAGED, {"reason": "tables"})

    def _add(self, script: str) -> None:
        """Add what a later version has, all or nothing."""
        with _unavailable(), suppress(sqlite3.OperationalError):  # another process may just do the same
            self._connection.executescript(f"BEGIN IMMEDIATE; {script} COMMIT;")
        if self._connection.in_transaction:
            self._connection.execute(_SQL["rollback"])

    def _missing(self) -> frozenset[str]:
        return _MADE - {row["name"] for row in self.all("tables")}

    def _columns(self) -> set[str]:
        return {row["name"] for row in self.all("columns")}

    def close(self) -> None:
        """Close the file; what is not committed is gone."""
        self._connection.close()

    def make(self) -> None:
        """Make the tables."""
        with _unavailable():
            self._connection.executescript(_TABLES + _TO_3)

    def do(self, name: str, /, **values: Any) -> int:
        """Run a query and return how many rows it changed."""
        with _unavailable():
            return self._connection.execute(_SQL[name], values).rowcount

    def all(self, name: str, /, **values: Any) -> list[Row]:
        """Return all rows of a query."""
        with _unavailable():
            return self._connection.execute(_SQL[name], values).fetchall()

    def first(self, name: str, /, **values: Any) -> Row | None:
        """Return the first row of a query, or None."""
        rows = self.all(name, **values)
        return rows[0] if rows else None

    def one(self, name: str, /, **values: Any) -> Row:
        """Return the row of a query that has one."""
        return self.all(name, **values)[0]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nothing is awaited inside."""
        self.do("begin")
        try:
            yield
            self._commit()
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute(_SQL["rollback"])
            raise

    def _commit(self) -> None:
        self.do("commit")


def open_store(folder: Path, name: str, so: str) -> Store:
    """Open the state in a connector's folder, which is made, readable by nobody else. Raises Refused, Unavailable."""
    folder.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
    path = folder / STATE_FILE
    if not path.exists():
        _made(path)
    store = Store(path)
    store.do("found", name=name, so=so)
    held = store.one("connector")
    if (held["name"], held["so"]) != (name, so):
        store.close()
        facts = {"what": "connector", "found": f"{held['name']} ({held['so']})", "expected": f"{name} ({so})"}
        raise Refused("CONNECTOR_STATE_FOREIGN", facts)
    return store


def _made(path: Path) -> None:
    """Make the file with its tables under another name first: whoever looks at it finds all of them."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    store = Store(fresh, tables=False)
    store.make()
    store.close()
    fresh.replace(path)


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Be the one runner on a folder while inside. Raises Refused CONNECTOR_RUNS_ALREADY; the lock ends with us."""
    folder.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
    fd = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(fd, 20, 0).decode("ascii", "replace").strip()
            raise Refused("CONNECTOR_RUNS_ALREADY", {"name": folder.name, "pid": holder}) from None
        os.truncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(fd)


@contextmanager
def _unavailable() -> Iterator[None]:
    """Turn what the disk or another process does into ours; a broken statement stays a bug."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        reason = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
        if getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _DAMAGES:
            raise Corrupt(_DAMAGED, {"reason": reason}) from error
        if not isinstance(error, sqlite3.OperationalError):
            raise
        raise Unavailable("CONNECTOR_STATE_UNAVAILABLE", {"reason": reason}) from error
