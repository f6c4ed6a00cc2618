"""Read the two C1 workbooks into rows: results (35 columns) and pupils; every doubt becomes a finding at its cell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.connectors.cell_texts import code_of, date_of, text_of
from hub.connectors.csdl_c1.columns import Located, locate_pupils, locate_results
from hub.connectors.csdl_c1.mapping import (
    ATTENDING,
    COMPETENCE_LEVEL_ALIASES,
    COMPETENCE_LEVELS,
    SUBJECT_LEVEL_ALIASES,
    SUBJECT_LEVELS,
)
from hub.connectors.csdl_c1.values import cross, gender, grade_of, level, nationality, rating, score
from hub.connectors.notes import Notes
from hub.connectors.worksheets import Cell, Kind, Row, open_workbook
from hub.domain.findings import Finding
from hub.errors import Refused

__all__ = ["Pupil", "PupilSheet", "ResultRow", "ResultSheet", "read_pupils", "read_results"]

STUDENT_CODE_DIGITS = 10  # in practice; a code of another length is only warned about


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
class Pupil:
    """One row of the pupil list as read."""

    notes: Notes
    student_code: str | None = None
    name: str | None = None
    birth_date: str | None = None
    gender: str | None = None
    ethnicity: str | None = None
    nationality: str | None = None
    personal_id: str | None = None
    class_code: str | None = None
    grade: int | None = None
    attending: bool = True


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """The result sheet: its rows, the rows that are no pupil's, and what is told about the file."""

    sheet: str
    rows: tuple[ResultRow, ...]
    ignored: tuple[Notes, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class PupilSheet:
    """The pupil list: its rows and what is told about the file."""

    sheet: str
    rows: tuple[Pupil, ...]
    findings: tuple[Finding, ...]


def read_results(path: Path) -> ResultSheet:
    """Read a C1 result workbook. Raises Refused when the file as a whole cannot be read; bad rows carry findings."""
    book = open_workbook(path)
    located = locate_results(book)
    rows, ignored = [], []
    for row in _data_rows(located):
        notes = Notes(located.sheet.name, row.number)
        if _is_aside(row, located.columns):
            notes.add("ROW_IGNORED")
            ignored.append(notes)
        else:
            rows.append(_result_row(row, notes, located.columns, book.from_1904))
    if not rows:
        raise Refused("WORKBOOK_EMPTY", {"sheet": located.sheet.name})
    return ResultSheet(located.sheet.name, tuple(rows), tuple(ignored), located.findings)


def read_pupils(path: Path) -> PupilSheet:
    """Read a C1-HocSinh workbook. Raises Refused when the file as a whole cannot be read; bad rows carry findings."""
    book = open_workbook(path)
    located = locate_pupils(book)
    columns = located.columns
    rows = tuple(
        _pupil(row, Notes(located.sheet.name, row.number), columns, book.from_1904)
        for row in _data_rows(located)
        if columns["student_code"] in row.cells or columns["name"] in row.cells
    )
    if not rows:
        raise Refused("WORKBOOK_EMPTY", {"sheet": located.sheet.name})
    return PupilSheet(located.sheet.name, rows, located.findings)


def _data_rows(located: Located) -> list[Row]:
    return [row for row in located.sheet.rows if row.number >= located.first_row]


def _is_aside(row: Row, columns: Mapping[str, int]) -> bool:
    """Tell a note or a signature line from a pupil's row: neither code nor name nor any result."""
    filled = {field for field, column in columns.items() if column in row.cells}
    return not filled - {"number", "class", "birth_date"} and len(filled) < 2


class _Cells:
    """The cells of one row by field."""

    def __init__(self, row: Row, notes: Notes, columns: Mapping[str, int]) -> None:
        self._row = row
        self._notes = notes
        self._columns = columns

    def get(self, name: str) -> tuple[Cell | None, Notes, int]:
        """Return cell, notes and column: the arguments that every value reader begins with."""
        column = self._columns.get(name, 0)
        return self._row.cells.get(column), self._notes, column

    def codes(self, kind: str) -> list[str]:
        """Return the codes of all columns of one kind."""
        return [name.removeprefix(f"{kind}:") for name in self._columns if name.startswith(f"{kind}:")]


def _result_row(row: Row, notes: Notes, columns: Mapping[str, int], from_1904: bool) -> ResultRow:
    cells = _Cells(row, notes, columns)
    student_code = code_of(*cells.get("student_code"), "Mã học sinh", required=True)
    if row.hidden:
        notes.found[:] = []
        notes.add("ROW_HIDDEN")
        return ResultRow(notes, student_code=student_code)
    class_code = _class_text(cells)
    name = text_of(*cells.get("name"), "Họ tên", required=True)
    birth_date = date_of(*cells.get("birth_date"), from_1904=from_1904)
    return ResultRow(
        notes, class_code, student_code, name, birth_date,
        levels=_each("level", cells, _subject_level),
        scores=_each("score", cells, score),
        competences=_each("competence", cells, _assessed_level),
        qualities=_each("quality", cells, _assessed_level),
        completed=cross(*cells.get("completed")),
        promoted=cross(*cells.get("promoted")),
        rating=rating(*cells.get("rating")),
        columns=columns,
    )  # fmt: skip


def _each(kind: str, cells: _Cells, read: Callable[[Cell | None, Notes, int], str | None]) -> dict[str, str]:
    """Read every column of one kind; the result is by subject, competence or quality code."""
    values = {code: read(*cells.get(f"{kind}:{code}")) for code in cells.codes(kind)}
    return {code: value for code, value in values.items() if value is not None}


def _subject_level(cell: Cell | None, notes: Notes, column: int) -> str | None:
    return level(cell, notes, column, SUBJECT_LEVELS, SUBJECT_LEVEL_ALIASES)


def _assessed_level(cell: Cell | None, notes: Notes, column: int) -> str | None:
    return level(cell, notes, column, COMPETENCE_LEVELS, COMPETENCE_LEVEL_ALIASES)


def _class_text(cells: _Cells, *, required: bool = True) -> str | None:
    """Return the class as text; a class that Excel made a number ("1") keeps its digits."""
    cell, notes, column = cells.get("class")
    if cell is not None and cell.kind is Kind.NUMBER:
        return code_of(cell, notes, column, "Mã lớp")
    return text_of(cell, notes, column, "Mã lớp", required=required)


def _pupil(row: Row, notes: Notes, columns: Mapping[str, int], from_1904: bool) -> Pupil:
    cells = _Cells(row, notes, columns)
    student_code = _listed_code(cells)
    if row.hidden:
        notes.found[:] = []
        notes.add("ROW_HIDDEN")
        return Pupil(notes, student_code=student_code)
    status = text_of(*cells.get("status"), "Trạng thái")
    return Pupil(
        notes, student_code,
        name=text_of(*cells.get("name"), "Họ tên", required=True),
        birth_date=_required_date(cells, from_1904),
        gender=gender(*cells.get("gender")),
        ethnicity=text_of(*cells.get("ethnicity"), "Dân tộc"),
        nationality=nationality(*cells.get("nationality")),
        personal_id=_personal_id(cells),
        class_code=_class_text(cells, required=False),
        grade=_grade(cells),
        attending=status is None or status.casefold() in ATTENDING,
    )  # fmt: skip


def _listed_code(cells: _Cells) -> str | None:
    """Return the student code of the list, which must be whole: a number one digit short has lost its zero."""
    cell, notes, column = cells.get("student_code")
    code = code_of(cell, notes, column, "Mã học sinh", required=True)
    if code is None or not code.isdigit() or len(code) == STUDENT_CODE_DIGITS:
        return code
    if cell is not None and cell.kind is Kind.NUMBER and len(code) == STUDENT_CODE_DIGITS - 1:
        notes.add("STUDENT_CODE_ZERO_LOST", column, code, shown=code, proposal=f"0{code}")
    else:
        notes.add("STUDENT_CODE_LENGTH", column, code)
    return code


def _required_date(cells: _Cells, from_1904: bool) -> str | None:
    cell, notes, column = cells.get("birth_date")
    before = len(notes.found)
    read = date_of(cell, notes, column, from_1904=from_1904)
    if read is None and len(notes.found) == before:
        notes.add("CELL_REQUIRED", column, label="Ngày sinh")
    return read


def _personal_id(cells: _Cells) -> str | None:
    cell, notes, column = cells.get("personal_id")
    code = code_of(cell, notes, column, "Số định danh cá nhân")
    if code is not None and cell is not None and cell.kind is Kind.NUMBER and code.isdigit() and 9 <= len(code) < 12:
        notes.add("CELL_PERSONAL_ID_ZERO_LOST", column, code, proposal=code.zfill(12))
    return code


def _grade(cells: _Cells) -> int | None:
    """Return the grade of the list's own column; None when there is none or it cannot be read as one."""
    cell, notes, column = cells.get("grade")
    if cell is not None and cell.kind is Kind.NUMBER:
        return grade_of(cell.text)
    text = text_of(cell, notes, column, "Khối")
    return None if text is None else grade_of(text)
