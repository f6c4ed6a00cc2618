"""Say which column of a sheet holds which field, refuse what cannot be told, and name the cell where it stops."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.connectors.headers import Header, label_key
from hub.connectors.shape import Fit
from hub.connectors.worksheets import Kind, Row, Workbook, Worksheet, column_letters
from hub.domain.characters import visible
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = [
    "Located",
    "about_column",
    "about_hidden_sheets",
    "about_unread_columns",
    "columns_once",
    "located",
    "missing_fields",
    "no_header",
    "only_sheet",
    "stopped",
]

_SHOWN_LENGTH_MAX = 60


@dataclass(frozen=True, slots=True)
class Located:
    """The data sheet, where its rows begin, the column of each field, and what is to be told about the file."""

    sheet: Worksheet
    first_row: int
    columns: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def data_rows(self) -> list[Row]:
        """The rows under the header that hold something."""
        return [row for row in self.sheet.rows if row.number >= self.first_row]


def only_sheet(found: Sequence[tuple[Worksheet, Header]], book: Workbook) -> tuple[Worksheet, Header]:
    """Return the one visible sheet with the header. Raises Refused when there is none, two, or only a hidden one."""
    seen = [(sheet, header) for sheet, header in found if not sheet.hidden]
    if len(seen) == 1:
        return seen[0]
    if seen:
        raise Refused("WORKBOOK_SHEETS_TWO", {"sheets": ", ".join(sheet.name for sheet, _ in seen[:5])})
    if found:
        raise Refused("WORKBOOK_DATA_SHEET_HIDDEN", {"sheet": found[0][0].name})
    raise Refused("WORKBOOK_HEADER_MISSING", {"sheet": ", ".join(sheet.name for sheet in book.sheets[:3])})


def located(
    sheet: Worksheet, header: Header, fields: Mapping[int, str | None], required: Iterable[str],
    titles: Mapping[str, str],
) -> Located:  # fmt: skip
    """Return the columns of a sheet. Raises Refused WORKBOOK_COLUMN_TWICE or WORKBOOK_COLUMN_MISSING."""
    columns = columns_once(fields, sheet.name, titles)
    missing = [titles[field] for field in required if field not in columns]
    if missing:
        raise Refused("WORKBOOK_COLUMN_MISSING", {"sheet": sheet.name, "columns": ", ".join(missing)})
    hidden = sorted(sheet.hidden_columns.intersection(columns.values()))
    told = tuple(about_column("WORKBOOK_COLUMN_HIDDEN", sheet, header.first_row, column) for column in hidden)
    return Located(sheet, header.last_row + 1, columns, told)


def columns_once(fields: Mapping[int, str | None], sheet: str, titles: Mapping[str, str]) -> dict[str, int]:
    """Return the column of each field. Raises Refused WORKBOOK_COLUMN_TWICE."""
    columns: dict[str, int] = {}
    for column, field in sorted(fields.items()):
        if field is not None and field in columns:
            twice = f"{column_letters(columns[field])}, {column_letters(column)}"
            raise Refused(
                "WORKBOOK_COLUMN_TWICE", {"sheet": sheet, "label": titles.get(field, field), "columns": twice}
            )
        if field is not None:
            columns[field] = column
    return columns


def about_hidden_sheets(book: Workbook) -> list[Finding]:
    """Name the hidden sheets, which nobody reads."""
    return [finding("WORKBOOK_SHEET_HIDDEN", s.name, facts={"sheet": s.name}) for s in book.sheets if s.hidden]


def about_unread_columns(sheet: Worksheet, first_row: int, fields: Mapping[int, str | None]) -> Iterator[Finding]:
    """Name the columns that have a title or hold something under it, and whose meaning is not known."""
    filled = {column for row in sheet.rows if row.number >= first_row for column in row.cells}
    for column in sorted((filled | set(fields)) - {column for column, field in fields.items() if field is not None}):
        yield about_column("WORKBOOK_COLUMN_UNKNOWN", sheet, first_row, column)


def about_column(code: str, sheet: Worksheet, row: int, column: int) -> Finding:
    """Return a finding about one column, with its letters among the facts."""
    letters = column_letters(column)
    return finding(code, f"{sheet.name}!{letters}{row}", facts={"sheet": sheet.name, "column": letters})


def missing_fields(fields: Mapping[int, str | None], required: Iterable[str]) -> list[str]:
    """Return the required fields that no column holds, in the order of the shape."""
    held = set(fields.values())
    return [field for field in required if field not in held]


def stopped(
    shape: str, sheet: Worksheet, header: Header, fields: Mapping[int, str | None], order: Sequence[str],
    missing: str, titles: Mapping[str, str], known: Callable[[str], bool] = lambda _: False,
) -> Fit:  # fmt: skip
    """Return the fit of a sheet whose header is there but lacks the field `missing`.

    It stops in the column after the last field that stands before the missing one in the `order` of the shape, at the
    title there that is not `known`, if any.
    """
    columns = {field: column for column, field in sorted(fields.items(), reverse=True) if field is not None}
    matched = tuple(titles.get(field, field) for field in order if field in columns)
    before = [columns[field] for field in order[: order.index(missing)] if field in columns]
    column = max(before, default=0) + 1
    row, found = _title_at(sheet, header, column, known)
    where = f"{sheet.name}!{column_letters(column)}{row}"
    return Fit(shape, False, matched, where, titles.get(missing, missing), found)


def no_header(shape: str, book: Workbook, expected: str) -> Fit:
    """Return the fit of a workbook without the shape's header: it stops at the first filled cell of the first sheet."""
    for sheet in sorted(book.sheets, key=lambda sheet: sheet.hidden):
        if sheet.rows:
            row = sheet.rows[0]
            column = min(row.cells)
            where = f"{sheet.name}!{column_letters(column)}{row.number}"
            return Fit(shape, False, (), where, expected, _shown(row.cells[column].text))
    return Fit(shape, False, (), f"{book.sheets[0].name}!A1" if book.sheets else None, expected, "")


def _title_at(sheet: Worksheet, header: Header, column: int, known: Callable[[str], bool]) -> tuple[int, str]:
    """Return row and text of the lowest unknown title of a column, else the lowest, else the header's first row."""
    titles = [
        (row.number, cell.text)
        for row in reversed(sheet.rows)
        if header.first_row <= row.number <= header.last_row
        and (cell := row.cells.get(column)) is not None
        and cell.kind is Kind.TEXT
    ]
    unknown = (title for title in titles if not known(label_key(title[1])))
    row, text = next(unknown, titles[0] if titles else (header.first_row, ""))
    return row, _shown(text)


def _shown(text: str) -> str:
    return visible(" ".join(text[:_SHOWN_LENGTH_MAX].split()))
