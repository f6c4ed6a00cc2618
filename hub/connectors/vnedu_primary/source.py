"""Read the sheets of a class summary into rows; every doubt becomes a finding at its cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.connectors.assessments import assessed_level, score, subject_level
from hub.connectors.cell_dates import date_of
from hub.connectors.cell_texts import code_of, text_of
from hub.connectors.headers import label_key
from hub.connectors.merging import merged_rows
from hub.connectors.notes import Notes
from hub.connectors.row_cells import RowCells, each_of
from hub.connectors.vnedu_primary.boxes import only_box, ticked, ticked_codes
from hub.connectors.vnedu_primary.columns import ClassSheet, locate_classes
from hub.connectors.vnedu_primary.mapping import LEVEL_CODES, NAME_LABELS
from hub.connectors.worksheets import Cell, Kind, Row, Workbook
from hub.domain.findings import Finding
from hub.errors import Refused

__all__ = ["ClassRow", "Summary", "read_book"]

_NO_RESULT = frozenset({"number", "student_code", "name", "given_name", "birth_date"})
_BELOW_THE_TABLE = ("tổng", "cộng", "tỉ lệ", "tỷ lệ", "số lượng", "ghi chú", "người lập", "hiệu trưởng", "giáo viên")


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One row of a class as read; a value is None when its cell is blank or could not be read (see `notes`).

    `awards` and `completed` are None where the sheet has no such column; a blank cell of such a column says "no".
    """

    notes: Notes
    class_code: str | None = None
    school_year: str | None = None
    student_code: str | None = None
    name: str | None = None
    birth_date: str | None = None
    levels: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, str] = field(default_factory=dict)
    competences: Mapping[str, str] = field(default_factory=dict)
    qualities: Mapping[str, str] = field(default_factory=dict)
    rating: str | None = None
    awards: tuple[str, ...] | None = None
    completed: bool | None = None
    promoted: bool = False
    programme: bool = False
    columns: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """The class sheets of a workbook: their rows, the rows that are no pupil's, and what is told about the file."""

    classes: tuple[ClassSheet, ...]
    rows: tuple[ClassRow, ...]
    ignored: tuple[Notes, ...]
    findings: tuple[Finding, ...]


def read_book(book: Workbook) -> Summary:
    """Read the class sheets. Raises Refused when the file as a whole cannot be read; bad rows carry findings."""
    classes, told = locate_classes(book)
    rows: list[ClassRow] = []
    ignored: list[Notes] = []
    for each in classes:
        _read_class(each, book.from_1904, rows, ignored)
    if not rows:
        raise Refused("WORKBOOK_EMPTY", {"sheet": ", ".join(each.place.sheet.name for each in classes[:3])})
    return Summary(classes, tuple(rows), tuple(ignored), told)


def _read_class(each: ClassSheet, from_1904: bool, rows: list[ClassRow], ignored: list[Notes]) -> None:
    sheet, columns = each.place.sheet, each.place.columns
    data = each.place.data_rows
    merged = merged_rows(sheet, data, set(columns.values()) - {columns.get("given_name")})
    for row in data:
        notes = Notes(sheet.name, row.number)
        if _is_aside(row, columns):
            notes.add("ROW_IGNORED")
            ignored.append(notes)
            continue
        if row.number in merged:
            notes.add("CELL_MERGED", merged[row.number])
        rows.append(_class_row(row, notes, each, from_1904))


def _is_aside(row: Row, columns: Mapping[str, int]) -> bool:
    """Tell a note, a total, a signature or a repeated header from a pupil's row.

    A pupil has a number, a name or a code, and beside it another of these or a result.
    """
    filled = {name for name, column in columns.items() if column in row.cells}
    key = _key(row, columns.get("name")) or _key(row, columns.get("number"))
    if key in NAME_LABELS:
        return True
    numbered = (cell := row.cells.get(columns.get("number", 0))) is not None and _whole(cell)
    if not numbered and "student_code" not in filled and key.startswith(_BELOW_THE_TABLE):
        return True
    results = filled - _NO_RESULT
    named = filled & {"name", "student_code"}
    return not ((named and (numbered or results)) or len(named) > 1 or (numbered and results) or len(results) > 1)


def _key(row: Row, column: int | None) -> str:
    cell = row.cells.get(column or 0)
    return "" if cell is None or cell.kind is not Kind.TEXT else label_key(cell.text)


def _whole(cell: Cell) -> bool:
    return cell.kind in (Kind.NUMBER, Kind.TEXT) and cell.text.strip().removesuffix(".0").isdecimal()


def _class_row(row: Row, notes: Notes, each: ClassSheet, from_1904: bool) -> ClassRow:
    columns = each.place.columns
    cells = RowCells(row, notes, columns)
    coded = "student_code" in columns
    student_code = code_of(*cells.get("student_code"), "Mã học sinh", required=True) if coded else None
    if row.hidden:
        notes.found[:] = []
        notes.add("ROW_HIDDEN")
        return ClassRow(notes, student_code=student_code)
    return ClassRow(
        notes, each.title.class_code, each.title.school_year, student_code, _name(cells),
        date_of(*cells.get("birth_date"), from_1904=from_1904),
        levels=each_of("level", cells, _subject_level),
        scores=each_of("score", cells, score),
        competences=each_of("competence", cells, assessed_level),
        qualities=each_of("quality", cells, assessed_level),
        rating=only_box(cells, notes),
        awards=ticked_codes("award", cells) if cells.codes("award") else None,
        completed=ticked(*cells.get("completed")) if "completed" in columns else None,
        promoted=ticked(*cells.get("promoted")),
        programme=ticked(*cells.get("programme")),
        columns=columns,
    )  # fmt: skip


def _name(cells: RowCells) -> str | None:
    """Return the name; họ đệm and tên in two columns are joined by one space."""
    family = text_of(*cells.get("name"), "Họ và tên", required=True)
    given = text_of(*cells.get("given_name"), "Tên")
    return family if family is None or given is None else f"{family} {given}"


def _subject_level(cell: Cell | None, notes: Notes, column: int) -> str | None:
    return subject_level(cell, notes, column, LEVEL_CODES)
