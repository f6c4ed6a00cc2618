"""Read sheets of marks, one subject a sheet; every doubt becomes a finding at its cell, or of its sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hub.catalogue import Severity
from hub.connectors.located import about_hidden_sheets
from hub.connectors.notes import Notes
from hub.connectors.vnedu_secondary.columns import Located, locate
from hub.connectors.vnedu_secondary.mapping import SUBJECT_TITLES
from hub.connectors.vnedu_secondary.rows import MarkRow, RowReader, is_aside
from hub.connectors.vnedu_secondary.titles import Title, title_of
from hub.connectors.worksheets import Workbook, open_workbook
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["MarkBook", "MarkSheet", "read_book", "read_books", "read_files", "read_readable"]


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
    read = [_read(book, f"[{name}]" if len(books) > 1 else "", grade) for name, book in books]
    return _together(read)


def read_readable(paths: Sequence[Path], grade: int | None = None) -> MarkBook:
    """Read those of several workbooks that can be read; each of the others is told. Raises Refused when none can."""
    read: list[MarkBook] = []
    refused: dict[str, Refused] = {}
    for path in paths:
        try:
            read.append(_read(open_workbook(path), f"[{path.name}]" if len(paths) > 1 else "", grade))
        except Refused as refusal:
            refused[path.name] = refusal
    if not read:
        raise next(iter(refused.values()))
    told = [finding(refusal.code, name, facts=refusal.facts) for name, refusal in refused.items()]
    return _together([*read, MarkBook((), tuple(told))])


def _together(books: Sequence[MarkBook]) -> MarkBook:
    sheets = tuple(sheet for book in books for sheet in book.sheets)
    return MarkBook(sheets, tuple(found for book in books for found in book.findings))


def _read(book: Workbook, prefix: str, grade: int | None) -> MarkBook:
    sheets, told = _sheets_of(book, prefix, grade)
    return MarkBook(tuple(sheets), (*about_hidden_sheets(book), *told))


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
    reader = RowReader(located, title.subject, semester, title.class_name, grade, from_1904)
    rows, ignored = [], []
    for row in located.data_rows:
        notes = Notes(name, row.number)
        if is_aside(row, located):
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
