"""Học bạ THCS, THPT theo TT 58/2011 và TT 26/2020: học lực, hạnh kiểm, danh hiệu, promotion [secondary, memory]."""

import random
from types import MappingProxyType

from msgspec import UNSET

from hub.domain.transcript import Result, Transcript, YearLevels
from hub.local.population.comments import absences, absences_over, remark
from hub.local.population.fates import Fate, draw_fate
from hub.local.population.former_marks import former_level, former_titles
from hub.local.population.marks import MARK_TEXTS
from hub.local.population.secondary_marks import (
    YearMarks,
    draw_marks,
    fail_half,
    one_far_below,
    pass_all,
    weak_first_semester,
)
from hub.local.population.secondary_rows import subject_rows
from hub.local.population.year import YearOfPupil

__all__ = ["former_secondary_transcript"]

_BAND = MappingProxyType({"G": 2, "K": 2, "TB": 1, "Y": 0, "KEM": 0})
_ODD_SHARE = 0.01
_LEADING = ("VAN", "TOAN", "NN1")
_LEADING_LEAST, _EVERY_LEAST = 52, 36  # tenths; with these and six subjects from 5.0 the average is lifted too
_PASSING = ("G", "K", "TB")


def former_secondary_transcript(rng: random.Random, of: YearOfPupil) -> Transcript:
    """Draw one document; the fates are those of TT 22/2021: the former circular knows the same ways out of a year."""
    fate = draw_fate(rng, struggling=of.struggling)
    marks = draw_marks(rng, of)
    _bend(rng, marks, fate)
    retakes = _retakes(rng, marks, fate)
    learning, conduct = _learning(marks, retakes), _conduct(rng, of, fate)
    if of.period == "semester_1":
        learning, conduct = YearLevels(semester_1=learning.semester_1), YearLevels(semester_1=conduct.semester_1)
    return Transcript(
        absences=absences_over(rng) if fate is Fate.ABSENT else absences(rng),
        class_=of.class_name,
        conduct=conduct,
        grade=of.grade,
        learning=learning,
        period=of.period,
        regulation="TT58-2011",
        remarks=remark(rng, _BAND[str(learning.semester_1)]),
        result=Result(completed=False) if of.period == "semester_1" else _result(of, learning, conduct, fate),
        school=of.school,
        school_year=of.school_year,
        student=of.pupil.student,
        subjects=subject_rows(rng, of, marks, retakes),
        type="vn.hocba.transcript/1",
    )


def _bend(rng: random.Random, marks: YearMarks, fate: Fate) -> None:
    if fate.fails_marks:
        fail_half(rng, marks)
        _lead(marks, 48, at_most=True)  # none of the three leads, or the average alone might pass
        return
    pass_all(rng, marks)
    _lead(marks, _LEADING_LEAST, at_most=False)
    if fate is Fate.RETAKE_COMMENT_PASSED:
        marks.failed_2 = frozenset(marks.commented[:1])
    if fate is not Fate.PASSES:
        return
    odd = int(rng.random() / _ODD_SHARE)
    if odd == 0:
        weak_first_semester(marks, _passes)
    elif odd == 1:
        one_far_below(rng, marks, _passes)
    elif odd == 2:
        marks.failed_1 = frozenset(marks.commented[-1:])


def _lead(marks: YearMarks, limit: int, *, at_most: bool) -> None:
    """Hold Toán, Ngữ văn and Ngoại ngữ under a limit, or lift them to it and all others to what Trung bình asks."""
    for semester in (marks.semester_1, marks.semester_2):
        for k, code in enumerate(marks.scored):
            if code in _LEADING:
                semester[k] = min(limit, semester[k]) if at_most else max(limit, semester[k])
            elif not at_most:
                semester[k] = max(50 if k < 8 else _EVERY_LEAST, semester[k])
    marks.changed()


def _level(marks: YearMarks, tenths: list[int], failed: int) -> str:
    leading = [mark for code, mark in zip(marks.scored, tenths, strict=True) if code in _LEADING]
    return former_level(tenths, leading, failed)


def _passes(marks: YearMarks) -> bool:
    return _level(marks, marks.year, 0) in _PASSING


def _retakes(rng: random.Random, marks: YearMarks, fate: Fate) -> dict[str, str]:
    if fate is Fate.RETAKE_COMMENT_PASSED:
        return dict.fromkeys(marks.failed_2, "Đ")
    if fate not in (Fate.RETAKE_PASSED, Fate.RETAKE_FAILED):
        return {}
    least = 58 if fate is Fate.RETAKE_PASSED else 30
    failed = (code for code, whole in zip(marks.scored, marks.year, strict=True) if whole < 50)
    return {code: MARK_TEXTS[least + int(rng.random() * 10)] for code in failed}


def _learning(marks: YearMarks, retakes: dict[str, str]) -> YearLevels:
    final = [
        MARK_TEXTS.index(retakes[code]) if code in retakes else whole
        for code, whole in zip(marks.scored, marks.year, strict=True)
    ]
    left = len(marks.failed_2 - retakes.keys())
    return YearLevels(
        retake=_level(marks, final, left) if retakes else UNSET,
        semester_1=_level(marks, marks.semester_1, len(marks.failed_1)),
        semester_2=_level(marks, marks.semester_2, len(marks.failed_2)),
        year=_level(marks, marks.year, len(marks.failed_2)),
    )


def _conduct(rng: random.Random, of: YearOfPupil, fate: Fate) -> YearLevels:
    """Hạnh kiểm of the year follows semester II, as schools mostly decide [memory]."""
    first, second = (_conduct_level(rng, of.pupil.ability) for _ in range(2))
    second = "Y" if fate.fails_training else "K" if fate is Fate.ABSENT else second
    retake = {Fate.SUMMER_PASSED: "TB", Fate.SUMMER_FAILED: "Y"}.get(fate, UNSET)
    return YearLevels(retake=retake, semester_1=first, semester_2=second, year=second)


def _conduct_level(rng: random.Random, ability: float) -> str:
    mark = rng.random() - 0.05 * ability
    return "T" if mark < 0.78 else "K" if mark < 0.96 else "TB"


def _result(of: YearOfPupil, learning: YearLevels, conduct: YearLevels, fate: Fate) -> Result:
    if fate is Fate.RETAKE_PENDING:
        return Result(completed=False, promotion="retake")
    if fate is Fate.SUMMER_PENDING:
        return Result(completed=False, promotion="summer_training")
    if not fate.promoted:
        return Result(completed=False, promotion="retained")
    return Result(
        awards=former_titles(str(learning.year), str(conduct.year)) or UNSET,
        completed=True,
        programme_completed=True if of.grade in (9, 12) else UNSET,
        promotion="promoted",
    )
