"""Join the sheets of marks of a class into transcripts: subjects with their semesters, and nothing that no sheet says.

The sheets know neither kết quả học tập nor rèn luyện, absences, promotion or awards: what comes of them is for checking
and never signable; the file's findings say what is missing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from hub.connectors.making import (
    UNKNOWN_SCHOOL,
    UNKNOWN_STUDENT_CODE,
    UNKNOWN_YEAR,
    agreed_grade,
    checked_year,
    holds,
    report_of,
    sound,
    student_of,
)
from hub.connectors.notes import Notes
from hub.connectors.prepared import Prepared, PreparedRow, RowReport
from hub.connectors.pupil_list import PupilSheet, read_pupils
from hub.connectors.vnedu_secondary.mapping import SUBJECT_TITLES
from hub.connectors.vnedu_secondary.matching import Person, match
from hub.connectors.vnedu_secondary.rows import MarkRow
from hub.connectors.vnedu_secondary.source import MarkBook, MarkSheet, read_book, read_books, read_files
from hub.connectors.vnedu_secondary.subjects import joined_values, remarks_of, subjects_of
from hub.connectors.vnedu_secondary.telling import about_classes, computed_of, findings_of, is_required, without_row
from hub.connectors.worksheets import Workbook
from hub.domain.regulations import subject_order
from hub.domain.transcript import Result, School, Transcript
from hub.errors import Refused

__all__ = ["GRADES", "prepare", "prepare_book", "prepare_books", "prepare_files"]

GRADES = range(6, 13)
REGULATION: Final = "TT22-2021"
# What no sheet of marks says, or what is told here at its cell, of its sheet or of the class: not judged again.
STAND_INS: Final = ("$.learning", "$.training", "$.result", "$.absences", "$.subjects", "$.student.student_code")
_UNKNOWN_BIRTH_DATE = "1900"


def prepare_files(
    sheets: Sequence[Path], pupils: Path | None, *, school: School | None = None, school_year: str | None = None,
    grade: int | None = None,
) -> Prepared:  # fmt: skip
    """Read workbooks of one school together and prepare. Raises Refused when a file as a whole cannot be read."""
    listed = None if pupils is None else read_pupils(pupils)
    return prepare(read_files(sheets, grade), listed, school=school, school_year=school_year, grade=grade)


def prepare_book(
    book: Workbook, pupils: PupilSheet | None, *, school: School | None = None, school_year: str | None = None,
    grade: int | None = None,
) -> Prepared:  # fmt: skip
    """Prepare one opened workbook, of one or many sheets, as `prepare` does: what the recogniser calls."""
    return prepare(read_book(book, grade), pupils, school=school, school_year=school_year, grade=grade)


def prepare_books(
    books: Sequence[tuple[str, Workbook]], pupils: PupilSheet | None, *, school: School | None = None,
    school_year: str | None = None, grade: int | None = None,
) -> Prepared:  # fmt: skip
    """Prepare opened workbooks together, each with its file name: what a folder of them needs."""
    return prepare(read_books(books, grade), pupils, school=school, school_year=school_year, grade=grade)


def prepare(
    marks: MarkBook, pupils: PupilSheet | None, *, school: School | None = None, school_year: str | None = None,
    grade: int | None = None,
) -> Prepared:  # fmt: skip
    """Match the rows of all sheets by pupil and join them. Consumes the sheets (their notes grow).

    A document stands for all rows of its pupil and is placed at the first; one refused row keeps the pupil out.
    `signable` is always false. Raises Refused SHEET_YEAR_DIFFERS, SCHOOL_YEAR_NOT_CONSECUTIVE.
    """
    checked_year(school_year)
    year = _year_of(marks.sheets, school_year)
    persons, absent = match(marks.sheets, pupils)
    maker = _Maker(marks.sheets, persons, school or UNKNOWN_SCHOOL, year, grade)
    documents: list[PreparedRow] = []
    rejected: list[RowReport] = []
    for person in persons:
        made = maker.made(person)
        if isinstance(made, PreparedRow):
            documents.append(made)
        else:
            rejected.append(made)
    return Prepared(
        tuple(documents),
        tuple(rejected),
        tuple(report_of(notes) for sheet in marks.sheets for notes in sheet.ignored),
        (*marks.findings, *about_classes(marks.sheets, [row.transcript for row in documents])),
        signable=False,
        absent=tuple(report_of(notes) for notes in absent),
        list_findings=() if pupils is None else pupils.findings,
        stand_ins=STAND_INS,
    )


def _year_of(sheets: Sequence[MarkSheet], school_year: str | None) -> str:
    """Return the school year that was given and all titles agree with. Raises Refused SHEET_YEAR_DIFFERS."""
    expected = school_year or next((s.school_year for s in sheets if s.school_year is not None), UNKNOWN_YEAR)
    for sheet in sheets:
        if sheet.school_year not in (None, expected):
            facts = {"sheet": sheet.sheet, "found": str(sheet.school_year), "expected": expected}
            raise Refused("SHEET_YEAR_DIFFERS", facts)
    return expected


class _Maker:
    """Makes the documents of one school and school year."""

    def __init__(
        self, sheets: Sequence[MarkSheet], persons: Iterable[Person], school: School, school_year: str,
        grade: int | None,
    ) -> None:  # fmt: skip
        self._sheets = sheets
        self._classes: defaultdict[str, set[str]] = defaultdict(set)  # by sheet
        for person in persons:
            for sheet, row in person.rows:
                self._classes[sheet.sheet].add(_class_of(person, row))
        self._school = school
        self._school_year = school_year
        self._grade = grade
        self._period: Literal["year", "semester_1"] = (
            "year" if any(set(sheet.parts) & {"semester_2", "year"} for sheet in sheets) else "semester_1"
        )

    def made(self, person: Person) -> PreparedRow | RowReport:
        """Return the document of one pupil, or the report that says why there is none."""
        notes = person.rows[0][1].notes
        values = joined_values(person)
        grade = None if person.refused else self._grade_of(person, notes)
        if grade is not None and _taught(person, grade):
            self._tell_absent_rows(person, grade)
            transcript = self._transcript(person, grade, values)
            if sound(transcript, notes):
                if person.pupil is None:
                    notes.add("PUPIL_LIST_ABSENT")
                return PreparedRow(transcript, findings_of(person), notes.sheet, notes.row, computed_of(person))
        return RowReport(findings_of(person), notes.sheet, notes.row, computed_of(person))

    def _grade_of(self, person: Person, notes: Notes) -> int | None:
        """Return the one grade of all places that name one; None with the reason when it is not of these sheets."""
        classes = [row.class_code for _, row in person.rows]
        grade = agreed_grade(self._grade, classes, person.pupil, notes, person.rows[0][1].columns.get("class"))
        if grade is None:
            return None
        if grade not in GRADES:
            notes.add("MARK_SHEET_GRADE", grade=str(grade))
            return None
        return grade if holds(REGULATION, grade, self._school_year, notes, "MARK_SHEET_REGULATION") else None

    def _tell_absent_rows(self, person: Person, grade: int) -> None:
        """Name the sheets of the pupil's class, of subjects that every pupil takes, on which the pupil has no row."""
        notes = person.rows[0][1].notes
        classes = {_class_of(person, row) for _, row in person.rows}
        present = {sheet.sheet for sheet, _ in person.rows}
        for sheet in self._sheets:
            of_class = is_required(sheet.subject, grade) and not classes.isdisjoint(self._classes[sheet.sheet])
            if of_class and sheet.sheet not in present:
                notes.found.append(without_row(sheet))

    def _transcript(self, person: Person, grade: int, values: Mapping[str, Mapping[str, str]]) -> Transcript:
        first = person.rows[0][1]
        return Transcript(
            class_=_class_name(person),
            grade=grade,
            period=self._period,
            regulation=REGULATION,
            result=Result(completed=False),
            school=self._school,
            school_year=self._school_year,
            student=student_of(
                person.pupil,
                name=first.name,
                student_code=next((r.student_code for _, r in person.rows if r.student_code), UNKNOWN_STUDENT_CODE),
                birth_date=next((r.birth_date for _, r in person.rows if r.birth_date), _UNKNOWN_BIRTH_DATE),
            ),
            subjects=subjects_of(values, remarks_of(person), subject_order(REGULATION, grade)),
            type="vn.hocba.transcript/1",
        )


def _taught(person: Person, grade: int) -> bool:
    """Tell whether the grade has all subjects of the sheets; else the rows are refused."""
    order = subject_order(REGULATION, grade)
    for sheet, row in person.rows:
        if sheet.subject not in order:
            row.notes.add(
                "SUBJECT_UNKNOWN", None, SUBJECT_TITLES[sheet.subject], regulation=f"{REGULATION}, lớp {grade}"
            )
    return not person.refused


def _class_of(person: Person, row: MarkRow) -> str:
    return (row.class_code or _listed_class(person) or "").casefold()


def _class_name(person: Person) -> str:
    return next((row.class_code for _, row in person.rows if row.class_code), None) or _listed_class(person) or "?"


def _listed_class(person: Person) -> str | None:
    return None if person.pupil is None else person.pupil.class_code
