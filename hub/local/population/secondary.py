"""Học bạ THCS, THPT theo TT 22/2021: semester and year averages, kết quả học tập, rèn luyện, promotion, awards."""

import random
from collections.abc import Sequence
from types import MappingProxyType

from msgspec import UNSET

from hub.domain.transcript import Result, Transcript, YearLevels
from hub.local.population.comments import absences, absences_over, remark
from hub.local.population.fates import Fate, draw_fate
from hub.local.population.marks import MARK_TEXTS, learning_level, training_of_year
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

__all__ = ["secondary_transcript"]

_BAND = MappingProxyType({"T": 2, "K": 2, "Đ": 1, "CĐ": 0})
_ODD_SHARE = 0.01  # of those who pass, for each of the odd cases
_LAST_GRADES = (9, 12)
_PASS_MARK = 50


def secondary_transcript(rng: random.Random, of: YearOfPupil) -> Transcript:
    """Draw one document. of.struggling fails learning, training or attendance in the first round."""
    fate = draw_fate(rng, struggling=of.struggling)
    marks = draw_marks(rng, of)
    _bend(rng, of, marks, fate)
    retakes = _retakes(rng, marks, fate)
    learning, training = _learning(marks, retakes), _training(rng, of, fate)
    if of.period == "semester_1":
        learning, training = YearLevels(semester_1=learning.semester_1), YearLevels(semester_1=training.semester_1)
    missed = absences_over(rng) if fate is Fate.ABSENT else absences(rng)
    return Transcript(
        absences=missed,
        class_=of.class_name,
        grade=of.grade,
        learning=learning,
        period=of.period,
        regulation="TT22-2021",
        remarks=remark(rng, _BAND[str(learning.semester_1)]),
        result=Result(completed=False) if of.period == "semester_1" else _result(of, marks, learning, training, fate),
        school=of.school,
        school_year=of.school_year,
        student=of.pupil.student,
        study_topics=of.study_topics or UNSET,
        subjects=subject_rows(rng, of, marks, retakes),
        training=training,
        type="vn.hocba.transcript/1",
    )


def _bend(rng: random.Random, of: YearOfPupil, marks: YearMarks, fate: Fate) -> None:
    """Make the marks fit the fate; of those who pass, a few get one of the odd cases."""
    if fate.fails_marks:
        fail_half(rng, marks)
        return
    pass_all(rng, marks)
    if fate is Fate.RETAKE_COMMENT_PASSED:
        marks.failed_2 = frozenset(marks.commented[:2])
    if fate is not Fate.PASSES:
        return
    odd = int(rng.random() / _ODD_SHARE)
    if odd == 0:
        weak_first_semester(marks, _passes)
    elif odd == 1:
        one_far_below(rng, marks, _passes)
    elif odd == 2:
        marks.failed_1 = frozenset(marks.commented[-1:])
    elif odd == 3 and of.grade not in _LAST_GRADES:  # completing a level asks for Đạt in every subject
        marks.failed_2 = frozenset(marks.commented[-2:-1])


def _passes(marks: YearMarks) -> bool:
    return learning_level(marks.year, len(marks.failed_2)) != "CĐ"


def _retakes(rng: random.Random, marks: YearMarks, fate: Fate) -> dict[str, str]:
    """Return the results of the second assessment: every subject under 5.0, every comment subject not reached."""
    if fate is Fate.RETAKE_COMMENT_PASSED:
        return dict.fromkeys(marks.failed_2, "Đ")
    if fate not in (Fate.RETAKE_PASSED, Fate.RETAKE_FAILED):
        return {}
    least = _PASS_MARK if fate is Fate.RETAKE_PASSED else 30
    failed = (code for code, whole in zip(marks.scored, marks.year, strict=True) if whole < _PASS_MARK)
    return {code: MARK_TEXTS[least + int(rng.random() * 15)] for code in failed}


def _learning(marks: YearMarks, retakes: dict[str, str]) -> YearLevels:
    return YearLevels(
        retake=_after_retake(marks, retakes) if retakes else UNSET,
        semester_1=learning_level(marks.semester_1, len(marks.failed_1)),
        semester_2=learning_level(marks.semester_2, len(marks.failed_2)),
        year=learning_level(marks.year, len(marks.failed_2)),
    )


def _after_retake(marks: YearMarks, retakes: dict[str, str]) -> str:
    pairs = zip(marks.scored, marks.year, strict=True)
    final = [MARK_TEXTS.index(retakes[code]) if code in retakes else whole for code, whole in pairs]
    return learning_level(final, len(marks.failed_2 - retakes.keys()))


def _training(rng: random.Random, of: YearOfPupil, fate: Fate) -> YearLevels:
    ability = of.pupil.ability
    first = _training_level(rng, ability)
    drawn = _training_level(rng, ability)
    second = "CĐ" if fate.fails_training else "K" if fate is Fate.ABSENT else "Đ" if drawn == "CĐ" else drawn
    year = training_of_year(first, second)
    retake = {Fate.SUMMER_PASSED: "Đ", Fate.SUMMER_FAILED: "CĐ"}.get(fate, UNSET)
    return YearLevels(retake=retake, semester_1=first, semester_2=second, year=year)


def _training_level(rng: random.Random, ability: float) -> str:
    mark = rng.random() - 0.05 * ability
    return "T" if mark < 0.75 else "K" if mark < 0.95 else "Đ" if mark < 1.09 else "CĐ"


def _result(of: YearOfPupil, marks: YearMarks, learning: YearLevels, training: YearLevels, fate: Fate) -> Result:
    if fate is Fate.RETAKE_PENDING:
        return Result(completed=False, promotion="retake")
    if fate is Fate.SUMMER_PENDING:
        return Result(completed=False, promotion="summer_training")
    if not fate.promoted:
        return Result(completed=False, promotion="retained")
    return Result(
        awards=_awards(marks.year, str(learning.year), str(training.year)) or UNSET,
        completed=True,
        programme_completed=True if of.grade in _LAST_GRADES else UNSET,
        promotion="promoted",
    )


def _awards(year: Sequence[int], learning: str, training: str) -> tuple[str, ...]:
    """Danh hiệu, TT 22/2021, Điều 15 [secondary]."""
    if learning != "T" or training != "T":
        return ()
    return ("HSXS",) if sum(1 for mark in year if mark >= 90) >= 6 else ("HSG",)
