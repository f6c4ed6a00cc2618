"""Ballast: rows as they are in the databases, copied many times under changed identifiers, so that tables are large.

It is no record of anything: its schools, pupils and hashes do not exist, its leaves prove nothing, and its places in
the log are negative. It is there for indexes to be deep and tables to be long, and for nothing else. Only the
superuser of a measurement's own server can write it: no trigger is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from hub.bench.ground import SO_DATABASE, Ground
from hub.bench.queries import queries

__all__ = ["TABLES", "Copy", "add_ballast", "changed_column", "original_rows"]

TABLES: Mapping[str, Sequence[str]] = {
    SO_DATABASE: (
        "round", "inbox", "claim", "document", "answer", "locator", "lock", "leaf", "ingest_receipt", "near_match_read",
        "outbox",
    ),
    "bo": ("pupil", "manifest", "lock", "document", "staged_chunk", "outbox"),
}  # fmt: skip
_SALTED_BYTES = frozenset({"message_sha256", "document_sha256", "leaf_sha256", "lock_id", "statement_sha256"})
_SALTED_TEXT = frozenset({"school", "pupil", "command_id", "receipt_id", "locator", "identifier", "message_id"})
_NEGATIVE = frozenset({"log_index"})
_SHIFTED = frozenset({"source_offset"})
_SHIFT = 1_000_000_000  # far beyond every offset of a measurement


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of everything that was there: the number goes into every identifier."""

    number: int

    @property
    def text(self) -> sql.Literal:
        """What stands behind a salted text, and in a salted hash."""
        return sql.Literal(f"~{self.number}")

    @property
    def shift(self) -> sql.Literal:
        """By how much numbers are moved."""
        return sql.Literal(self.number * _SHIFT)


def add_ballast(ground: Ground, rows: int, first: int) -> tuple[int, dict[str, int]]:
    """Copy what is no copy until each document table has `rows` rows or a little more.

    `first` numbers the copies; returns the number for the next ones, and the rows of each document table now.
    """
    counts, last = {}, first
    for database, tables in TABLES.items():
        with ground.administrator(database) as connection:
            whole, original = _counted(connection)
            last = first + max(0, -(-(rows - whole) // original))
            for number in range(first, last):
                with connection.transaction():
                    connection.execute("SET LOCAL session_replication_role = replica")  # a locked round begins nowhere
                    for table in tables:
                        _copy(connection, table, Copy(number))
            for table in tables:
                connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
            counts[database] = _counted(connection)[0]
    with ground.administrator() as connection:
        connection.execute("CHECKPOINT")
    return last, counts


def _counted(connection: "psycopg.Connection[tuple[Any, ...]]") -> tuple[int, int]:
    row = connection.execute(queries()["counted"]).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def changed_column(name: str, copy: Copy) -> sql.Composable:
    """Return the expression that gives a column of a copy: an identifier is salted, everything else stays."""
    column = sql.Identifier(name)
    if name in _SALTED_BYTES:
        return sql.SQL("sha256({} || convert_to({}, 'UTF8'))").format(column, copy.text)
    if name in _SALTED_TEXT:
        return sql.SQL("{} || {}").format(column, copy.text)
    if name in _NEGATIVE:
        return sql.SQL("-{} - 1 - {}").format(column, copy.shift)
    if name in _SHIFTED:
        return sql.SQL("{} + {}").format(column, copy.shift)
    return column


def _copy(connection: "psycopg.Connection[tuple[Any, ...]]", table: str, copy: Copy) -> None:
    names = [row[0] for row in connection.execute(queries()["copied_columns"], (table,)).fetchall()]
    statement = sql.SQL(queries()["copy_rows"]).format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, names)),
        changed=sql.SQL(", ").join(changed_column(name, copy) for name in names),
        original=original_rows(table, names),
    )
    connection.execute(statement)


def original_rows(table: str, names: Sequence[str]) -> sql.Composable:
    """Tell a row from its copies: by a salted text, or by the row that it belongs to."""
    named = next((name for name in names if name in _SALTED_TEXT), None)
    if named is not None:
        return sql.SQL(queries()["original_by_text"]).format(named=sql.Identifier(named))
    return sql.SQL(queries()[_BELONGS[table]])


_BELONGS: Mapping[str, str] = {
    "answer": "original_by_command",
    "near_match_read": "original_by_command",
    "leaf": "original_by_lock",
    "ingest_receipt": "original_by_lock",
    "manifest": "original_by_index",
    "staged_chunk": "original_by_manifest",
}
