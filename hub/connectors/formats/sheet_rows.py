"""Rows of a workbook's sheets by the titles of their columns, from the top one to the bottom one: "Toán / Điểm KT".

Nothing of a file is executed, followed or spread: see `worksheets` and ADR 0005. A number stays a number (int or
Decimal, never a float), a date is its serial of the 1900 system, so that the mapping can tell what it made of it.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from hub.connectors.cell_texts import decimal_of, squeezed
from hub.connectors.formats.rows import RowRead, Rows
from hub.connectors.headers import HEADER_ROWS_MAX, Header, find_header, label_key
from hub.connectors.located import about_hidden_sheets, about_unread_columns
from hub.connectors.merging import merged_rows
from hub.connectors.notes import Notes
from hub.connectors.worksheets import Cell, Kind, Row, Workbook, Worksheet, column_letters, open_workbook
from hub.domain.findings import Finding
from hub.errors import Refused

__all__ = ["read_sheet", "read_sheets"]

_DAYS_FROM_1904 = 1_462  # between the serials of the two systems
_SPAN_MAX = 64


def read_sheet(path: Path, known: Collection[str], anchor: Collection[str]) -> Rows:
    """Return the rows of the one visible sheet that has such a header. Raises Refused, also WORKBOOK_SHEETS_TWO."""
    found = read_sheets(path, known, anchor)
    if len(found) > 1:
        raise Refused("WORKBOOK_SHEETS_TWO", {"sheets": ", ".join(rows.name for rows in found[:5])})
    return found[0]


def read_sheets(
    path: Path, known: Collection[str], anchor: Collection[str], header_rows_max: int = HEADER_ROWS_MAX
) -> tuple[Rows, ...]:
    """Return the rows of every visible sheet with a header, at least one.

    `known` are all titles that the header may have, each as it stands in its own cell; `anchor` those of which one
    must stand in it, in a column that every pupil's row fills. Rows without that are told and left out. Raises
    Refused with a code of the family `workbook`.
    """
    book = open_workbook(path)
    keys = frozenset(label_key(title) for title in known)
    anchors = frozenset(label_key(title) for title in anchor)
    told = tuple(about_hidden_sheets(book))
    found: list[Rows] = []
    for sheet in book.sheets:
        header = None if sheet.hidden else find_header(sheet, keys.__contains__, anchors, header_rows_max)
        if header is not None:
            found.append(_Table(sheet, header, anchors, from_1904=book.from_1904).read(told if not found else ()))
    if not found:
        raise Refused("WORKBOOK_HEADER_MISSING", {"sheet": _names(book)})
    return tuple(found)


def _names(book: Workbook) -> str:
    return ", ".join(sheet.name for sheet in book.sheets[:3])


class _Table:
    def __init__(self, sheet: Worksheet, header: Header, anchors: frozenset[str], *, from_1904: bool) -> None:
        self._sheet, self._header, self._from_1904 = sheet, header, from_1904
        self._titles = _titles(sheet, header)
        self._anchor = min(c for c, keys in header.labels.items() if anchors.intersection(keys))

    def read(self, told: tuple[Finding, ...]) -> Rows:
        """Return the rows; columns that hold something and have no title are told."""
        first = self._header.last_row + 1
        data = [row for row in self._sheet.rows if row.number >= first]
        merged = merged_rows(self._sheet, data, self._titles.keys())
        unread = about_unread_columns(self._sheet, first, dict.fromkeys(self._titles, ""))
        rows = tuple(self._row(row, merged) for row in data if self._anchor in row.cells)
        asides = [self._aside(row) for row in data if self._anchor not in row.cells]
        findings = (*told, *unread, *asides)
        return Rows(tuple(self._titles.values()), rows, findings, self._heading(), self._sheet.name)

    def _aside(self, row: Row) -> Finding:
        """Tell a note, a total or a signature below the table: it is nobody's row."""
        notes = Notes(self._sheet.name, row.number)
        notes.add("ROW_IGNORED")
        return notes.found[0]

    def _row(self, row: Row, merged: Mapping[int, int]) -> RowRead:
        notes = Notes(self._sheet.name, row.number)
        place = f"{self._sheet.name}!{row.number}"
        if row.hidden:
            notes.add("ROW_HIDDEN")
        elif row.number in merged:
            notes.add("CELL_MERGED", merged[row.number])
        else:
            values = {
                title: self._value(row.cells.get(column), notes, column) for column, title in self._titles.items()
            }
            return RowRead(place, None if notes.refused else values, tuple(notes.found))
        return RowRead(place, None, tuple(notes.found))

    def _value(self, cell: Cell | None, notes: Notes, column: int) -> Any:
        if cell is None:
            return None
        if cell.kind is Kind.TEXT:
            return cell.text
        if cell.kind is Kind.BOOLEAN:
            return cell.text == "1"
        if cell.kind in (Kind.FORMULA, Kind.ERROR):
            notes.add("CELL_FORMULA" if cell.kind is Kind.FORMULA else "CELL_ERROR", column)
            return None
        return self._number(cell, notes, column)

    def _number(self, cell: Cell, notes: Notes, column: int) -> int | Decimal | None:
        number = decimal_of(cell.text)
        if number is None or abs(number) >= Decimal(10) ** 15:
            notes.add("CELL_KIND", column, found=cell.kind.value)
            return None
        if cell.kind is Kind.DATE and self._from_1904:
            number += _DAYS_FROM_1904
        return int(number) if number == number.to_integral_value() else number

    def _heading(self) -> tuple[str, ...]:
        above = [row for row in self._sheet.rows if row.number < self._header.first_row]
        texts = [row.cells[c] for row in above for c in sorted(row.cells)]
        return tuple(squeezed(cell.text) for cell in texts if cell.kind is Kind.TEXT)


def _titles(sheet: Worksheet, header: Header) -> dict[int, str]:
    """Return the title of each column, its texts joined by " / ". Raises Refused WORKBOOK_COLUMN_TWICE."""
    spans = {(top, left): right for top, left, _, right in sheet.merged}
    parts: dict[int, tuple[str, ...]] = {}
    for row in sheet.rows:
        if header.first_row <= row.number <= header.last_row:
            for column, text in _texts(row):
                last = min(spans.get((row.number, column), column), column + _SPAN_MAX)
                for spanned in range(column, last + 1):
                    parts[spanned] = (*parts.get(spanned, ()), text)
    titles = {column: " / ".join(texts) for column, texts in sorted(parts.items())}
    _refuse_twice(sheet, titles)
    return titles


def _texts(row: Row) -> list[tuple[int, str]]:
    cells = ((column, cell) for column, cell in row.cells.items() if cell.kind is Kind.TEXT)
    return [(column, text) for column, cell in cells if (text := squeezed(cell.text))]


def _refuse_twice(sheet: Worksheet, titles: Mapping[int, str]) -> None:
    first: dict[str, int] = {}
    for column, title in titles.items():
        key = label_key(title)
        if key in first:
            facts = {"sheet": sheet.name, "label": title[:60]}
            raise Refused("WORKBOOK_COLUMN_TWICE", facts | {"columns": _columns(first[key], column)})
        first[key] = column


def _columns(*columns: int) -> str:
    return ", ".join(column_letters(column) for column in columns)
