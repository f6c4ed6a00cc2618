"""Read sheets of marks into rows, one subject a sheet; every doubt becomes a finding at its cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from hub.catalogue import Severity
from hub.connectors.cell_texts import code_of, date_of, text_of
from hub.connectors.located import about_hidden_sheets
from hub.connectors.notes import Notes
from hub.connectors.row_cells import RowCells, class_text, grade_of
from hub.connectors.vnedu_secondary.checking import Components, Stated, check_comments, check_marks, check_year
from hub.connectors.vnedu_secondary.columns import Located, locate
from hub.connectors.vnedu_secondary.mapping import COMMENT_SUBJECTS, SUBJECT_TITLES
from hub.connectors.vnedu_secondary.titles import Title, title_of
from hub.connectors.vnedu_secondary.values import average, mark, passed, remark
from hub.connectors.worksheets import Row, Workbook, open_workbook
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["MarkBook", "MarkRow", "MarkSheet", "read_book", "read_books", "read_files"]


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One pupil's row as read. `values` has semester_1, semester_2, year as far as the row states them."""

    notes: Notes
    student_code: str | None = None
    name: str | None = None
    birth_date: str | None = None
    class_code: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    remark: str | None = None
    columns: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MarkSheet:
    """One sheet: its subject, which results it can state (semester_1, semester_2, year), its rows and no pupil's rows.

    `semester` (1 or 2) is the one whose component marks it has; `class_name` stands in its title, or is None.
    """

    sheet: str
    subject: str
    semester: int
    parts: tuple[str, ...]
    class_name: str | None
    school_year: str | None
    rows: tuple[MarkRow, ...]
    ignored: tuple[Notes, ...]


@dataclass(frozen=True, slots=True)
class MarkBook:
    """All sheets of marks of one or more workbooks, and what is told about the files."""

    sheets: tuple[MarkSheet, ...]
    findings: tuple[Finding, ...]


def read_files(paths: Sequence[Path], grade: int | None = None) -> MarkBook:
    """Read workbooks together. Raises Refused when one of them as a whole cannot be read."""
    return read_books([(path.name, open_workbook(path)) for path in paths], grade)


def read_book(book: Workbook, grade: int | None = None) -> MarkBook:
    """Read one opened workbook. Raises Refused when no sheet of it can be read; bad rows carry findings."""
    return read_books([("", book)], grade)


def read_books(books: Sequence[tuple[str, Workbook]], grade: int | None = None) -> MarkBook:
    """Read opened workbooks with their file names. With several, a cell is named "[toan.xlsx]Sheet1!F7".

    `grade` is for classes that do not tell theirs.
    """
    sheets: list[MarkSheet] = []
    told: list[Finding] = []
    for name, book in books:
        prefix = f"[{name}]" if len(books) > 1 else ""
        told += about_hidden_sheets(book)
        read, findings = _sheets_of(book, prefix, grade)
        sheets += read
        told += findings
    return MarkBook(tuple(sheets), tuple(told))


def _sheets_of(book: Workbook, prefix: str, grade: int | None) -> tuple[list[MarkSheet], list[Finding]]:
    sheets: list[MarkSheet] = []
    told: list[Finding] = []
    hidden: list[str] = []
    for sheet in book.sheets:
        named = replace(sheet, name=prefix + sheet.name)
        located = locate(named)
        if located is None:
            if sheet.rows and not sheet.hidden:
                told.append(finding("WORKBOOK_SHEET_IGNORED", named.name, facts={"sheet": named.name}))
        elif sheet.hidden:
            hidden.append(named.name)
        else:
            title = title_of(named, located.header.first_row, sheet.name)
            read, findings = _sheet(located, title, grade, book.from_1904)
            told += findings
            sheets += [] if read is None else [read]
    if not sheets:
        _refuse(book, told, hidden)
    return sheets, told


def _refuse(book: Workbook, told: Sequence[Finding], hidden: Sequence[str]) -> None:
    """Refuse a workbook of which no sheet can be read, with the reason that is nearest."""
    for found in told:
        if found.severity is Severity.REFUSE:
            raise Refused(found.code, found.facts)
    if hidden:
        raise Refused("WORKBOOK_DATA_SHEET_HIDDEN", {"sheet": hidden[0]})
    raise Refused("WORKBOOK_HEADER_MISSING", {"sheet": ", ".join(sheet.name for sheet in book.sheets[:3])})


def _sheet(
    located: Located, title: Title, grade: int | None, from_1904: bool
) -> tuple[MarkSheet | None, list[Finding]]:
    name = located.sheet.name
    told = list(located.findings)
    if title.subject is None:
        shown = (title.subject_text or "?")[:60]
        return None, [*told, finding("SHEET_SUBJECT_UNKNOWN", name, facts={"sheet": name, "shown": shown})]
    if title.from_name:
        facts = {"sheet": name, "subject": SUBJECT_TITLES[title.subject]}
        told.append(finding("SHEET_SUBJECT_FROM_NAME", name, facts=facts))
    semester = _semester(located, title)
    if semester is None:
        return None, [*told, finding("SHEET_SEMESTER_UNKNOWN", name, facts={"sheet": name})]
    reader = _Reader(located, title.subject, semester, title.class_name, grade, from_1904)
    rows, ignored = [], []
    for row in located.data_rows:
        notes = Notes(name, row.number)
        if _is_aside(row, located):
            notes.add("ROW_IGNORED")
            ignored.append(notes)
        else:
            rows.append(reader.row(row, notes))
    if not rows:
        raise Refused("WORKBOOK_EMPTY", {"sheet": name})
    read = MarkSheet(
        name, title.subject, semester, reader.parts, title.class_name, title.school_year, tuple(rows), tuple(ignored)
    )  # fmt: skip
    return read, told


def _semester(located: Located, title: Title) -> int | None:
    """Return the semester of the marks; a summary that does not say is of the last one with an average [assumed]."""
    if title.semester is not None or not located.is_summary:
        return title.semester
    column = located.columns.get("average:2")
    return 2 if any(column in row.cells for row in located.data_rows) else 1


def _is_aside(row: Row, located: Located) -> bool:
    """Tell a note or a signature line from a pupil's row: no number, no code, no birth date, and not name and marks."""
    columns = located.columns
    number = row.cells.get(columns["number"])
    if number is not None and number.text.strip().isdigit():
        return False
    filled = {name for name, column in columns.items() if column in row.cells} - {"number"}
    if filled & {"student_code", "birth_date"}:
        return False
    named = filled & {"name", "family_name", "given_name"}
    return not named or not any(name.partition(":")[0] in _MARKED for name in filled)


_MARKED = frozenset({"regular", "midterm", "final", "average", "year"})


class _Reader:
    """Reads the rows of one sheet."""

    def __init__(
        self, located: Located, subject: str, semester: int, class_name: str | None, grade: int | None, from_1904: bool
    ) -> None:  # fmt: skip
        self._located = located
        self._subject = subject
        self._class_name = class_name
        self._grade = grade
        self._from_1904 = from_1904
        self._scored = subject not in COMMENT_SUBJECTS
        self._semester = semester
        self._results = _results(located.columns, semester)
        self.parts = tuple(self._results)

    def row(self, row: Row, notes: Notes) -> MarkRow:
        """Read one pupil's row; a hidden row says only who it is."""
        cells = RowCells(row, notes, self._located.columns)
        pupil = self._pupil(cells, notes)
        if row.hidden:
            notes.found[:] = []
            notes.add("ROW_HIDDEN")
            return pupil
        values = self._values(row, notes)
        self._check(row, notes, values, pupil.class_code)
        return replace(pupil, values=values, remark=remark(*cells.get("remark")))

    def _pupil(self, cells: RowCells, notes: Notes) -> MarkRow:
        columns = self._located.columns
        place = columns.get("name") or columns.get("family_name") or columns.get("given_name") or 0
        return MarkRow(
            notes,
            student_code=code_of(*cells.get("student_code"), "Mã học sinh"),
            name=_name(cells, columns),
            birth_date=date_of(*cells.get("birth_date"), from_1904=self._from_1904),
            class_code=class_text(cells, required=False) or self._class_name,
            columns={"name": place, "birth_date": place, "class": place, "student_code": place} | dict(columns),
        )  # fmt: skip

    def _values(self, row: Row, notes: Notes) -> dict[str, str]:
        read = average if self._scored else passed
        values = {part: read(row.cells.get(column), notes, column) for part, column in self._results.items()}
        return {part: value for part, value in values.items() if value is not None}

    def _check(self, row: Row, notes: Notes, values: dict[str, str], class_code: str | None) -> None:
        """Read the component marks and compare; a row with a cell that cannot be read is not compared."""
        part = f"semester_{self._semester}"
        column = self._results.get(part, self._located.columns["final"])
        stated = Stated(self._subject, self._semester, values.get(part), column)
        if self._scored:
            marks = self._marks(row, notes)
            if not notes.refused:
                grade = self._grade if class_code is None else grade_of(class_code)
                check_marks(notes, marks, stated, grade)
        else:
            results = self._comments(row, notes)
            if not notes.refused:
                check_comments(notes, results, stated)
        if "year" in self._results and not notes.refused:
            check_year(notes, self._subject, values, self._results["year"], scored=self._scored)

    def _marks(self, row: Row, notes: Notes) -> Components[Decimal]:
        columns = self._located.columns
        regular = [mark(row.cells.get(column), notes, column) for column in self._located.regular]
        midterm, final = (mark(row.cells.get(columns[name]), notes, columns[name]) for name in ("midterm", "final"))
        present = [value for value in regular if value is not None]
        return Components(present, midterm, final, self._located.regular[0])

    def _comments(self, row: Row, notes: Notes) -> Components[str]:
        columns = self._located.columns
        regular = [passed(row.cells.get(column), notes, column) for column in self._located.regular]
        midterm, final = (passed(row.cells.get(columns[name]), notes, columns[name]) for name in ("midterm", "final"))
        present = [value for value in regular if value is not None]
        return Components(present, midterm, final, self._located.regular[0])


def _results(columns: Mapping[str, int], semester: int) -> dict[str, int]:
    """Return the columns of results by their place in the document: semester_1, semester_2, year."""
    found = {f"semester_{n}": columns[f"average:{n}"] for n in (1, 2) if f"average:{n}" in columns}
    if "average" in columns:
        found.setdefault(f"semester_{semester}", columns["average"])
    if "year" in columns:
        found["year"] = columns["year"]
    return dict(sorted(found.items()))


def _name(cells: RowCells, columns: Mapping[str, int]) -> str | None:
    """Return the whole name, from one column or from họ đệm and tên."""
    if "name" in columns or not {"family_name", "given_name"} & columns.keys():
        return text_of(*cells.get("name"), "Họ và tên", required="name" in columns)
    family = text_of(*cells.get("family_name"), "Họ đệm", required="given_name" not in columns)
    given = text_of(*cells.get("given_name"), "Tên", required="given_name" in columns)
    return None if given is None and "given_name" in columns else " ".join(part for part in (family, given) if part)
