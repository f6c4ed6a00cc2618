"""Read the C1 result workbook (35 columns) into rows; every doubt becomes a finding at its cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.connectors.assessments import assessed_level, cross, rating, score, subject_level
from hub.connectors.cell_dates import date_of
from hub.connectors.cell_texts import code_of, text_of
from hub.connectors.csdl_c1.columns import locate_results
from hub.connectors.notes import Notes
from hub.connectors.row_cells import RowCells, class_text, each_of
from hub.connectors.worksheets import Row, Workbook, open_workbook
from hub.domain.findings import Finding
from hub.errors import Refused

__all__ = ["ResultRow", "ResultSheet", "read_book", "read_results"]


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row of results as read; a value is None when its cell is blank or could not be read (see `notes`)."""

    notes: Notes
    class_code: str | None = None
    student_code: str | None = None
    name: str | None = None
    birth_date: str | None = None
    levels: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, str] = field(default_factory=dict)
    competences: Mapping[str, str] = field(default_factory=dict)
    qualities: Mapping[str, str] = field(default_factory=dict)
    completed: bool = False
    promoted: bool = False
    rating: str | None = None
    columns: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """The result sheet: its rows, the rows that are no pupil's, and what is told about the file."""

    sheet: str
    rows: tuple[ResultRow, ...]
    ignored: tuple[Notes, ...]
    findings: tuple[Finding, ...]


def read_results(path: Path) -> ResultSheet:
    """Read a C1 result workbook. Raises Refused when the file as a whole cannot be read; bad rows carry findings."""
    return read_book(open_workbook(path))


def read_book(book: Workbook) -> ResultSheet:
    """Read an opened C1 result workbook, as `read_results` does."""
    place = locate_results(book)
    rows, ignored = [], []
    for row in place.data_rows:
        notes = Notes(place.sheet.name, row.number)
        if _is_aside(row, place.columns):
            notes.add("ROW_IGNORED")
            ignored.append(notes)
        else:
            rows.append(_result_row(row, notes, place.columns, book.from_1904))
    if not rows:
        raise Refused("WORKBOOK_EMPTY", {"sheet": place.sheet.name})
    return ResultSheet(place.sheet.name, tuple(rows), tuple(ignored), place.findings)


def _is_aside(row: Row, columns: Mapping[str, int]) -> bool:
    """Tell a note or a signature line from a pupil's row: neither code nor name nor any result."""
    filled = {field for field, column in columns.items() if column in row.cells}
    return not filled - {"number", "class", "birth_date"} and len(filled) < 2


def _result_row(row: Row, notes: Notes, columns: Mapping[str, int], from_1904: bool) -> ResultRow:
    cells = RowCells(row, notes, columns)
    student_code = code_of(*cells.get("student_code"), "Mã học sinh", required=True)
    if row.hidden:
        notes.found[:] = []
        notes.add("ROW_HIDDEN")
        return ResultRow(notes, student_code=student_code)
    class_code = class_text(cells)
    name = text_of(*cells.get("name"), "Họ tên", required=True)
    birth_date = date_of(*cells.get("birth_date"), from_1904=from_1904)
    return ResultRow(
        notes, class_code, student_code, name, birth_date,
        levels=each_of("level", cells, subject_level),
        scores=each_of("score", cells, score),
        competences=each_of("competence", cells, assessed_level),
        qualities=each_of("quality", cells, assessed_level),
        completed=cross(*cells.get("completed")),
        promoted=cross(*cells.get("promoted")),
        rating=rating(*cells.get("rating")),
        columns=columns,
    )  # fmt: skip
