"""Học kì và trường chịu trách nhiệm: which school answers for which semester of a transcript, and whose marks it took.

A pupil who moves in the middle of a year has semester 1 from the former school: that school's locked `semester_1`
document, named by its hash in `basis`. The year's transcript repeats its results and computes the year from them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from hub.domain.transcript import Basis, Transcript, YearLevels

__all__ = ["Semester", "basis_faults", "differing_results", "semester_bases", "semesters_of"]


@dataclass(frozen=True, slots=True)
class Semester:
    """Who answers for a semester (1 or 2); `document_sha256` (hex) of the other school's document, None for the own."""

    number: int
    school: str
    document_sha256: str | None = None


def semester_bases(transcript: Transcript) -> tuple[tuple[int, Basis], ...]:
    """Return (place in `basis`, basis) of each first semester that a year's transcript takes from another school."""
    if transcript.period != "year" or isinstance(transcript.basis, UnsetType):
        return ()
    return tuple((n, one) for n, one in enumerate(transcript.basis) if one.period == "semester_1")


def semesters_of(transcript: Transcript) -> tuple[Semester, ...]:
    """Return who answers for each semester, in order; the first can have several schools where several are named."""
    own = transcript.school.code
    if transcript.period == "semester_1":
        return (Semester(1, own),)
    taken = tuple(Semester(1, one.school, one.document_sha256) for _, one in semester_bases(transcript))
    return (*(taken or (Semester(1, own),)), Semester(2, own))


def basis_faults(year: Transcript, basis: Basis, semester: Transcript) -> tuple[str, ...]:
    """Return the codes of what is wrong where `year` rests on `semester` as `basis`; whose it is, others tell."""
    found = [] if semester.school.code == basis.school else ["BASIS_OTHER_SCHOOL"]
    if semester.school_year != year.school_year:
        found.append("BASIS_OTHER_YEAR")
    elif semester.period != "semester_1":
        found.append("BASIS_OTHER_PERIOD")
    elif differing_results(year, semester):
        found.append("BASIS_MARKS_DIFFER")
    return tuple(found)


def differing_results(year: Transcript, semester: Transcript) -> tuple[str, ...]:
    """Return where the first semester of `year` is not that of `semester`: subject codes, names of levels.

    Only what both state is compared: a subject that the former school did not teach is the present school's matter.
    """
    return tuple(_subjects(year, semester)) + tuple(_levels(year, semester))


def _subjects(year: Transcript, semester: Transcript) -> Iterator[str]:
    issued = {row.code: row.semester_1 for row in semester.subjects}
    for row in year.subjects:
        if UNSET not in (row.semester_1, issued.get(row.code, UNSET)) and row.semester_1 != issued[row.code]:
            yield row.code


def _levels(year: Transcript, semester: Transcript) -> Iterator[str]:
    for name in ("learning", "training", "conduct"):
        taken, issued = _first(getattr(year, name)), _first(getattr(semester, name))
        if taken is not None and issued is not None and taken != issued:
            yield name


def _first(levels: YearLevels | UnsetType) -> str | None:
    value = UNSET if isinstance(levels, UnsetType) else levels.semester_1
    return None if isinstance(value, UnsetType) else value
