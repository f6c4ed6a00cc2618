"""The database of a generic file, played: a SQLite file with the one table that the query reads.

Its columns are those that the mapping names, and the one that the query goes on by. A query of PostgreSQL's own, or of
several tables, is the province's: there is nothing to make up for it.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from hub.connectors.generic.answers import text_of
from hub.connectors.generic.spec import GenericFile, SqlAt
from hub.connectors.mapping.paths import leaves
from hub.connectors.sdk import Raw
from hub.connectors.simulating import DropFolder, Faults, Simulator
from hub.connectors.simulating.hostile import hostile_texts
from hub.errors import Refused

__all__ = ["SqlPlayed", "play_sql"]

_TABLES = re.compile(r"\b(?:from|join)\s+([A-Za-z_][A-Za-z0-9_]*)", re.IGNORECASE)
_POSTGRES = "%("
_BLOB = b"\x00\xff"  # no value that a record can hold


def play_sql(
    file: GenericFile, records: Sequence[Raw], left_out: int, folder: Path, faults: Faults
) -> Simulator:  # fmt: skip
    """Return the system with these records. Raises Refused SIMULATOR_MISSING for a query that it cannot play."""
    assert isinstance(file.transport, SqlAt)
    tables = set(_TABLES.findall(file.transport.query))
    if len(tables) != 1 or _POSTGRES in file.transport.query:
        reason = "(SQL: one table, :after and :limit)"
        raise Refused("SIMULATOR_MISSING", {"connector": file.manifest.name, "reason": reason})
    return SqlPlayed(file, tables.pop(), records, left_out, folder, faults)


class SqlPlayed:
    """See `Simulator`. The column that only grows is the place of a record from 1; answers lie in a folder.

    Of the faults it knows `schema` (the whole table) and `hostile` (rows behind the good ones).
    """

    def __init__(
        self, file: GenericFile, table: str, records: Sequence[Raw], left_out: int, folder: Path, faults: Faults
    ) -> None:
        assert isinstance(file.transport, SqlAt)
        self._after, self._table, self.left_out = file.transport.after, table, left_out
        self._paths, self._records, self._faults = file.paths, records, faults
        self._database = folder / "he-thong.db"
        self._drop = DropFolder(folder / "files", faults)
        self._root = folder / "files"

    async def start(self) -> Mapping[str, Any]:
        """Make the database, unless it is there; return the settings of an instance."""
        if not self._database.exists():
            self._make()
        return {
            "sql": {"address": str(self._database.resolve())}, "folder": {"path": str(self._root.resolve())},
        }  # fmt: skip

    async def stop(self) -> None:
        """End: the files stay."""
        await self._drop.stop()

    def answers(self) -> Sequence[Mapping[str, Any]]:
        """Return the files of answers that lie in the folder."""
        return self._drop.answers()

    def _make(self) -> None:
        rows = list(self._rows())
        columns = list(
            dict.fromkeys((*(p for p in self._paths if p != self._after), *(n for row in rows for n in row)))
        )
        named = ", ".join(_quoted(name) for name in columns)
        marks = ", ".join("?" for _ in (self._after, *columns))
        fresh = self._database.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with closing(sqlite3.connect(fresh)) as connection, connection:
            connection.execute(
                f"create table {_quoted(self._table)} ({_quoted(self._after)} integer primary key, {named})"
            )
            connection.executemany(
                f"insert into {_quoted(self._table)} values ({marks})",  # noqa: S608  (names are quoted, values are not in it)
                ([number, *(row.get(name) for name in columns)] for number, row in enumerate(rows, 1)),
            )
        fresh.replace(self._database)

    def _rows(self) -> Iterator[dict[str, Any]]:
        field = next((name for name in reversed(self._paths) if name != self._after), "ghi_chu")
        for record in self._records:
            flat = {name: _value(value) for name, value in leaves(record) if name != self._after}
            yield self._faults.reshaped(flat, field, 1)
        if self._faults.hostile:
            yield from _hostile_rows([name for name in self._paths if name != self._after])


def _hostile_rows(columns: Sequence[str]) -> Iterable[dict[str, Any]]:
    for text in hostile_texts(None):
        yield dict.fromkeys(columns, text)
    yield dict.fromkeys(columns, _BLOB)
    yield dict.fromkeys(columns, float("inf"))


def _value(value: object) -> str | int | None:
    return value if value is None or isinstance(value, str | int) else text_of(value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
