"""Builders with honest defaults: what they make has no findings, for every grade and both periods."""

from datetime import date
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from hub.domain.reading import canonical
from hub.domain.regulations.tt22 import LOWER, UPPER
from hub.domain.regulations.tt27 import QUALITIES, Place, competences_of, place_of, required_subjects
from hub.domain.transcript import TYPE, Assessed, Result, School, Student, Subject, Transcript, YearLevels

SUMMER = date(2026, 6, 15)  # the day on which the default document is received
SCHOOL_YEAR = "2025-2026"
PUPIL_SERIAL = "000123"


def a_school(**changes: Any) -> School:
    """Make a school of Hà Nội."""
    return replace(School(code="0101001", name="Trường Tiểu học Mẫu 1", province="01"), **changes)


def a_student(grade: int = 3, school_year: str = SCHOOL_YEAR, **changes: Any) -> Student:
    """Make a boy of the usual age, registered in Hà Nội, with a personal number that agrees."""
    year = int(school_year[:4]) - 5 - grade
    digit = "2" if year >= 2000 else "0"
    student = Student(
        birth_date=f"{year}-03-14",
        ethnicity="Kinh",
        gender="male",
        name="Nguyễn Văn Mẫu",
        nationality="VN",
        personal_id=f"001{digit}{year % 100:02d}{PUPIL_SERIAL}",
        student_code="0100000123",
    )
    return replace(student, **changes)


def primary_subjects(grade: int, level: str = "T", score: str = "9.0") -> tuple[Subject, ...]:
    """Make the required subjects of a primary grade, each with `level`, tested ones with `score`."""
    places = place_of(grade)
    return tuple(
        Subject(code=c, kind="level", level=level, score=score if places[c] is Place.SCORED else UNSET)
        for c in required_subjects(grade)
    )


def assessed(codes: tuple[str, ...], level: str = "T") -> tuple[Assessed, ...]:
    """Make qualities or competences of one level."""
    return tuple(Assessed(code=c, level=level) for c in codes)


def secondary_subjects(grade: int, period: str = "year") -> tuple[Subject, ...]:
    """Make the required subjects of a secondary grade and, from 10 on, four chosen ones."""
    form = LOWER if grade <= 9 else UPPER
    codes = [c for c in form.order if c in form.required or c in ("DIA", "LI", "HOA", "TIN")]
    if grade <= 9:
        codes = [c for c in form.order if c in form.required]
    rows = []
    for code in codes:
        value = "8.0" if form.kinds[code] == "score" else "Đ"
        later = {"semester_2": value, "year": value} if period == "year" else {}
        rows.append(Subject(code=code, kind=form.kinds[code], semester_1=value, **later))
    return tuple(rows)


def a_transcript(grade: int = 3, period: str = "year", school_year: str = SCHOOL_YEAR, **changes: Any) -> Transcript:
    """Make a transcript in Hà Nội, under TT 27 or TT 22 by default, without findings once its year is over.

    Any field may be changed by name.
    """
    year = period == "year"
    groups: dict[str, Any]
    if grade <= 5:
        groups = {
            "subjects": primary_subjects(grade),
            "qualities": assessed(QUALITIES),
            "competences": assessed(competences_of(grade)),
            "rating": "HTXS" if year else UNSET,
        }
    else:
        later = {"semester_2": "T", "year": "T"} if year else {}
        groups = {
            "subjects": secondary_subjects(grade, period),
            "learning": YearLevels(semester_1="T", **later),
            "training": YearLevels(semester_1="T", **later),
        }
    transcript = Transcript(
        class_=f"{grade}A",
        grade=grade,
        period=period,
        regulation="TT27-2020" if grade <= 5 else "TT22-2021",
        result=Result(
            completed=year,
            programme_completed=True if year and grade in (5, 9) else UNSET,
            promotion="promoted" if year else UNSET,
        ),
        school=a_school(),
        school_year=school_year,
        student=a_student(grade, school_year),
        type=TYPE,
        **groups,
    )
    return replace(transcript, **changes)


def without(rows: tuple[Any, ...], *codes: str) -> tuple[Any, ...]:
    """Return the rows without those codes."""
    return tuple(row for row in rows if row.code not in codes)


def with_row(rows: tuple[Any, ...], code: str, /, **changes: Any) -> tuple[Any, ...]:
    """Return the rows with the fields of one of them changed."""
    return tuple(replace(row, **changes) if row.code == code else row for row in rows)


def document_of(transcript: Transcript) -> bytes:
    """Return the canonical bytes."""
    return canonical(transcript)


def codes_of(findings: Any) -> list[str]:
    """Return the codes of findings, in order."""
    return [f.code for f in findings]
