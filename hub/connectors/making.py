"""What every connector of workbooks does to make a document: pupil, grade, results, stand-ins, the last look."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, cast

from msgspec import UNSET

from hub.connectors.notes import Notes
from hub.connectors.prepared import PreparedRow, RowReport
from hub.connectors.pupil_list import Joined, Pupil, RowT
from hub.connectors.row_cells import grade_of
from hub.domain.reading import canonical, read
from hub.domain.regulations import regulation_for
from hub.domain.transcript import Assessed, School, Student, Subject, Transcript
from hub.errors import Refused

__all__ = [
    "UNKNOWN_SCHOOL",
    "UNKNOWN_STUDENT_CODE",
    "UNKNOWN_YEAR",
    "agreed_grade",
    "assessed_of",
    "checked_year",
    "holds",
    "level_subjects",
    "make_each",
    "report_of",
    "sound",
    "student_of",
]

# Stand-ins for judging a workbook by itself; a document that has them is never signable.
UNKNOWN_SCHOOL = School(code="0", name="(chưa biết trường)", province="00")
UNKNOWN_YEAR = "2025-2026"
UNKNOWN_STUDENT_CODE = "0000000000"
_YEAR = re.compile(r"20[0-9]{2}-20[0-9]{2}")


def checked_year(school_year: str | None) -> str | None:
    """Return a school year as given. Raises Refused SCHOOL_YEAR_NOT_CONSECUTIVE when it is no such text."""
    if school_year is not None and not _YEAR.fullmatch(school_year):
        raise Refused("SCHOOL_YEAR_NOT_CONSECUTIVE", {"school_year": school_year[:20]})
    return school_year


def make_each(
    joined: Iterable[Joined[RowT]], make: Callable[[Joined[RowT]], Transcript | None]
) -> tuple[tuple[PreparedRow, ...], tuple[RowReport, ...]]:
    """Return the documents of the rows and the reports of those that give none: refused when read, or by `make`."""
    documents: list[PreparedRow] = []
    rejected: list[RowReport] = []
    for row in joined:
        notes = row.result.notes
        transcript = None if notes.refused else make(row)
        if transcript is None:
            rejected.append(report_of(notes))
        else:
            documents.append(PreparedRow(transcript, tuple(notes.found), notes.sheet, notes.row))
    return tuple(documents), tuple(rejected)


def agreed_grade(
    given: int | None, classes: Sequence[str | None], pupil: Pupil | None, notes: Notes, column: int | None
) -> int | None:
    """Return the grade on which all that name one agree; else None, with the reason among the notes.

    The one given by the caller, the `classes` of the pupil's rows (the first is shown), and the list of pupils name it.
    """
    listed = (None, None) if pupil is None else (pupil.class_code, pupil.grade)
    named = {given, listed[1], *(grade_of(text) for text in (*classes, listed[0]) if text is not None)}
    grades = sorted(grade for grade in named if grade is not None)
    if not grades:
        notes.add("GRADE_UNKNOWN", column, classes[0])
    elif len(grades) > 1:
        notes.add("GRADE_DIFFERS", column, grades=", ".join(map(str, grades)))
    return grades[0] if len(grades) == 1 else None


def holds(
    regulation: str, grade: int, school_year: str, notes: Notes, code: str = "REGULATION_NOT_OF_SHEET"
) -> bool:  # fmt: skip
    """Tell whether a grade has this circular in a school year; if not, `code` among the notes says which it has."""
    found = regulation_for(school_year, grade)
    if found != regulation:
        notes.add(code, grade=str(grade), school_year=school_year, regulation=found or "?")
    return found == regulation


def student_of(
    pupil: Pupil | None, *, name: str | None, student_code: str | None, birth_date: str | None
) -> Student:  # fmt: skip
    """Return the pupil as the list has them; without a list what the sheet itself says."""
    if pupil is None:
        return Student(
            birth_date=birth_date or "", gender="unknown", name=name or "", nationality="VN",
            student_code=student_code or "",
        )  # fmt: skip
    return Student(
        birth_date=pupil.birth_date or "",
        ethnicity=pupil.ethnicity or UNSET,
        gender=cast("Literal['male', 'female']", pupil.gender),
        name=pupil.name or "",
        nationality=pupil.nationality or "",
        personal_id=pupil.personal_id or UNSET,
        student_code=pupil.student_code or "",
    )


def level_subjects(
    levels: Mapping[str, str], scores: Mapping[str, str], order: Iterable[str]
) -> tuple[Subject, ...]:  # fmt: skip
    """Return the subjects of a primary document in `order`; a blank cell is an absent value, a blank subject no row."""
    return tuple(
        Subject(
            code=code, kind="level",
            level=cast("Literal['T', 'H', 'C']", levels[code]) if code in levels else UNSET,
            score=scores.get(code, UNSET),
        )
        for code in order
        if code in levels or code in scores
    )  # fmt: skip


def assessed_of(levels: Mapping[str, str], order: Iterable[str]) -> tuple[Assessed, ...]:
    """Return the qualities or competences that have a level, in `order`."""
    return tuple(
        Assessed(code=code, level=cast("Literal['T', 'Đ', 'C']", levels[code])) for code in order if code in levels
    )


def sound(made: Transcript, notes: Notes) -> bool:
    """Tell whether a document is well formed; if not, the row says why it makes none."""
    reading = read(canonical(made))
    if not reading.sound:
        reason = ", ".join(f"{found.path}: {found.code}" for found in reading.findings[:3])
        notes.add("ROW_NOT_A_DOCUMENT", reason=reason)
    return reading.sound


def report_of(notes: Notes) -> RowReport:
    """Return the report of a row that gave no document."""
    return RowReport(tuple(notes.found), notes.sheet, notes.row, tuple(notes.computed))
