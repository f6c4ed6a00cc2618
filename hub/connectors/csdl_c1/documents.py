"""Make transcripts from joined rows: which grade, which circular, and the document in its defined order."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, cast

from msgspec import UNSET

from hub.connectors.csdl_c1.joining import Joined, join
from hub.connectors.csdl_c1.source import PupilSheet, ResultRow, ResultSheet, read_pupils, read_results
from hub.connectors.csdl_c1.values import grade_of
from hub.connectors.notes import Notes
from hub.connectors.prepared import Prepared, PreparedRow, RowReport
from hub.domain.reading import canonical, read
from hub.domain.regulations import COMPETENCES, QUALITIES, regulation_for, subject_order
from hub.domain.transcript import Assessed, Result, School, Student, Subject, Transcript
from hub.errors import Refused

__all__ = ["UNKNOWN_SCHOOL", "UNKNOWN_YEAR", "prepare", "prepare_files"]

GRADES = range(1, 4)  # the columns of grades 4 and 5 are not known
REGULATION: Literal["TT27-2020"] = "TT27-2020"
# Stand-ins for judging a workbook by itself; a document that has them is never signable.
UNKNOWN_SCHOOL = School(code="0", name="(chưa biết trường)", province="00")
UNKNOWN_YEAR = "2025-2026"
_YEAR = re.compile(r"20[0-9]{2}-20[0-9]{2}")


def prepare_files(
    results: Path, pupils: Path | None, *, school: School | None = None, school_year: str | None = None,
    grade: int | None = None,
) -> Prepared:  # fmt: skip
    """Read the workbooks and prepare their transcripts. Raises Refused when a file as a whole cannot be read."""
    listed = None if pupils is None else read_pupils(pupils)
    return prepare(read_results(results), listed, school=school, school_year=school_year, grade=grade)


def prepare(
    results: ResultSheet, pupils: PupilSheet | None, *, school: School | None = None, school_year: str | None = None,
    grade: int | None = None,
) -> Prepared:  # fmt: skip
    """Join and prepare. Consumes both sheets (their notes grow), so read the files again for another run.

    Without pupils, school or school year the documents have stand-ins and serve for checking only (`signable` is
    false). `grade` is for classes whose code does not tell it. Every row lands in exactly one of the result's lists.
    """
    if school_year is not None and not _YEAR.fullmatch(school_year):
        raise Refused("SCHOOL_YEAR_NOT_CONSECUTIVE", {"school_year": school_year[:20]})
    joined, absent = join(results, pupils)
    maker = _Maker(school or UNKNOWN_SCHOOL, school_year or UNKNOWN_YEAR, grade)
    documents, rejected = [], []
    for row in joined:
        notes = row.result.notes
        transcript = None if notes.refused else maker.transcript(row)
        if transcript is None:
            rejected.append(_report(notes))
        else:
            documents.append(PreparedRow(transcript, tuple(notes.found), notes.sheet, notes.row))
    ignored = tuple(_report(notes) for notes in (*results.ignored, *absent))
    told = results.findings + (() if pupils is None else pupils.findings)
    signable = None not in (pupils, school, school_year)
    return Prepared(tuple(documents), tuple(rejected), ignored, told, signable)


def _report(notes: Notes) -> RowReport:
    return RowReport(tuple(notes.found), notes.sheet, notes.row)


class _Maker:
    """Makes the documents of one school and school year."""

    def __init__(self, school: School, school_year: str, grade: int | None) -> None:
        self._school = school
        self._school_year = school_year
        self._grade = grade

    def transcript(self, row: Joined) -> Transcript | None:
        """Return the document of one row, or None with the reason among its notes."""
        grade = self._grade_of(row)
        if grade is None or not self._known(grade, row.result.notes):
            return None
        made = self._made(row, grade)
        reading = read(canonical(made))
        if not reading.sound:
            reason = ", ".join(f"{found.path}: {found.code}" for found in reading.findings[:3])
            row.result.notes.add("ROW_NOT_A_DOCUMENT", reason=reason)
            return None
        if row.pupil is None:
            row.result.notes.add("PUPIL_LIST_ABSENT")
        if grade == GRADES[-1]:
            row.result.notes.add("GRADE_3_COLUMNS_ABSENT")
        return made

    def _grade_of(self, row: Joined) -> int | None:
        """Return the grade on which all that name one agree."""
        pupil = row.pupil
        classes = (row.result.class_code, None if pupil is None else pupil.class_code)
        named = {self._grade, None if pupil is None else pupil.grade}
        named |= {grade_of(text) for text in classes if text is not None}
        grades = sorted(grade for grade in named if grade is not None)
        column = row.result.columns.get("class")
        if not grades:
            row.result.notes.add("GRADE_UNKNOWN", column, row.result.class_code)
        elif len(grades) > 1:
            row.result.notes.add("GRADE_DIFFERS", column, grades=", ".join(map(str, grades)))
        return grades[0] if len(grades) == 1 else None

    def _known(self, grade: int, notes: Notes) -> bool:
        if grade not in GRADES:
            notes.add("GRADE_COLUMNS_UNKNOWN", grade=str(grade))
            return False
        regulation = regulation_for(self._school_year, grade)
        if regulation != REGULATION:
            found = regulation or "?"
            notes.add("REGULATION_NOT_OF_SHEET", grade=str(grade), school_year=self._school_year, regulation=found)
            return False
        return True

    def _made(self, row: Joined, grade: int) -> Transcript:
        result = row.result
        return Transcript(
            class_=result.class_code or "",
            competences=_assessed(result.competences, COMPETENCES) or UNSET,
            grade=grade,
            period="year",
            qualities=_assessed(result.qualities, QUALITIES) or UNSET,
            rating=cast("Literal['HTXS', 'HTT', 'HT', 'CHT']", result.rating) if result.rating else UNSET,
            regulation=REGULATION,
            result=Result(completed=result.completed, promotion="promoted" if result.promoted else UNSET),
            school=self._school,
            school_year=self._school_year,
            student=_student(row),
            subjects=_subjects(result, grade),
            type="vn.hocba.transcript/1",
        )


def _student(row: Joined) -> Student:
    result, pupil = row.result, row.pupil
    if pupil is None:
        return Student(
            birth_date=result.birth_date or "", gender="unknown", name=result.name or "", nationality="VN",
            student_code=result.student_code or "",
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


def _subjects(result: ResultRow, grade: int) -> tuple[Subject, ...]:
    """Return the subjects in document order; a blank cell is an absent value, a blank subject an absent row."""
    return tuple(
        Subject(
            code=code, kind="level",
            level=cast("Literal['T', 'H', 'C']", result.levels[code]) if code in result.levels else UNSET,
            score=result.scores.get(code, UNSET),
        )
        for code in subject_order(REGULATION, grade)
        if code in result.levels or code in result.scores
    )  # fmt: skip


def _assessed(levels: Mapping[str, str], order: Iterable[str]) -> tuple[Assessed, ...]:
    return tuple(
        Assessed(code=code, level=cast("Literal['T', 'Đ', 'C']", levels[code])) for code in order if code in levels
    )
