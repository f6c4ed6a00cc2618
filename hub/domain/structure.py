"""What a document must be under every circular: its year, period, dates, class, its school's province, its basis.

Legal source: the contract of `vn.hocba.transcript/1`; province codes: Quyết định 19/2025/QĐ-TTg [secondary].
"""

import functools
import re
from collections.abc import Iterator
from datetime import date

from msgspec import UNSET

from hub.domain.basis import check_basis
from hub.domain.findings import Finding, finding
from hub.domain.provinces import PROVINCES, province_at
from hub.domain.transcript import Transcript

__all__ = ["begins_on", "check_structure", "ends_on", "is_school_year"]

_YEAR_VALUES = ("semester_2", "year", "retake")
_KNOWN_PROVINCES = frozenset(p.code for p in PROVINCES)
_AGE_ABOVE_GRADE_MIN = 4  # grade 1 at 5 would be a year early; many years late is common among returning pupils
_AGE_ABOVE_GRADE_MAX = 15
_GRADE_MAX = 12
_LEADING_NUMBER = re.compile(r"(?:lớp|lop)?\s*([0-9]{1,2})(?![0-9+])", re.IGNORECASE)  # "1+2" is a joint class


def begins_on(school_year: str) -> date:
    """Return the first civil date on which a school year may have documents: 1 August, before any school starts."""
    return date(int(school_year[:4]), 8, 1)


def ends_on(school_year: str) -> date:
    """Return the earliest civil date on which a school year can be over: 1 May of its later half [assumed]."""
    return date(int(school_year[:4]) + 1, 5, 1)


def check_structure(transcript: Transcript, at: date) -> list[Finding]:
    """Return findings on year, period, dates and province, judged on civil date `at` (UTC+7)."""
    year = transcript.school_year
    if not is_school_year(year):
        return [finding("SCHOOL_YEAR_NOT_CONSECUTIVE", "$.school_year", year)]
    found = list(_year(year, transcript.period, at))
    if transcript.period != "year":
        found += _semester(transcript)
    found += _birth_date(transcript.student.birth_date, int(year[:4]), transcript.grade)
    found += _class(transcript.class_, transcript.grade)
    found += _province(transcript.school.province, year)
    if transcript.basis is not UNSET:
        found += check_basis(transcript)
    if transcript.supersedes is not UNSET and transcript.reason is UNSET:
        found.append(finding("REASON_MISSING", "$.reason"))
    return found


@functools.lru_cache(1024)
def is_school_year(school_year: str) -> bool:
    """Năm học: tell whether a text such as "2025-2026" names two consecutive years."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{4}", school_year) is None:
        return False
    first, second = int(school_year[:4]), int(school_year[5:])
    return second == first + 1 and 1900 <= first <= 9000


@functools.lru_cache(4096)
def _year(school_year: str, period: str, at: date) -> tuple[Finding, ...]:
    """A year that has not begun refuses; a year document before the year's end warns."""
    facts = {"school_year": school_year, "on": at.isoformat()}
    if at < begins_on(school_year):
        return (finding("SCHOOL_YEAR_FUTURE", "$.school_year", school_year, facts),)
    if period == "year" and at < ends_on(school_year):
        return (finding("SCHOOL_YEAR_NOT_ENDED", "$.period", period, facts),)
    return ()


def _semester(transcript: Transcript) -> Iterator[Finding]:
    """A semester_1 document is for a pupil who leaves: it says nothing about the year."""
    result = transcript.result
    paths = {
        "$.rating": transcript.rating is not UNSET,
        "$.result.completed": result.completed,
        "$.result.programme_completed": result.programme_completed is not UNSET,
        "$.result.promotion": result.promotion is not UNSET,
    }
    paths |= {
        f"$.{group}.{name}": getattr(levels, name, UNSET) is not UNSET
        for group in ("learning", "training", "conduct")
        if (levels := getattr(transcript, group)) is not UNSET
        for name in _YEAR_VALUES
    }
    paths |= {
        f"$.subjects[{index}].{name}": getattr(row, name) is not UNSET
        for index, row in enumerate(transcript.subjects)
        for name in _YEAR_VALUES
    }
    for path, present in paths.items():
        if present:
            yield finding("SEMESTER_WITH_YEAR_VALUES", path, None, {"field": path.removeprefix("$.")})


@functools.lru_cache(16384)
def _birth_date(birth_date: str, start_year: int, grade: int) -> tuple[Finding, ...]:
    """A birth date exists in the calendar and fits a pupil of that grade; a year or a month alone is legal."""
    path = "$.student.birth_date"
    try:
        born = date.fromisoformat(birth_date + "-01-01"[len(birth_date) - 10 :] if len(birth_date) < 10 else birth_date)
    except ValueError:
        return (finding("BIRTH_DATE_IMPOSSIBLE", path, birth_date),)
    age = start_year - born.year
    if _AGE_ABOVE_GRADE_MIN <= age - grade <= _AGE_ABOVE_GRADE_MAX:
        return ()
    return (finding("BIRTH_DATE_IMPLAUSIBLE", path, birth_date, {"age": str(age), "grade": str(grade)}),)


@functools.lru_cache(16384)
def _class(name: str, grade: int) -> tuple[Finding, ...]:
    """A class is usually named after its grade, 7A1 or 10B; what begins with no grade says nothing [assumed].

    Digits alone may be grade and class in one: 51 is the first class of grade 5, 11 that of grade 1.
    """
    match = _LEADING_NUMBER.match(name)
    number = int(match[1]) if match else 0
    if number in (0, grade) or number > _GRADE_MAX or (name.isdecimal() and name.startswith(str(grade))):
        return ()
    facts = {"class": name[:20], "grade": str(grade), "number": str(number)}
    return (finding("CLASS_GRADE_DIFFERS", "$.class", name, facts),)


@functools.lru_cache(1024)
def _province(code: str, school_year: str) -> tuple[Finding, ...]:
    """The province code has a meaning at some time of the school year (1/9 to 31/8)."""
    path = "$.school.province"
    if code not in _KNOWN_PROVINCES:
        return (finding("PROVINCE_UNKNOWN", path, code),)
    start = int(school_year[:4])
    if province_at(code, date(start, 9, 1)) or province_at(code, date(start + 1, 8, 31)):
        return ()
    return (finding("PROVINCE_NOT_IN_YEAR", path, code, {"province": code, "school_year": school_year}),)
