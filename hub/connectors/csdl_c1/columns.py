"""Say which column of a C1 sheet holds which field, by the header's texts; refuse what cannot be told."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from hub.connectors.csdl_c1.mapping import (
    COMPETENCE_LABELS,
    GROUP_LABELS,
    LEVEL_LABELS,
    PUPIL_LABELS,
    QUALITY_LABELS,
    REQUIRED_PUPIL_FIELDS,
    REQUIRED_RESULT_FIELDS,
    ROW_LABELS,
    SCORE_LABELS,
    STUDENT_CODE_LABELS,
    SUBJECT_LABELS,
    TITLES,
    UPPER_GRADE_LABELS,
)
from hub.connectors.headers import Header, find_header
from hub.connectors.worksheets import Workbook, Worksheet, column_letters
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["Located", "locate_pupils", "locate_results"]

_RESULT_KEYS = frozenset(
    {*ROW_LABELS, *SUBJECT_LABELS, *COMPETENCE_LABELS, *QUALITY_LABELS, *GROUP_LABELS}
    | LEVEL_LABELS | SCORE_LABELS | UPPER_GRADE_LABELS
)  # fmt: skip
_RESULT_MARK = frozenset({*QUALITY_LABELS, *COMPETENCE_LABELS})  # a pupil list has none of these


@dataclass(frozen=True, slots=True)
class Located:
    """The data sheet, where its rows begin, the column of each field, and what is to be told about the file."""

    sheet: Worksheet
    first_row: int
    columns: Mapping[str, int]
    findings: tuple[Finding, ...]


def locate_results(book: Workbook) -> Located:
    """Find the result sheet and its columns. Raises Refused when header or columns are missing, twice or unknown."""
    headers = [(sheet, _header(sheet, _RESULT_KEYS)) for sheet in book.sheets]
    sheet, header = _only([(s, h) for s, h in headers if h is not None and _is_result(h)], book)
    fields = {column: _result_field(column, header) for column in sorted(header.labels)}
    if any(UPPER_GRADE_LABELS.intersection(keys) for keys in header.labels.values()) or "level:KH" in fields.values():
        raise Refused("WORKBOOK_GRADE_COLUMNS_UNKNOWN", {"sheet": sheet.name})
    located = _located(sheet, header, fields, REQUIRED_RESULT_FIELDS)
    return replace(located, findings=(*_told(book, sheet, located.first_row, fields), *located.findings))


def locate_pupils(book: Workbook) -> Located:
    """Find the pupil list and its columns; the code-list sheets beside it are passed over."""
    headers = [(sheet, _header(sheet, frozenset(PUPIL_LABELS))) for sheet in book.sheets]
    sheet, header = _only([(s, h) for s, h in headers if h is not None], book)
    fields = {column: next((PUPIL_LABELS[key] for key in reversed(keys) if key in PUPIL_LABELS), None)
              for column, keys in sorted(header.labels.items())}  # fmt: skip
    # Other columns of the list (health, parents, policy) are not needed for a transcript and not looked at.
    known = {column: field for column, field in fields.items() if field is not None}
    located = _located(sheet, header, known, REQUIRED_PUPIL_FIELDS)
    return replace(located, findings=(*_about_hidden_sheets(book), *located.findings))


def _header(sheet: Worksheet, keys: frozenset[str]) -> Header | None:
    return find_header(sheet, keys.__contains__, STUDENT_CODE_LABELS)


def _is_result(header: Header) -> bool:
    return any(_RESULT_MARK.intersection(keys) or UPPER_GRADE_LABELS.intersection(keys)
               for keys in header.labels.values())  # fmt: skip


def _only(found: list[tuple[Worksheet, Header]], book: Workbook) -> tuple[Worksheet, Header]:
    seen = [(sheet, header) for sheet, header in found if not sheet.hidden]
    if len(seen) == 1:
        return seen[0]
    if seen:
        raise Refused("WORKBOOK_SHEETS_TWO", {"sheets": ", ".join(sheet.name for sheet, _ in seen[:5])})
    if found:
        raise Refused("WORKBOOK_DATA_SHEET_HIDDEN", {"sheet": found[0][0].name})
    raise Refused("WORKBOOK_HEADER_MISSING", {"sheet": ", ".join(sheet.name for sheet in book.sheets[:3])})


def _located(sheet: Worksheet, header: Header, fields: Mapping[int, str | None], required: Iterable[str]) -> Located:
    columns = _once(fields, sheet.name)
    missing = [TITLES[field] for field in required if field not in columns]
    if missing:
        raise Refused("WORKBOOK_COLUMN_MISSING", {"sheet": sheet.name, "columns": ", ".join(missing)})
    hidden = sorted(sheet.hidden_columns.intersection(columns.values()))
    told = tuple(_about_column("WORKBOOK_COLUMN_HIDDEN", sheet, header.first_row, column) for column in hidden)
    return Located(sheet, header.last_row + 1, columns, told)


def _told(book: Workbook, sheet: Worksheet, first_row: int, fields: Mapping[int, str | None]) -> Iterator[Finding]:
    """Say what of a result workbook is not read: hidden sheets, other sheets, columns without a known title."""
    yield from _about_hidden_sheets(book)
    for other in book.sheets:
        if other is not sheet and other.rows and not other.hidden:
            yield finding("WORKBOOK_SHEET_IGNORED", other.name, facts={"sheet": other.name})
    filled = {column for row in sheet.rows if row.number >= first_row for column in row.cells}
    for column in sorted((filled | set(fields)) - {column for column, field in fields.items() if field is not None}):
        yield _about_column("WORKBOOK_COLUMN_UNKNOWN", sheet, first_row, column)


def _about_hidden_sheets(book: Workbook) -> list[Finding]:
    return [finding("WORKBOOK_SHEET_HIDDEN", s.name, facts={"sheet": s.name}) for s in book.sheets if s.hidden]


def _about_column(code: str, sheet: Worksheet, row: int, column: int) -> Finding:
    letters = column_letters(column)
    return finding(code, f"{sheet.name}!{letters}{row}", facts={"sheet": sheet.name, "column": letters})


def _once(fields: Mapping[int, str | None], sheet: str) -> dict[str, int]:
    columns: dict[str, int] = {}
    for column, field in sorted(fields.items()):
        if field is not None and field in columns:
            twice = f"{column_letters(columns[field])}, {column_letters(column)}"
            raise Refused(
                "WORKBOOK_COLUMN_TWICE", {"sheet": sheet, "label": TITLES.get(field, field), "columns": twice}
            )
        if field is not None:
            columns[field] = column
    return columns


def _result_field(column: int, header: Header) -> str | None:
    """Return the field of one column of the result sheet, or None for a column that is not known."""
    keys = header.labels[column]
    group = _group(column, header)
    for key in reversed(keys):
        if key in SCORE_LABELS:
            subject = _subject(keys) or _subject(header.labels.get(column - 1, ()))
            return None if subject is None else f"score:{subject}"
        if (field := _field_of_key(key, group)) is not None:
            return field
    return None


def _field_of_key(key: str, group: str | None) -> str | None:
    if key in ROW_LABELS:
        return ROW_LABELS[key]
    if key in QUALITY_LABELS:
        return f"quality:{QUALITY_LABELS[key]}"
    if key in COMPETENCE_LABELS and (group == "competence" or (key not in SUBJECT_LABELS and key != "khoa học")):
        return f"competence:{COMPETENCE_LABELS[key]}"
    if key == "khoa học":
        return "level:KH" if group == "level" else "competence:KHOA_HOC"
    return f"level:{SUBJECT_LABELS[key]}" if key in SUBJECT_LABELS else None


def _subject(keys: Iterable[str]) -> str | None:
    return next((SUBJECT_LABELS[key] for key in keys if key in SUBJECT_LABELS), None)


def _group(column: int, header: Header) -> str | None:
    """Return the group of a column: its own group text, or the nearest to its left when the texts are not merged."""
    for left in range(column, 0, -1):
        groups = [GROUP_LABELS[key] for key in header.labels.get(left, ()) if key in GROUP_LABELS]
        if groups:
            return groups[-1]
    return None
