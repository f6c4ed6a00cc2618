"""Documents of TT 27/2020 from the words of a table: "Âm nhạc H; Toán 8 điểm; bớt Khoa học"."""

import re
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from hub.domain.regulations.tt27 import NAMES, ORDER, Place, place_of, required_subjects
from hub.domain.transcript import Assessed, Subject, Transcript
from tests.unit.domain.builders import a_student, a_transcript, primary_subjects, with_row, without

_CODES = {name: code for code, name in NAMES.items()}
_NAME = "|".join(sorted(map(re.escape, _CODES), key=len, reverse=True))
_SCORE = re.compile(rf"({_NAME}) ([0-9.]+) điểm")
_LEVEL = re.compile(rf"({_NAME}) ([THĐC])")
_LACKING = re.compile(rf"({_NAME}) (bỏ mức|bỏ điểm|miễn)")
_ADDED = re.compile(rf"thêm ({_NAME}) ([THC])(?: ([0-9]+) điểm)?")
_REMOVED = re.compile(rf"bớt ({_NAME})")
_ALL_SCORES = re.compile(r"mọi điểm ([0-9]+)")
_SPLIT = "tách Tin học và Công nghệ"
_WITHOUT: dict[str, dict[str, Any]] = {
    "bỏ mức": {"level": UNSET},
    "bỏ điểm": {"score": UNSET},
    "miễn": {"exempt": True},
}


def scored_subjects(grade: int) -> tuple[str, ...]:
    """Return the subjects with an end-of-year test (điểm kiểm tra định kì), Tin học và Công nghệ as one."""
    places = place_of(grade)
    return tuple(code for code in required_subjects(grade) if places[code] is Place.SCORED)


def a_pupil_with(
    grade: int, changes: list[str], *, period: str = "year", disabled: bool = False, **fields: Any
) -> Transcript:
    """Return the best document of a grade, every test at 10, with the changes; KeyError for a change not understood."""
    document = a_transcript(grade, period, subjects=primary_subjects(grade, "T", "10.0"))
    for change in changes:
        document = _changed(document, change)
    if disabled:
        document = replace(document, student=a_student(grade, disability_exempt=True))
    return replace(document, **fields)


def _changed(document: Transcript, change: str) -> Transcript:
    rows = document.subjects
    if match := _SCORE.fullmatch(change):
        return replace(document, subjects=with_row(rows, _CODES[match[1]], score=_mark(match[2])))
    if match := _LEVEL.fullmatch(change):
        return _levelled(document, _CODES[match[1]], match[2])
    if match := _LACKING.fullmatch(change):
        return replace(document, subjects=with_row(rows, _CODES[match[1]], **_WITHOUT[match[2]]))
    if match := _ADDED.fullmatch(change):
        score = _mark(match[3]) if match[3] else UNSET
        return _added(document, Subject(code=_CODES[match[1]], kind="level", level=match[2], score=score))
    if match := _REMOVED.fullmatch(change):
        code = _CODES[match[1]]
        groups = ("subjects", "qualities", "competences")
        return replace(document, **{name: without(getattr(document, name), code) for name in groups})
    if match := _ALL_SCORES.fullmatch(change):
        tested = scored_subjects(document.grade)
        changed = tuple(replace(r, score=_mark(match[1])) if r.code in tested else r for r in rows)
        return replace(document, subjects=changed)
    if change == _SPLIT:
        halves = tuple(Subject(code=code, kind="level", level="T", score="10.0") for code in ("TIN", "CN"))
        return _added(replace(document, subjects=without(rows, "THCN")), *halves)
    raise KeyError(change)


def _mark(score: str) -> str:
    return score if "." in score else f"{score}.0"


def _added(document: Transcript, *rows: Subject) -> Transcript:
    return replace(document, subjects=tuple(sorted((*document.subjects, *rows), key=lambda r: ORDER.index(r.code))))


def _levelled(document: Transcript, code: str, level: str) -> Transcript:
    def changed(items: tuple[Assessed, ...]) -> tuple[Assessed, ...]:
        return with_row(items, code, level=level)

    if code in ORDER:
        return replace(document, subjects=with_row(document.subjects, code, level=level))
    return replace(document, qualities=changed(document.qualities), competences=changed(document.competences))
