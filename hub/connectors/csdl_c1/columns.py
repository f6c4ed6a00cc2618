"""Say which column of a C1 sheet holds which field, by the header's texts; refuse what cannot be told."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from hub.connectors.csdl_c1.mapping import (
    GROUP_LABELS,
    REQUIRED_RESULT_FIELDS,
    RESULT_FIELDS,
    ROW_LABELS,
    STUDENT_CODE_LABELS,
    SUBJECT_LABELS,
    TITLES,
    UPPER_GRADE_LABELS,
)
from hub.connectors.headers import Header, find_header, group_of, meant_by
from hub.connectors.located import (
    Located,
    about_hidden_sheets,
    about_unread_columns,
    located,
    missing_fields,
    no_header,
    only_sheet,
    stopped,
)
from hub.connectors.primary_titles import COMPETENCE_LABELS, LEVEL_LABELS, QUALITY_LABELS, SCORE_LABELS
from hub.connectors.shape import Fit
from hub.connectors.worksheets import Workbook, Worksheet
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["SHAPE", "fit", "locate_results"]

SHAPE: Final = "CSDL ngành C1, bảng kết quả tiểu học / C1 result sheet"
_RESULT_KEYS = frozenset(
    {*ROW_LABELS, *SUBJECT_LABELS, *COMPETENCE_LABELS, *QUALITY_LABELS, *GROUP_LABELS}
    | LEVEL_LABELS | SCORE_LABELS | UPPER_GRADE_LABELS
)  # fmt: skip
_RESULT_MARK = frozenset({*QUALITY_LABELS, *COMPETENCE_LABELS})  # a pupil list has none of these
_YEAR_END = ("completed", "promoted", "rating")  # what tells this sheet from those of other systems


def fit(book: Workbook) -> Fit:
    """Tell whether a workbook is the C1 result sheet. One of grades 4-5 is: its reader says that it serves them not."""
    found = _headers(book)
    if not found:
        return no_header(SHAPE, book, TITLES["student_code"])
    sheet, header = found[0]
    fields = _fields(header)
    required = REQUIRED_RESULT_FIELDS
    if _upper_grades(header, fields):
        required, fields = _YEAR_END, _without_boxes(header, fields)
    missing = missing_fields(fields, required)
    if missing:
        return stopped(SHAPE, sheet, header, fields, RESULT_FIELDS, missing[0], TITLES, _RESULT_KEYS.__contains__)
    return Fit(SHAPE, True, tuple(TITLES[field] for field in RESULT_FIELDS if field in fields.values()))


def locate_results(book: Workbook) -> Located:
    """Find the result sheet and its columns. Raises Refused when header or columns are missing, twice or unknown."""
    sheet, header = only_sheet(_headers(book), book)
    fields = _fields(header)
    if _upper_grades(header, fields):
        raise Refused("WORKBOOK_GRADE_COLUMNS_UNKNOWN", {"sheet": sheet.name})
    place = located(sheet, header, fields, REQUIRED_RESULT_FIELDS, TITLES)
    return replace(place, findings=(*_told(book, sheet, place.first_row, fields), *place.findings))


def _headers(book: Workbook) -> list[tuple[Worksheet, Header]]:
    found = ((sheet, find_header(sheet, _RESULT_KEYS.__contains__, STUDENT_CODE_LABELS)) for sheet in book.sheets)
    return [(sheet, header) for sheet, header in found if header is not None and _is_result(header)]


def _fields(header: Header) -> dict[int, str | None]:
    return {column: _result_field(column, header) for column in sorted(header.labels)}


def _upper_grades(header: Header, fields: Mapping[int, str | None]) -> bool:
    named = any(UPPER_GRADE_LABELS.intersection(keys) for keys in header.labels.values())
    return named or "level:KH" in fields.values()


def _without_boxes(header: Header, fields: Mapping[int, str | None]) -> dict[int, str | None]:
    """Return the fields without a rating that has titles of its own below it: other systems tick a box a rating."""
    boxes = {column for column in fields if ROW_LABELS.get(header.labels[column][-1]) != "rating"}
    return {column: None if column in boxes and field == "rating" else field for column, field in fields.items()}


def _is_result(header: Header) -> bool:
    return any(_RESULT_MARK.intersection(keys) or UPPER_GRADE_LABELS.intersection(keys)
               for keys in header.labels.values())  # fmt: skip


def _told(book: Workbook, sheet: Worksheet, first_row: int, fields: Mapping[int, str | None]) -> Iterator[Finding]:
    """Say what of a result workbook is not read: hidden sheets, other sheets, columns without a known title."""
    yield from about_hidden_sheets(book)
    for other in book.sheets:
        if other is not sheet and other.rows and not other.hidden:
            yield finding("WORKBOOK_SHEET_IGNORED", other.name, facts={"sheet": other.name})
    yield from about_unread_columns(sheet, first_row, fields)


def _result_field(column: int, header: Header) -> str | None:
    """Return the field of one column of the result sheet, or None for a column that is not known."""
    keys = header.labels[column]
    group = group_of(column, header, GROUP_LABELS)
    for key in reversed(keys):
        if key in SCORE_LABELS:
            subject = meant_by((*keys, *header.labels.get(column - 1, ())), SUBJECT_LABELS)
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
