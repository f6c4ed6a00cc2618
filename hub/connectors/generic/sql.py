"""A database behind a generic connector: read in the order of a column that only grows.

Invariant: no page ends between two rows of one mark, since the next one would begin behind both.
"""

import json
from dataclasses import replace
from typing import Any, TypeGuard

import msgspec

from hub.connectors.formats import RowRead
from hub.connectors.generic.records import Reader
from hub.connectors.sdk import Page, SourceRecord
from hub.connectors.transport import SqlReader, SqlRow
from hub.domain.findings import finding
from hub.errors import Refused

__all__ = ["SqlSource"]


class _Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    after: str | int | None = None
    more: bool = False


class SqlSource:
    """Cursor: {"after": value of the ordering column in the last row that has one, "more": within a walk}.

    A walk begins `overlap` before the end of the walk before: numbers are given before they are committed, and what
    was committed late stands there. A row with a value that no record can hold, or without a place in the order, is
    refused by itself.
    """

    def __init__(self, reader: SqlReader, after: str, records: Reader, overlap: int = 0) -> None:
        self._reader, self._after, self._records, self._overlap = reader, after, records, overlap

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return the next rows. Raises what the database raises, and Refused CURSOR_REFUSED.

        Refused SYSTEM_ANSWER_WRONG when there is nowhere to go on from: no row of a page has a place in the order, or
        more rows than a page holds have the same.
        """
        place = _place(cursor)
        begun = place.after if place.more else self._before(place.after)
        found = await self._reader.rows_by(self._after, begun, limit + 1)
        rows, more = found[:limit], len(found) > limit
        if more:
            rows = self._uncut(rows, found[limit][0])
        after = next((mark for mark, _ in reversed(rows) if _is_mark(mark)), None)
        if rows and after is None:
            raise _wrong(self._no_mark())
        records = tuple(self._record(row, mark, begun) for mark, row in rows)
        return Page(records, _cursor(after if rows else place.after, more=more), more)

    def _before(self, after: str | int | None) -> str | int | None:
        """Return where a walk begins."""
        if not self._overlap or after is None:
            return after
        if isinstance(after, str):
            raise _wrong(f"{self._after} is no whole number, as overlap wants")
        return after - self._overlap

    def _uncut(self, rows: list[SqlRow], next_mark: Any) -> list[SqlRow]:
        """Return the rows of a page without those whose mark the first row behind it has too."""
        whole = [row for row in rows if not _is_mark(next_mark) or row[0] != next_mark]
        if not whole:
            raise _wrong(f"{self._after} is the same in more than {len(rows)} rows")
        return whole

    async def close(self) -> None:
        """Nothing is held open."""

    def _record(self, row: RowRead, mark: Any, begun: str | int | None) -> SourceRecord:
        """Return the record of a row under a place that no other page has: a refused row is known by its place."""
        if _is_mark(mark):
            return self._records.of_row(replace(row, place=f"{self._after} = {mark}"))
        place = row.place if begun is None else f"{self._after} > {begun}, {row.place}"
        found = row.findings or (finding("JSON_WRONG", place, facts={"reason": self._no_mark()}),)
        return self._records.of_row(RowRead(place, None, found))

    def _no_mark(self) -> str:
        return f"{self._after} is no text and no whole number"


def _is_mark(value: Any) -> TypeGuard[str | int]:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _place(cursor: str | None) -> _Place:
    try:
        return _Place() if cursor is None else msgspec.json.decode(cursor, type=_Place)
    except (msgspec.MsgspecError, ValueError):
        raise Refused("CURSOR_REFUSED", {"reason": "not of this connector"}) from None


def _cursor(after: str | int | None, *, more: bool) -> str:
    return json.dumps({"after": after} | ({"more": True} if more else {}))


def _wrong(reason: str) -> Refused:
    return Refused("SYSTEM_ANSWER_WRONG", {"reason": reason})
