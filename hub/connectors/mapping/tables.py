"""Code tables with dates: what a code of the system means in a school year, and how a meaning is written then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from hub.connectors.cell_texts import squeezed
from hub.connectors.sdk.proposing import did_you_mean

__all__ = ["Found", "TableRow", "Tables", "table_day"]


class TableRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}):
    """One code; `until` is the first civil date on which it no longer holds. `widens`: another code means the same."""

    code: Annotated[str, Meta(description="as the system writes it; always a text")]
    means: Annotated[str, Meta(description="the hub's own code for the same")]
    since: Annotated[date | None, Meta(description="the first civil date on which it holds")] = None
    until: Annotated[date | None, Meta(description="the first civil date on which it no longer holds")] = None
    widens: Annotated[bool, Meta(description="another code means the same: this one is read and never written")] = False

    def in_force(self, on: date) -> bool:
        """Tell whether the code has this meaning on a civil date."""
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class Found:
    """What looking up a code gave; without `means`, `other_time` tells a known code from one of no time."""

    means: str | None = None
    widens: bool = False
    spelt: bool = False  # found only after its spelling was repaired
    other_time: bool = False
    proposal: str | None = None


def table_day(school_year: str) -> date:
    """Return the civil date on which tables are read for a school year: 30 June of its later half.

    A table that changes on 1 July with the year's end behind it must not reach that year; 30/6 is on the safe side.
    """
    return date(int(school_year[5:]), 6, 30)


class Tables:
    """The tables of one connector, by name."""

    def __init__(self, tables: Mapping[str, tuple[TableRow, ...]]) -> None:
        """ValueError when two rows of one code overlap in time, so that its meaning would be open."""
        self._tables = dict(tables)
        for name, rows in self._tables.items():
            for earlier, later in _overlaps(rows):
                raise ValueError(f"{name}: code {earlier.code!r} means {earlier.means!r} and {later.means!r}")

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def rows(self, name: str, on: date | None = None) -> tuple[TableRow, ...]:
        """Return the rows of a table, in its order; with a date those in force."""
        return tuple(row for row in self._tables[name] if on is None or row.in_force(on))

    def means(self, name: str, code: str, on: date) -> Found:
        """Look up a code as it is written, then with its spelling (spaces, composition, case) repaired."""
        written = [row for row in self._tables[name] if row.code == code]
        same = written or [row for row in self._tables[name] if _spelling(row.code) == _spelling(code)]
        for row in same:
            if row.in_force(on):
                return Found(row.means, row.widens, spelt=not written)
        if same:
            return Found(other_time=True)
        return Found(proposal=did_you_mean(code, [row.code for row in self.rows(name, on)]))

    def code_of(self, name: str, meaning: str, on: date) -> str | None:
        """Return how a meaning is written: the first row in force that does not widen, else the first; or None."""
        rows = sorted((row for row in self.rows(name, on) if row.means == meaning), key=lambda row: row.widens)
        return rows[0].code if rows else None


def _spelling(code: str) -> str:
    return squeezed(code).casefold()


def _overlaps(rows: tuple[TableRow, ...]) -> Iterator[tuple[TableRow, TableRow]]:
    for position, one in enumerate(rows):
        for other in rows[:position]:
            if one.code == other.code and _before(one.since, other.until) and _before(other.since, one.until):
                yield other, one


def _before(since: date | None, until: date | None) -> bool:
    return since is None or until is None or since < until
