"""Say which column of a sheet of marks holds which field, by the header's texts, and how far a workbook fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hub.connectors.headers import Header, find_header
from hub.connectors.located import about_column, about_unread_columns, columns_once, no_header, stopped
from hub.connectors.shape import Fit
from hub.connectors.vnedu_secondary.mapping import ANCHORS, TITLES, field_of, is_label, part_of
from hub.connectors.worksheets import Kind, Row, Workbook, Worksheet
from hub.domain.findings import Finding
from hub.errors import Refused

__all__ = ["SHAPE", "Located", "fit", "locate"]

SHAPE: Final = "vnEdu, bảng điểm một môn THCS/THPT: chi tiết hoặc tổng hợp / marks of one subject, secondary"
# Parts of the shape in its order; a part may be held by one of several fields.
_ORDER = ("number", "name", "regular:1", "midterm", "final", "average")
_STANDS_FOR = {"family_name": "name", "student_code": "name", "average:1": "average", "average:2": "average"}
_OF_MARKS = frozenset({"regular:1", "midterm", "final", "average"})


@dataclass(frozen=True, slots=True)
class Located:
    """One sheet of marks: where header and rows begin, the column of each field, what is told of its columns.

    Fields: number, student_code, name or family_name + given_name, birth_date, class, regular:1 to regular:n, midterm,
    final, remark; average (of the sheet's semester) or average:1 and average:2 (by semester); year.
    """

    sheet: Worksheet
    header: Header
    first_row: int
    columns: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def regular(self) -> tuple[int, ...]:
        """Columns of the regular marks (ĐĐGtx), from left to right."""
        return tuple(sorted(column for field, column in self.columns.items() if field.startswith("regular:")))

    @property
    def is_summary(self) -> bool:
        """Tell a summary, which has averages by semester, from a subject detail."""
        return "average:1" in self.columns or "average:2" in self.columns

    @property
    def data_rows(self) -> list[Row]:
        """The rows under the header that hold something."""
        return [row for row in self.sheet.rows if row.number >= self.first_row]


def locate(sheet: Worksheet) -> Located | None:
    """Return the columns of a sheet of marks, None for a sheet without such a header.

    Raises Refused WORKBOOK_COLUMN_MISSING or WORKBOOK_COLUMN_TWICE.
    """
    header = _header(sheet)
    if header is None:
        return None
    fields = _fields(sheet, header)
    parts = _parts(fields)
    if not _OF_MARKS & parts:
        return None
    columns = columns_once(fields, sheet.name, TITLES)
    missing = [TITLES[part] for part in _ORDER if part not in parts]
    if missing:
        raise Refused("WORKBOOK_COLUMN_MISSING", {"sheet": sheet.name, "columns": ", ".join(missing)})
    first_row = _first_row(sheet, header, columns)
    hidden = sorted(sheet.hidden_columns.intersection(columns.values()))
    told = [about_column("WORKBOOK_COLUMN_HIDDEN", sheet, header.first_row, column) for column in hidden]
    told += about_unread_columns(sheet, first_row, fields)
    return Located(sheet, header, first_row, columns, tuple(told))


def fit(book: Workbook) -> Fit:
    """Say how far a workbook fits: its visible sheet that fits best speaks for it. Never raises."""
    found = [(sheet, header) for sheet in book.sheets if not sheet.hidden and (header := _header(sheet)) is not None]
    fits = [_fit_of(sheet, header) for sheet, header in found]
    return max(fits, key=lambda one: (one.fits, len(one.matched)), default=no_header(SHAPE, book, TITLES["number"]))


def _fit_of(sheet: Worksheet, header: Header) -> Fit:
    fields = _fields(sheet, header)
    parts = _parts(fields)
    missing = [part for part in _ORDER if part not in parts]
    if not missing:
        return Fit(SHAPE, True, tuple(TITLES[part] for part in _ORDER))
    as_parts = {column: None if field is None else _STANDS_FOR.get(field, field) for column, field in fields.items()}
    return stopped(SHAPE, sheet, header, as_parts, _ORDER, missing[0], TITLES)


def _parts(fields: Mapping[int, str | None]) -> set[str]:
    return {_STANDS_FOR.get(field, field) for field in fields.values() if field is not None}


def _header(sheet: Worksheet) -> Header | None:
    return find_header(sheet, is_label, ANCHORS)


def _fields(sheet: Worksheet, header: Header) -> dict[int, str | None]:
    """Return the field of each column with a title; regular marks without a number of their own are counted on."""
    fields = {column: _field(keys) for column, keys in sorted(header.labels.items())}
    taken = {field for field in fields.values() if field is not None}
    free = iter([f"regular:{n}" for n in range(1, len(fields) + 1) if f"regular:{n}" not in taken])
    fields = {column: next(free) if field == "regular" else field for column, field in fields.items()}
    return _with_split_name(sheet, header, fields)


def _field(keys: tuple[str, ...]) -> str | None:
    """Return the field of one column by its labels from top to bottom; the lowest known one decides."""
    averages = any((field_of(key) or "").startswith("average") for key in keys)
    for key in reversed(keys):
        part = part_of(key)
        if part is not None and averages:
            return "year" if part == "year" else f"average:{part}"
        field = field_of(key)
        if field is not None:
            return field
    return None


def _with_split_name(sheet: Worksheet, header: Header, fields: dict[int, str | None]) -> dict[int, str | None]:
    """See họ đệm and tên in two columns also when one merged title, or a title with a blank beside it, names both."""
    columns = [column for column, field in fields.items() if field == "name"]
    if len(columns) == 1 and columns[0] + 1 not in header.labels and _holds_texts(sheet, header, columns[0] + 1):
        columns.append(columns[0] + 1)
    if len(columns) == 2 and columns[1] == columns[0] + 1:
        return fields | {columns[0]: "family_name", columns[1]: "given_name"}
    return fields


def _holds_texts(sheet: Worksheet, header: Header, column: int) -> bool:
    cells = [row.cells[column] for row in sheet.rows if row.number > header.last_row and column in row.cells]
    return bool(cells) and all(cell.kind is Kind.TEXT for cell in cells)


def _first_row(sheet: Worksheet, header: Header, columns: Mapping[str, int]) -> int:
    """Return the first data row; a row that only counts the regular marks (1, 2, 3) still belongs to the header."""
    below = next((row for row in sheet.rows if row.number == header.last_row + 1), None)
    numbers = {column: field.removeprefix("regular:") for field, column in columns.items() if "regular:" in field}
    counts = below is not None and all(numbers.get(c) == cell.text.strip() for c, cell in below.cells.items())
    return header.last_row + (2 if counts else 1)
