"""Say which column of a class sheet holds which field, by the header's texts wherever they stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hub.connectors.headers import Header, find_header, group_of, meant_by
from hub.connectors.located import (
    Located,
    about_hidden_sheets,
    about_unread_columns,
    located,
    missing_fields,
    no_header,
    stopped,
)
from hub.connectors.primary_titles import COMPETENCE_LABELS, LEVEL_LABELS, QUALITY_LABELS, SCORE_LABELS
from hub.connectors.shape import Fit
from hub.connectors.vnedu_primary.mapping import (
    AMBIGUOUS_LABELS,
    BOX_LABELS,
    FIELDS,
    GROUP_LABELS,
    NAME_LABELS,
    REQUIRED_FIELDS,
    ROW_LABELS,
    SUBJECT_LABELS,
    TITLES,
)
from hub.connectors.vnedu_primary.titles import SheetTitle, title_of
from hub.connectors.worksheets import Workbook, Worksheet
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["SHAPE", "ClassSheet", "fit", "locate_classes"]

SHAPE: Final = "vnEdu, tổng hợp kết quả lớp tiểu học / vnEdu primary class summary"
HEADER_ROWS_MAX = 4
_KEYS = frozenset(
    {*ROW_LABELS, *SUBJECT_LABELS, *COMPETENCE_LABELS, *QUALITY_LABELS, *BOX_LABELS, *GROUP_LABELS}
    | LEVEL_LABELS | SCORE_LABELS
)  # fmt: skip
_OF_THIS_SHAPE = ("level:", "score:", "box:")  # a sheet with any of these means to be a class summary


@dataclass(frozen=True, slots=True)
class ClassSheet:
    """One sheet of one class: its columns, and what stands above its header."""

    place: Located
    title: SheetTitle


def fit(book: Workbook) -> Fit:
    """Tell whether a workbook has a class summary; of several sheets the best counts."""
    best = no_header(SHAPE, book, TITLES["name"])
    for sheet in book.sheets:
        made = _fit(sheet)
        if made is not None and (made.fits, len(made.matched)) > (best.fits, len(best.matched)):
            best = made
    return best


def locate_classes(book: Workbook) -> tuple[tuple[ClassSheet, ...], tuple[Finding, ...]]:
    """Find the class sheets and say of every other sheet why it is not read.

    Raises Refused when not one sheet can be read, with the reason of the first that came near.
    """
    classes: list[ClassSheet] = []
    told: list[Finding] = about_hidden_sheets(book)
    for sheet in (sheet for sheet in book.sheets if not sheet.hidden and sheet.rows):
        try:
            located_sheet = _class_sheet(sheet)
        except Refused as refused:
            told.append(finding(refused.code, sheet.name, facts=refused.facts))
            continue
        classes.append(located_sheet)
        told += located_sheet.place.findings
    if not classes:
        refusing = next((found for found in told if found.severity == "refuse"), None)
        if refusing is not None:
            raise Refused(refusing.code, refusing.facts)
        raise Refused("WORKBOOK_HEADER_MISSING", {"sheet": ", ".join(sheet.name for sheet in book.sheets[:3])})
    return tuple(classes), tuple(told)


def _class_sheet(sheet: Worksheet) -> ClassSheet:
    """Return one class sheet. Raises Refused with what stops it; WORKBOOK_SHEET_IGNORED when it is no such sheet."""
    made, header = _fit(sheet), _header(sheet)
    if made is None or header is None:
        raise Refused("WORKBOOK_SHEET_IGNORED", {"sheet": sheet.name})
    if not made.fits:
        raise Refused("WORKBOOK_SHEET_STOPS", {
            "sheet": sheet.name, "cell": made.stops_at or "", "expected": made.expected or "",
            "found": made.found or "",
        })  # fmt: skip
    fields = _fields(header)
    place = located(sheet, header, fields, REQUIRED_FIELDS, TITLES)
    unread = tuple(about_unread_columns(sheet, place.first_row, fields))
    title = title_of(sheet, header.first_row)
    return ClassSheet(Located(sheet, place.first_row, place.columns, (*unread, *place.findings)), title)


def _fit(sheet: Worksheet) -> Fit | None:
    """Return how one sheet fits; None when nothing in it means to be a class summary."""
    header = _header(sheet)
    if header is None:
        return None
    fields = _fields(header)
    if not any(field is not None and field.startswith(_OF_THIS_SHAPE) for field in fields.values()):
        return None
    missing = missing_fields(fields, REQUIRED_FIELDS)
    if missing:
        return stopped(SHAPE, sheet, header, fields, FIELDS, missing[0], TITLES, _KEYS.__contains__)
    return Fit(SHAPE, True, tuple(TITLES[field] for field in FIELDS if field in fields.values()))


def _header(sheet: Worksheet) -> Header | None:
    return find_header(sheet, _KEYS.__contains__, NAME_LABELS, HEADER_ROWS_MAX)


def _fields(header: Header) -> dict[int, str | None]:
    """Return the field of every column with a title; a name merged over two columns is họ đệm and tên."""
    fields: dict[int, str | None] = {}
    for column in sorted(header.labels):
        field = _field(column, header)
        if field == "name" and fields.get(column - 1) == "name":
            field = "given_name"
        fields[column] = field
    return fields


def _field(column: int, header: Header) -> str | None:
    keys = header.labels[column]
    if SCORE_LABELS.intersection(keys):
        subject = meant_by((*keys, *header.labels.get(column - 1, ())), SUBJECT_LABELS)
        return None if subject is None else f"score:{subject}"
    tested = bool(LEVEL_LABELS.intersection(keys))
    return next((field for key in reversed(keys) for field in _of_key(key, column, header, tested=tested)), None)


def _of_key(key: str, column: int, header: Header, *, tested: bool) -> Iterator[str]:
    """Yield the field that one title names; khoa học, tin học, công nghệ are subjects where a level stands below."""
    if key in AMBIGUOUS_LABELS and not tested and group_of(column, header, GROUP_LABELS) == "competence":
        yield f"competence:{COMPETENCE_LABELS[key]}"
    elif key in SUBJECT_LABELS:
        yield f"level:{SUBJECT_LABELS[key]}"
    elif key in COMPETENCE_LABELS:
        yield f"competence:{COMPETENCE_LABELS[key]}"
    elif key in QUALITY_LABELS:
        yield f"quality:{QUALITY_LABELS[key]}"
    elif key in BOX_LABELS:
        yield BOX_LABELS[key]
    elif key in ROW_LABELS:
        yield ROW_LABELS[key]
