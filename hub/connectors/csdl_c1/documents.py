"""Make transcripts from joined rows: which grade, which circular, and the document in its defined order."""

from pathlib import Path
from typing import Literal, cast

from msgspec import UNSET

from hub.connectors.csdl_c1.source import ResultRow, ResultSheet, read_book, read_results
from hub.connectors.making import (
    UNKNOWN_SCHOOL,
    UNKNOWN_YEAR,
    agreed_grade,
    assessed_of,
    checked_year,
    holds,
    level_subjects,
    make_each,
    report_of,
    sound,
    student_of,
)
from hub.connectors.prepared import Prepared
from hub.connectors.pupil_list import Joined, PupilSheet, join, read_pupils
from hub.connectors.worksheets import Workbook
from hub.domain.regulations import COMPETENCES, QUALITIES, subject_order
from hub.domain.transcript import Result, School, Transcript

__all__ = ["prepare", "prepare_book", "prepare_files"]

GRADES = range(1, 4)  # the columns of grades 4 and 5 are not known
REGULATION: Literal["TT27-2020"] = "TT27-2020"


def prepare_files(
    results: Path, pupils: Path | None, *, school: School | None = None, school_year: str | None = None,
    grade: int | None = None,
) -> Prepared:  # fmt: skip
    """Read the workbooks and prepare their transcripts. Raises Refused when a file as a whole cannot be read."""
    listed = None if pupils is None else read_pupils(pupils)
    return prepare(read_results(results), listed, school=school, school_year=school_year, grade=grade)


def prepare_book(
    book: Workbook, pupils: PupilSheet | None, *, school: School | None = None, school_year: str | None = None,
    grade: int | None = None,
) -> Prepared:  # fmt: skip
    """Prepare an opened result workbook, as `prepare` does: what the recogniser calls."""
    return prepare(read_book(book), pupils, school=school, school_year=school_year, grade=grade)


def prepare(
    results: ResultSheet, pupils: PupilSheet | None, *, school: School | None = None, school_year: str | None = None,
    grade: int | None = None,
) -> Prepared:  # fmt: skip
    """Join and prepare. Consumes both sheets (their notes grow), so read the files again for another run.

    Without pupils, school or school year the documents have stand-ins and serve for checking only (`signable` is
    false). `grade` is for classes whose code does not tell it. Every row lands in exactly one of the result's lists.
    """
    checked_year(school_year)
    joined, absent = join(results.rows, pupils)
    maker = _Maker(school or UNKNOWN_SCHOOL, school_year or UNKNOWN_YEAR, grade)
    documents, rejected = make_each(joined, maker.transcript)
    return Prepared(
        documents,
        rejected,
        tuple(report_of(notes) for notes in results.ignored),
        results.findings,
        signable=None not in (pupils, school, school_year),
        absent=tuple(report_of(notes) for notes in absent),
        list_findings=() if pupils is None else pupils.findings,
    )


class _Maker:
    """Makes the documents of one school and school year."""

    def __init__(self, school: School, school_year: str, grade: int | None) -> None:
        self._school = school
        self._school_year = school_year
        self._grade = grade

    def transcript(self, row: Joined[ResultRow]) -> Transcript | None:
        """Return the document of one row, or None with the reason among its notes."""
        result, notes = row.result, row.result.notes
        grade = agreed_grade(self._grade, [result.class_code], row.pupil, notes, result.columns.get("class"))
        if grade is None:
            return None
        if grade not in GRADES:
            notes.add("GRADE_COLUMNS_UNKNOWN", grade=str(grade))
            return None
        if not holds(REGULATION, grade, self._school_year, notes):
            return None
        made = self._made(row, grade)
        if not sound(made, notes):
            return None
        if row.pupil is None:
            notes.add("PUPIL_LIST_ABSENT")
        if grade == GRADES[-1]:
            notes.add("GRADE_3_COLUMNS_ABSENT")
        return made

    def _made(self, row: Joined[ResultRow], grade: int) -> Transcript:
        result = row.result
        return Transcript(
            class_=result.class_code or "",
            competences=assessed_of(result.competences, COMPETENCES) or UNSET,
            grade=grade,
            period="year",
            qualities=assessed_of(result.qualities, QUALITIES) or UNSET,
            rating=cast("Literal['HTXS', 'HTT', 'HT', 'CHT']", result.rating) if result.rating else UNSET,
            regulation=REGULATION,
            result=Result(completed=result.completed, promotion="promoted" if result.promoted else UNSET),
            school=self._school,
            school_year=self._school_year,
            student=student_of(
                row.pupil, name=result.name, student_code=result.student_code, birth_date=result.birth_date
            ),
            subjects=level_subjects(result.levels, result.scores, subject_order(REGULATION, grade)),
            type="vn.hocba.transcript/1",
        )
