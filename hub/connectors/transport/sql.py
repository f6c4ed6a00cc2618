"""A database that is read, and only read: the query is the connector's own file's, values go in as parameters.

PostgreSQL (`postgresql://…`) and SQLite (a file). The query names `after` (None at the beginning) and `limit`:
`%(after)s` and `%(limit)s`, or `:after` and `:limit`, and orders its rows by the column that `after` is taken from.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from hub.connectors.formats.json_values import json_bytes
from hub.connectors.formats.rows import RowRead
from hub.connectors.sdk.records import RECORD_BYTES_MAX
from hub.connectors.worksheets import COLUMN_COUNT_MAX
from hub.domain.findings import finding
from hub.errors import Refused, Unavailable

__all__ = ["After", "SqlReader", "SqlRow"]

QUERY_TIMEOUT_S = 30
_POSTGRES = ("postgresql://", "postgres://")
_READ_ONLY = f"-c default_transaction_read_only=on -c statement_timeout={QUERY_TIMEOUT_S * 1_000}"
_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_AGAIN = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_INTERRUPT")
_CHECK_EACH_INSTRUCTIONS = 100_000

After = str | int | None
SqlRow = tuple[Any, RowRead]
"""A row as read, and what stands in the ordering column, even where another of its values refuses the row."""

_Found = tuple[list[str], Sequence[Sequence[Any]]]


class SqlReader:
    """Runs one query; each call opens a connection of its own and closes it. `password_file`: of PostgreSQL's form."""

    def __init__(self, address: str, query: str, password_file: Path | None = None) -> None:
        self._address = address
        self._query = query
        self._password_file = password_file

    async def rows(self, after: After, limit: int) -> list[RowRead]:
        """Return at most `limit` rows behind `after`, columns by name. Times and dates are ISO texts.

        Raises Unavailable SYSTEM_UNREACHABLE; Refused SYSTEM_REFUSES_LOGIN, SYSTEM_REFUSES (the query fails, or would
        write), SYSTEM_ANSWER_WRONG (a column twice, more than 256 columns).
        """
        titles, found = await self._found(after, limit)
        return [_row(number, titles, values) for number, values in enumerate(found, 1)]

    async def rows_by(self, column: str, after: After, limit: int) -> list[SqlRow]:
        """Return the same rows, each with its value of a column (None: no such column, or no value that JSON has)."""
        titles, found = await self._found(after, limit)
        at = titles.index(column) if column in titles else None
        return [
            (None if at is None else _plain(values[at]), _row(number, titles, values))
            for number, values in enumerate(found, 1)
        ]

    async def _found(self, after: After, limit: int) -> _Found:
        run = self._postgres if self._address.startswith(_POSTGRES) else self._sqlite
        titles, found = await asyncio.to_thread(run, {"after": after, "limit": limit})
        if len(titles) > COLUMN_COUNT_MAX or len(set(titles)) != len(titles):
            raise Refused("SYSTEM_ANSWER_WRONG", {"reason": "a column twice or too many columns"})
        return titles, found[:limit]

    def _postgres(self, parameters: dict[str, Any]) -> _Found:
        passfile = None if self._password_file is None else str(self._password_file)
        try:
            with (
                psycopg.connect(self._address, connect_timeout=10, options=_READ_ONLY, passfile=passfile) as connection,
                connection.cursor(name="hub") as cursor,  # kept by the server: what is not fetched never comes here
            ):
                cursor.execute(self._query.encode(), parameters)
                titles = [column.name for column in cursor.description or ()]
                return titles, cursor.fetchmany(parameters["limit"])
        except psycopg.OperationalError as error:
            raise _postgres_fault(error) from None
        except psycopg.Error as error:
            raise Refused("SYSTEM_REFUSES", {"status": error.sqlstate or type(error).__name__}) from None

    def _sqlite(self, parameters: dict[str, Any]) -> _Found:
        path = Path(self._address.removeprefix("sqlite:///"))
        if not path.is_file():
            raise Unavailable("SYSTEM_UNREACHABLE", {"reason": "no such file"})
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
                connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 4 * RECORD_BYTES_MAX)
                connection.set_authorizer(_only_reading)
                connection.set_progress_handler(_Patience(), _CHECK_EACH_INSTRUCTIONS)
                cursor = connection.execute(self._query, parameters)
                titles = [column[0] for column in cursor.description or ()]
                return titles, cursor.fetchmany(parameters["limit"])
        except sqlite3.OperationalError as error:
            name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")  # absent where Python itself found the fault
            if name.startswith(_AGAIN):
                raise Unavailable("SYSTEM_UNREACHABLE", {"reason": name}) from None
            raise Refused("SYSTEM_REFUSES", {"status": name}) from None
        except (sqlite3.Error, sqlite3.Warning) as error:  # the warning: several statements
            raise Refused("SYSTEM_REFUSES", {"status": type(error).__name__}) from None


class _Patience:
    """Ends a query of SQLite after so many instructions, since nothing here reads a clock."""

    def __init__(self) -> None:
        self._left = 20_000  # two thousand million instructions: about half a minute

    def __call__(self) -> int:
        self._left -= 1
        return int(self._left < 0)


def _only_reading(action: int, *_: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _postgres_fault(error: psycopg.OperationalError) -> Refused | Unavailable:
    text = str(error)
    if (error.sqlstate or "").startswith("28") or "authentication failed" in text:
        return Refused("SYSTEM_REFUSES_LOGIN", {"status": error.sqlstate or "password"})
    return Unavailable("SYSTEM_UNREACHABLE", {"reason": error.sqlstate or type(error).__name__})


def _row(number: int, titles: Sequence[str], values: Sequence[Any]) -> RowRead:
    place = f"dòng {number}"
    try:
        value = {title: _value(each) for title, each in zip(titles, values, strict=True)}
    except ValueError as error:
        return _refused(place, str(error))
    if len(json_bytes(value)) > RECORD_BYTES_MAX:
        return _refused(place, "record too large")
    return RowRead(place, value)


def _plain(value: Any) -> Any:
    try:
        return _value(value)
    except ValueError:
        return None


def _refused(place: str, reason: str) -> RowRead:
    return RowRead(place, None, (finding("JSON_WRONG", place, facts={"reason": reason}),))


def _value(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int | dict | list):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, float) and value == value and abs(value) < float("inf"):  # noqa: PLR0124  (not a number)
        return Decimal(repr(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise ValueError(f"a value of kind {type(value).__name__}")
