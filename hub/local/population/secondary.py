"""Học bạ THCS, THPT theo TT 22/2021: semester and year averages, kết quả học tập, rèn luyện, promotion, awards."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from msgspec import UNSET, UnsetType

from hub.domain.transcript import Result, Subject, Transcript, YearLevels
from hub.local.population import codes
from hub.local.population.comments import absences, remark, subject_comment
from hub.local.population.marks import (
    LOWER_SECONDARY_SHIFT,
    MARK_TEXTS,
    UPPER_SECONDARY_SHIFT,
    draw_tenths,
    learning_level,
    training_of_year,
    year_tenths,
)
from hub.local.population.year import YearOfPupil

__all__ = ["secondary_transcript"]

_SCORED_AT_5_MIN = 6
_BAND = MappingProxyType({"T": 2, "K": 2, "Đ": 1, "CĐ": 0})
_COMMENT_SUBJECTS = frozenset({"AN", "MT"})  # of the chosen ones
Fate = Literal["passes", "retake_passed", "retained", "summer_training"]


@dataclass(slots=True)
class _Marks:
    """Semester averages by subject, in tenths, in the order of the form."""

    scored: tuple[str, ...]
    commented: tuple[str, ...]
    semester_1: list[int]
    semester_2: list[int]

    @property
    def year(self) -> list[int]:
        return [year_tenths(one, two) for one, two in zip(self.semester_1, self.semester_2, strict=True)]


def secondary_transcript(rng: random.Random, of: YearOfPupil) -> Transcript:
    """Draw one document. of.struggling fails learning or training; half of those pass the second assessment."""
    marks = _marks(rng, of)
    fate = _fate(rng, of)
    _bend(rng, marks, fails=fate in ("retake_passed", "retained"))
    training = _training(rng, of, fails=fate == "summer_training")
    learning = _learning(marks, fate)
    if of.period == "semester_1":
        learning, training = YearLevels(semester_1=learning.semester_1), YearLevels(semester_1=training.semester_1)
    band = _BAND[str(learning.semester_1)]
    return Transcript(
        absences=absences(rng),
        class_=of.class_name,
        grade=of.grade,
        learning=learning,
        period=of.period,
        regulation="TT22-2021",
        remarks=remark(rng, band),
        result=Result(completed=False) if of.period == "semester_1" else _result(of, marks, learning, training, fate),
        school=of.school,
        school_year=of.school_year,
        student=of.pupil.student,
        subjects=_subjects(rng, of, marks, fate),
        training=training,
        type="vn.hocba.transcript/1",
    )


def _marks(rng: random.Random, of: YearOfPupil) -> _Marks:
    shift = LOWER_SECONDARY_SHIFT if of.grade < 10 else UPPER_SECONDARY_SHIFT
    scored, commented = subjects_of(of.grade, of.choices)
    ability = of.pupil.ability
    first = [max(20, draw_tenths(rng, code, ability, shift)) for code in scored]
    second = [max(20, min(100, mark + int(rng.random() * 11) - 4)) for mark in first]
    return _Marks(scored, commented, first, second)


def subjects_of(grade: int, choices: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return scored and comment-only subjects of a grade."""
    if grade < 10:
        return codes.LOWER_SECONDARY
    scored = tuple(code for code in choices if code not in _COMMENT_SUBJECTS)
    commented = tuple(code for code in choices if code in _COMMENT_SUBJECTS)
    return codes.UPPER_SECONDARY_SCORED + scored, codes.UPPER_SECONDARY_COMMENT + commented


def _form_order(of: YearOfPupil) -> tuple[str, ...]:
    if of.grade < 10:
        return codes.LOWER_SECONDARY[0] + codes.LOWER_SECONDARY[1]
    return codes.UPPER_SECONDARY_SCORED + codes.UPPER_SECONDARY_COMMENT + of.choices


def _fate(rng: random.Random, of: YearOfPupil) -> Fate:
    if not of.struggling:
        return "passes"
    return rng.choice(("retake_passed", "retake_passed", "retained", "retained", "summer_training"))


def _bend(rng: random.Random, marks: _Marks, *, fails: bool) -> None:
    """Make both semesters and the year fail learning (half of the subjects under 5.0), or all three pass it."""
    if fails:
        for semester in (marks.semester_1, marks.semester_2):
            semester[: len(semester) // 2] = [36 + int(rng.random() * 12) for _ in range(len(semester) // 2)]
        return
    pairs = list(zip(marks.semester_1, marks.semester_2, strict=True))
    low = sorted((k for k, pair in enumerate(pairs) if min(pair) < 50), key=lambda k: pairs[k][0] + 2 * pairs[k][1])
    spare = len(pairs) - _SCORED_AT_5_MIN
    for place, k in enumerate(low):
        least = 35 if place < spare else 50 + int(rng.random() * 4)
        marks.semester_1[k], marks.semester_2[k] = max(least, pairs[k][0]), max(least, pairs[k][1])


def _training(rng: random.Random, of: YearOfPupil, *, fails: bool) -> YearLevels:
    first = _training_level(rng, of.pupil.ability)
    second = "CĐ" if fails else _training_level(rng, of.pupil.ability)
    year = training_of_year(first, second)
    return YearLevels(retake="Đ" if fails else UNSET, semester_1=first, semester_2=second, year=year)


def _training_level(rng: random.Random, ability: float) -> str:
    mark = rng.random() - 0.05 * ability
    return "T" if mark < 0.75 else "K" if mark < 0.95 else "Đ"


def _learning(marks: _Marks, fate: Fate) -> YearLevels:
    return YearLevels(
        retake="Đ" if fate == "retake_passed" else UNSET,
        semester_1=learning_level(marks.semester_1, 0),
        semester_2=learning_level(marks.semester_2, 0),
        year=learning_level(marks.year, 0),
    )


def _subjects(rng: random.Random, of: YearOfPupil, marks: _Marks, fate: Fate) -> tuple[Subject, ...]:
    rows = {}
    for code, one, two, whole in zip(marks.scored, marks.semester_1, marks.semester_2, marks.year, strict=True):
        retake = MARK_TEXTS[50 + int(rng.random() * 15)] if fate == "retake_passed" and whole < 50 else UNSET
        band = 2 if whole >= 80 else 1 if whole >= 50 else 0
        rows[code] = _scored(of, code, (one, two, whole), retake, subject_comment(rng, code, band))
    for code in marks.commented:
        rows[code] = _commented(of, code, subject_comment(rng, code, 1 + (rng.random() < 0.5)))
    return tuple(rows[code] for code in _form_order(of))


def _scored(of: YearOfPupil, code: str, tenths: tuple[int, int, int], retake: str | UnsetType, comment: str) -> Subject:
    one, two, whole = (MARK_TEXTS[t] for t in tenths)
    if of.period == "semester_1":
        return Subject(code=code, comment=comment, kind="score", semester_1=one)
    return Subject(
        code=code, comment=comment, kind="score", retake=retake, semester_1=one, semester_2=two, year=whole
    )  # fmt: skip


def _commented(of: YearOfPupil, code: str, comment: str) -> Subject:
    if of.period == "semester_1":
        return Subject(code=code, comment=comment, kind="comment", semester_1="Đ")
    return Subject(code=code, comment=comment, kind="comment", semester_1="Đ", semester_2="Đ", year="Đ")


def _result(of: YearOfPupil, marks: _Marks, learning: YearLevels, training: YearLevels, fate: Fate) -> Result:
    if fate == "retained":
        return Result(completed=False, promotion="retained")
    return Result(
        awards=_awards(marks.year, str(learning.year), str(training.year)) or UNSET,
        completed=True,
        programme_completed=True if of.grade in (9, 12) else UNSET,
        promotion="promoted",
    )


def _awards(year: Sequence[int], learning: str, training: str) -> tuple[str, ...]:
    """Danh hiệu, TT 22/2021, Điều 15 [secondary]."""
    if learning != "T" or training != "T":
        return ()
    return ("HSXS",) if sum(1 for mark in year if mark >= 90) >= 6 else ("HSG",)
