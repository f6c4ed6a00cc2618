"""Môn học và hoạt động giáo dục của tiểu học: which subject in which grade, and where a score belongs.

Legal source: TT 32/2018 and TT 27/2020, Điều 6-7. The grid is [secondary]; which subjects have a test is [assumed].
"Tin học và Công nghệ" is taken in either shape: one row THCN, or two rows TIN and CN.
"""

import functools
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from hub.domain.findings import Finding, finding
from hub.domain.regulations.rows import misordered, repeated

__all__ = ["ORDER", "REGULATION", "Place", "check_grid", "place_of", "required_subjects"]

REGULATION = "TT27-2020"


class Place(StrEnum):
    """What a subject is in a grade: level only, level and score, elective, or not taught."""

    LEVEL = "L"
    SCORED = "S"
    ELECTIVE = "E"
    ABSENT = "-"


_GRID: Mapping[str, str] = MappingProxyType({  # one letter (Place) for each grade 1-5, in the order of the document
    "TV": "SSSSS",
    "TOAN": "SSSSS",
    "NN1": "EESSS",
    "DD": "LLLLL",
    "TNXH": "LLL--",
    "LSDL": "---SS",
    "KH": "---SS",
    "THCN": "--SSS",
    "TIN": "--SSS",
    "CN": "--SSS",
    "GDTC": "LLLLL",
    "AN": "LLLLL",
    "MT": "LLLLL",
    "HDTN": "LLLLL",
    "TDT": "EEEEE",
})  # fmt: skip
ORDER: tuple[str, ...] = tuple(_GRID)
_HALVES = frozenset({"TIN", "CN"})

_PLACES: tuple[Mapping[str, Place], ...] = tuple(
    MappingProxyType({code: Place(row[grade]) for code, row in _GRID.items()}) for grade in range(5)
)


def place_of(grade: int) -> Mapping[str, Place]:
    """Return the place of every subject in a grade 1-5."""
    return _PLACES[grade - 1]


def required_subjects(grade: int) -> tuple[str, ...]:
    """Return the required subjects of a grade 1-5 in document order, informatics and technology as one (THCN)."""
    places = place_of(grade)
    return tuple(c for c in ORDER if places[c] in (Place.LEVEL, Place.SCORED) and c not in _HALVES)


@functools.lru_cache(4096)
def check_grid(grade: int, codes: tuple[str, ...], complete: bool) -> tuple[Finding, ...]:
    """Judge the set and order of subject codes of a grade; `complete` asks for every required one."""
    found = list(_each(grade, codes))
    found += repeated(codes, "SUBJECT_TWICE", "$.subjects", "subject")
    present = set(codes)
    if "THCN" in present and present & _HALVES:
        found.append(finding("SUBJECT_SHAPE_MIXED", "$.subjects", None, {"one": "THCN", "two": "TIN, CN"}))
    if complete:
        found += _missing(grade, present)
    found += misordered(codes, ORDER, "$.subjects")
    return tuple(found)


def _each(grade: int, codes: tuple[str, ...]) -> Iterator[Finding]:
    """TT 32/2018: every code is known [contract] and taught in the grade [secondary]."""
    places = place_of(grade)
    for index, code in enumerate(codes):
        path = f"$.subjects[{index}].code"
        place = places.get(code)
        if place is None:
            yield finding("SUBJECT_UNKNOWN", path, code, {"regulation": REGULATION})
        elif place is Place.ABSENT:
            yield finding("SUBJECT_NOT_IN_GRADE", path, code, {"subject": code, "grade": str(grade)})


def _missing(grade: int, present: set[str]) -> Iterator[Finding]:
    """TT 32/2018: every required subject is there [secondary]."""
    for code in required_subjects(grade):
        wanted = _HALVES if code == "THCN" and code not in present and present & _HALVES else {code}
        for lacking in sorted(wanted - present):
            yield finding("SUBJECT_MISSING", "$.subjects", None, {"subject": lacking, "grade": str(grade)})
