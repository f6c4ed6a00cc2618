"""Make transcripts from the rows of class sheets: which pupil, grade and circular, and the document in its order."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, cast

from msgspec import UNSET

from hub.connectors.making import (
    UNKNOWN_SCHOOL,
    UNKNOWN_STUDENT_CODE,
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
from hub.connectors.notes import Notes
from hub.connectors.prepared import Prepared
from hub.connectors.pupil_list import Joined, PupilSheet, join, join_by_name, read_pupils
from hub.connectors.vnedu_primary.columns import ClassSheet
from hub.connectors.vnedu_primary.source import ClassRow, Summary, read_book
from hub.connectors.worksheets import Workbook, open_workbook
from hub.domain.regulations import COMPETENCES, QUALITIES, subject_order
from hub.domain.transcript import Result, School, Transcript

__all__ = ["GRADES", "prepare", "prepare_book", "prepare_files"]

GRADES: Final = range(1, 6)
REGULATION: Literal["TT27-2020"] = "TT27-2020"
_Rating = Literal["HTXS", "HTT", "HT", "CHT"]
_DERIVED: Final = {True: ("hoàn thành", "completed"), False: ("chưa hoàn thành", "not completed")}
_OF_LIST: Final = {"student_code": "$.student.student_code", "birth_date": "$.student.birth_date"}
_OF_SHEET: Final = {"completed": "$.result.completed"}


def prepare_files(
    results: Path, pupils: Path | None, *, school: School | None = None, school_year: str | None = None,
    grade: int | None = None,
) -> Prepared:  # fmt: skip
    """Read the workbooks and prepare their transcripts. Raises Refused when a file as a whole cannot be read."""
    listed = None if pupils is None else read_pupils(pupils)
    return prepare_book(open_workbook(results), listed, school=school, school_year=school_year, grade=grade)


def prepare_book(
    book: Workbook, pupils: PupilSheet | None, *, school: School | None = None, school_year: str | None = None,
    grade: int | None = None,
) -> Prepared:  # fmt: skip
    """Prepare an opened class summary, as `prepare` does: what the recogniser calls."""
    return prepare(read_book(book), pupils, school=school, school_year=school_year, grade=grade)


def prepare(
    results: Summary, pupils: PupilSheet | None, *, school: School | None = None, school_year: str | None = None,
    grade: int | None = None,
) -> Prepared:  # fmt: skip
    """Join and prepare. Consumes both (their notes grow), so read the files again for another run.

    The school year is the one given, and each sheet must agree; without it, the sheet's own. Without pupils, school
    or school year, or a column that says who completed the grade, the documents serve for checking only (`signable`
    is false).
    """
    checked_year(school_year)
    _check_titles(results, school_year)
    joined, absent = _joined(results, pupils)
    maker = _Maker(school or UNKNOWN_SCHOOL, school_year, grade)
    documents, rejected = make_each(joined, maker.transcript)
    return Prepared(
        documents,
        rejected,
        tuple(report_of(notes) for notes in results.ignored),
        results.findings,
        signable=None not in (pupils, school, school_year) and not _without_column(results.classes, _OF_SHEET),
        absent=tuple(report_of(notes) for notes in absent),
        list_findings=() if pupils is None else pupils.findings,
        stand_ins=_without_column(results.classes, _OF_SHEET | ({} if pupils is not None else _OF_LIST)),
    )


def _check_titles(results: Summary, school_year: str | None) -> None:
    """Refuse the rows of a sheet whose title contradicts what was asked for, or lacks the class."""
    titles = {each.place.sheet.name: each.title for each in results.classes}
    for row in results.rows:
        title, notes = titles[row.notes.sheet], row.notes
        if title.class_code is None:
            notes.add("CLASS_SHEET_WITHOUT_CLASS")
        if title.other_period is not None:
            notes.add("CLASS_SHEET_OTHER_PERIOD", found=title.other_period)
        if school_year is not None and title.school_year not in (None, school_year):
            notes.add("CLASS_SHEET_YEAR_DIFFERS", found=title.school_year or "", expected=school_year)


def _joined(
    results: Summary, pupils: PupilSheet | None
) -> tuple[tuple[Joined[ClassRow], ...], tuple[Notes, ...]]:  # fmt: skip
    """Join by code where every sheet prints it, else by name; only pupils of these classes are looked for."""
    classes = {each.title.class_code for each in results.classes if each.title.class_code is not None}
    coded = all("student_code" in each.place.columns for each in results.classes)
    return (join if coded else join_by_name)(results.rows, pupils, classes)


def _without_column(classes: Sequence[ClassSheet], paths: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths of those fields that some sheet has no column for."""
    return tuple(path for field, path in paths.items() if any(field not in each.place.columns for each in classes))


class _Maker:
    """Makes the documents of one school."""

    def __init__(self, school: School, school_year: str | None, grade: int | None) -> None:
        self._school = school
        self._school_year = school_year
        self._grade = grade

    def transcript(self, row: Joined[ClassRow]) -> Transcript | None:
        """Return the document of one row, or None with the reason among its notes."""
        result, pupil = row.result, row.pupil
        grade = agreed_grade(self._grade, [result.class_code], pupil, result.notes, None)
        school_year = self._school_year or result.school_year or UNKNOWN_YEAR
        if grade is None or not holds(REGULATION, grade, school_year, result.notes):
            return None
        made = self._made(row, grade, school_year)
        if not sound(made, result.notes):
            return None
        if pupil is None:
            result.notes.add("PUPIL_LIST_ABSENT")
        if result.completed is None:
            derived = _DERIVED[made.result.completed]
            result.notes.add("COMPLETION_DERIVED", derived_vi=derived[0], derived_en=derived[1])
        return made

    def _made(self, row: Joined[ClassRow], grade: int, school_year: str) -> Transcript:
        result = row.result
        rating = cast("_Rating", result.rating)  # a row without one is refused
        return Transcript(
            class_=result.class_code or "",
            competences=assessed_of(result.competences, COMPETENCES) or UNSET,
            grade=grade,
            period="year",
            qualities=assessed_of(result.qualities, QUALITIES) or UNSET,
            rating=rating,
            regulation=REGULATION,
            result=Result(
                awards=UNSET if result.awards is None else result.awards,
                completed=rating != "CHT" if result.completed is None else result.completed,
                programme_completed=True if result.programme else UNSET,
                promotion="promoted" if result.promoted else UNSET,
            ),
            school=self._school,
            school_year=school_year,
            student=student_of(
                row.pupil, name=result.name, student_code=result.student_code or UNKNOWN_STUDENT_CODE,
                birth_date=result.birth_date or _likely_birth_year(school_year, grade),
            ),
            subjects=level_subjects(result.levels, result.scores, _subject_order(result, grade)),
            type="vn.hocba.transcript/1",
        )  # fmt: skip


def _likely_birth_year(school_year: str, grade: int) -> str:
    """Return a stand-in for a birth date that the sheet does not print."""
    return str(int(school_year[:4]) - 5 - grade)


def _subject_order(result: ClassRow, grade: int) -> tuple[str, ...]:
    """Return the order of a document; subjects that this grade does not have stand last, for the rules to judge."""
    order = subject_order(REGULATION, grade)
    return (*order, *sorted((result.levels.keys() | result.scores.keys()).difference(order)))
