"""Lấy kết quả học kì I: a year's transcript takes its first semester from the former school's document.

What the year's own school states is never changed: only what it left open is filled, from the document or by the
formula of the year, and the document is named in `basis`. Levels of the year as a whole stay the school's to state.
Legal source: TT 22/2021, Điều 9.1 [secondary].
"""

from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from hub.domain.regulations.averages import year_mark
from hub.domain.semesters import semester_bases
from hub.domain.transcript import Basis, Subject, Transcript, YearLevels

__all__ = ["take_semester"]

_GROUPS = ("learning", "training", "conduct")


def take_semester(year: Transcript, semester: Transcript, document_sha256: str) -> tuple[Transcript, int]:
    """Return the year on that semester document (hash in hex), and how many values were filled.

    A year that names a semester already, and anything but a year, stays as it is.
    """
    if year.period != "year" or semester_bases(year):
        return year, 0
    issued = {row.code: row.semester_1 for row in semester.subjects}
    rows = tuple(_row(row, issued.get(row.code, UNSET)) for row in year.subjects)
    levels = {name: _levels(getattr(year, name), getattr(semester, name)) for name in _GROUPS}
    basis = Basis(document_sha256=document_sha256, period="semester_1", school=semester.school.code)
    before = () if isinstance(year.basis, UnsetType) else year.basis
    taken = replace(year, basis=(*before, basis), subjects=rows, **levels)
    filled = sum(_filled(a, b) for a, b in zip(year.subjects, rows, strict=True))
    return taken, filled + sum(getattr(year, name) != levels[name] for name in _GROUPS)


def _row(row: Subject, issued: str | UnsetType) -> Subject:
    if row.exempt is True:
        return row
    first = issued if row.semester_1 is UNSET else row.semester_1
    year = row.year
    if year is UNSET:  # a comment-only subject's year is its second semester
        year = (year_mark(first, row.semester_2) or UNSET) if row.kind == "score" else row.semester_2
    return replace(row, semester_1=first, year=year)


def _levels(own: YearLevels | UnsetType, issued: YearLevels | UnsetType) -> Any:
    if isinstance(own, UnsetType) or isinstance(issued, UnsetType) or own.semester_1 is not UNSET:
        return own
    return replace(own, semester_1=issued.semester_1)


def _filled(before: Subject, after: Subject) -> int:
    return (before.semester_1 is not after.semester_1) + (before.year is not after.year)
