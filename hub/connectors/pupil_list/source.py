"""Read the pupil list into rows; every doubt becomes a finding at its cell."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from hub.connectors.cell_dates import date_of
from hub.connectors.cell_texts import code_of, raw_text, squeezed, text_of
from hub.connectors.headers import Header, find_header
from hub.connectors.located import (
    Located,
    about_hidden_sheets,
    located,
    missing_fields,
    no_header,
    only_sheet,
    stopped,
)
from hub.connectors.notes import Notes
from hub.connectors.pupil_list.mapping import (
    ATTENDING,
    CITIZENSHIPS,
    GENDERS,
    PUPIL_LABELS,
    PUPIL_TITLES,
    REQUIRED_PUPIL_FIELDS,
    STUDENT_CODE_LABELS,
)
from hub.connectors.row_cells import RowCells, class_text, grade_of
from hub.connectors.shape import Fit
from hub.connectors.worksheets import Cell, Kind, Row, Workbook, Worksheet, open_workbook
from hub.domain.findings import Finding
from hub.errors import Refused

__all__ = ["SHAPE", "STUDENT_CODE_DIGITS", "Pupil", "PupilSheet", "fit", "read_pupils"]

SHAPE: Final = "Danh sách học sinh C1-HocSinh / pupil list"
STUDENT_CODE_DIGITS = 10  # in practice; a code of another length is only warned about


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
class PupilSheet:
    """The pupil list: its rows and what is told about the file."""

    sheet: str
    rows: tuple[Pupil, ...]
    findings: tuple[Finding, ...]


def read_pupils(path: Path) -> PupilSheet:
    """Read a C1-HocSinh workbook. Raises Refused when the file as a whole cannot be read; bad rows carry findings."""
    book = open_workbook(path)
    place = _locate(book)
    columns = place.columns
    rows = tuple(
        _pupil(row, Notes(place.sheet.name, row.number), place, book.from_1904)
        for row in place.data_rows
        if columns["student_code"] in row.cells or columns["name"] in row.cells
    )
    if not rows:
        raise Refused("WORKBOOK_EMPTY", {"sheet": place.sheet.name})
    return PupilSheet(place.sheet.name, rows, place.findings)


def fit(book: Workbook) -> Fit:
    """Tell whether a workbook is a pupil list: handed in as results, it can then be named."""
    found = [(sheet, header) for sheet in book.sheets if (header := _header(sheet)) is not None]
    if not found:
        return no_header(SHAPE, book, PUPIL_TITLES["student_code"])
    sheet, header = found[0]
    fields = _fields(header)
    missing = missing_fields(fields, REQUIRED_PUPIL_FIELDS)
    if missing:
        return stopped(
            SHAPE, sheet, header, fields, REQUIRED_PUPIL_FIELDS, missing[0], PUPIL_TITLES, PUPIL_LABELS.__contains__
        )
    return Fit(SHAPE, True, tuple(PUPIL_TITLES[field] for field in REQUIRED_PUPIL_FIELDS))


def _locate(book: Workbook) -> Located:
    """Find the pupil list and its columns; the code-list sheets beside it are passed over."""
    found = [(sheet, header) for sheet in book.sheets if (header := _header(sheet)) is not None]
    sheet, header = only_sheet(found, book)
    # Other columns of the list (health, parents, policy) are not needed for a transcript and not looked at.
    known = {column: field for column, field in _fields(header).items() if field is not None}
    place = located(sheet, header, known, REQUIRED_PUPIL_FIELDS, PUPIL_TITLES)
    return replace(place, findings=(*about_hidden_sheets(book), *place.findings))


def _header(sheet: Worksheet) -> Header | None:
    return find_header(sheet, PUPIL_LABELS.__contains__, STUDENT_CODE_LABELS)


def _fields(header: Header) -> dict[int, str | None]:
    return {
        column: next((PUPIL_LABELS[key] for key in reversed(keys) if key in PUPIL_LABELS), None)
        for column, keys in sorted(header.labels.items())
    }


def _pupil(row: Row, notes: Notes, place: Located, from_1904: bool) -> Pupil:
    cells = RowCells(row, notes, place.columns)
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
        gender=_gender(*cells.get("gender")),
        ethnicity=text_of(*cells.get("ethnicity"), "Dân tộc"),
        nationality=_nationality(*cells.get("nationality")),
        personal_id=_personal_id(cells),
        class_code=class_text(cells, required=False),
        grade=_grade(cells),
        attending=status is None or status.casefold() in ATTENDING,
    )  # fmt: skip


def _listed_code(cells: RowCells) -> str | None:
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


def _required_date(cells: RowCells, from_1904: bool) -> str | None:
    cell, notes, column = cells.get("birth_date")
    before = len(notes.found)
    read = date_of(cell, notes, column, from_1904=from_1904)
    if read is None and len(notes.found) == before:
        notes.add("CELL_REQUIRED", column, label="Ngày sinh")
    return read


def _personal_id(cells: RowCells) -> str | None:
    cell, notes, column = cells.get("personal_id")
    code = code_of(cell, notes, column, "Số định danh cá nhân")
    if code is not None and cell is not None and cell.kind is Kind.NUMBER and code.isdigit() and 9 <= len(code) < 12:
        notes.add("CELL_PERSONAL_ID_ZERO_LOST", column, code, proposal=code.zfill(12))
    return code


def _gender(cell: Cell | None, notes: Notes, column: int) -> str | None:
    """Return male or female; a blank cell is refused too, since the document must say."""
    text = raw_text(cell, notes, column)
    key = "" if text is None else squeezed(text).casefold()
    read = GENDERS.get(key)
    if read is None and (cell is None or text is not None):
        notes.add("CELL_GENDER_UNKNOWN", column, text)
    return read


def _nationality(cell: Cell | None, notes: Notes, column: int) -> str | None:
    """Return "VN" for a blank or Vietnamese cell; other nationalities need the JSON Lines form."""
    text = raw_text(cell, notes, column)
    if cell is None or (text is not None and squeezed(text).casefold() in {"", *CITIZENSHIPS}):
        return "VN"
    if text is not None:
        notes.add("CELL_NATIONALITY_UNKNOWN", column, text)
    return None


def _grade(cells: RowCells) -> int | None:
    """Return the grade of the list's own column; None when there is none or it cannot be read as one."""
    cell, notes, column = cells.get("grade")
    if cell is not None and cell.kind is Kind.NUMBER:
        return grade_of(cell.text)
    text = text_of(cell, notes, column, "Khối")
    return None if text is None else grade_of(text)
