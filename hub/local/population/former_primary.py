"""Học bạ tiểu học theo TT 30/2014 và TT 22/2016: levels, year-end scores, four qualities, three competences [memory].

The former circular has no overall rating: a class is completed when nothing is left open.
"""

import random
from collections.abc import Callable
from types import MappingProxyType
from typing import Literal

from msgspec import UNSET

from hub.domain.transcript import Assessed, Result, Subject, Transcript
from hub.local.population import codes
from hub.local.population.comments import (
    COMMENTS_PER_BAND,
    absences,
    competence_comment,
    quality_comment,
    remark,
    subject_comment,
)
from hub.local.population.marks import MARK_TEXTS, PRIMARY_SHIFT, draw_tenths
from hub.local.population.year import YearOfPupil

__all__ = ["former_primary_transcript"]

_LAST_GRADE = 5
_NO_SCORE = -1
_QUALITY_OPEN_SHARE, _PROMOTED_OPEN_SHARE = 0.2, 0.4  # of struggling pupils [assumption]
_BAND = MappingProxyType({"T": 2, "H": 1, "C": 0})
Letter = Literal["T", "H", "C"]


def former_primary_transcript(rng: random.Random, of: YearOfPupil) -> Transcript:
    """Draw one document; of.struggling leaves one subject open, and every fifth time one quality."""
    subjects = tuple(
        _subject(rng, of, code, tested, n) for n, (code, tested) in enumerate(codes.FORMER_PRIMARY[of.grade])
    )
    good = 0.98 if of.pupil.ability > 0 else 0.9
    whole = of.period == "year"
    return Transcript(
        absences=absences(rng),
        class_=of.class_name,
        competences=_assessed(rng, codes.COMPETENCES_FORMER, good, competence_comment),
        grade=of.grade,
        period=of.period,
        qualities=_qualities(rng, of, good),
        regulation="TT30-2014",
        remarks=remark(rng, 0 if of.struggling else 1 + (of.pupil.ability > 0)),
        result=_result(rng, of) if whole else Result(completed=False),
        school=of.school,
        school_year=of.school_year,
        student=of.pupil.student,
        subjects=subjects,
        type="vn.hocba.transcript/1",
    )


def _subject(rng: random.Random, of: YearOfPupil, code: str, tested: bool, place: int) -> Subject:
    """Return one row; the first one of a struggling pupil is not completed."""
    score, level = _NO_SCORE, _untested(rng, of)
    if of.struggling and place == 0:
        score, level = 2 + int(rng.random() * 3), "C"
    elif tested:
        score = max(5, (draw_tenths(rng, code, of.pupil.ability, PRIMARY_SHIFT) + 5) // 10)
        level = "T" if score >= 8 else "H"
    written = score != _NO_SCORE and of.period == "year"
    return Subject(
        code=code,
        comment=subject_comment(rng, code, _BAND[level]),
        kind="level",
        level=level,
        score=MARK_TEXTS[score * 10] if written else UNSET,
    )


def _untested(rng: random.Random, of: YearOfPupil) -> Letter:
    return "T" if of.pupil.ability + 0.5 * rng.gauss(0.0, 1.0) > -0.6 else "H"


def _assessed(
    rng: random.Random, names: tuple[str, ...], good: float, comment_of: Callable[[int, int], str]
) -> tuple[Assessed, ...]:
    rows = []
    for name in names:
        level: Literal["T", "Đ"] = "T" if rng.random() < good else "Đ"
        number = int(rng.random() * COMMENTS_PER_BAND)
        rows.append(Assessed(code=name, comment=comment_of(number, 2 if level == "T" else 1), level=level))
    return tuple(rows)


def _qualities(rng: random.Random, of: YearOfPupil, good: float) -> tuple[Assessed, ...]:
    first, *others = _assessed(rng, codes.QUALITIES_FORMER, good, quality_comment)
    if of.struggling and rng.random() < _QUALITY_OPEN_SHARE:
        first = Assessed(code=first.code, comment=quality_comment(0, 0), level="C")
    return first, *others


def _result(rng: random.Random, of: YearOfPupil) -> Result:
    """An open year is repeated, or the headmaster lets the pupil go up all the same [memory]."""
    if of.struggling:
        up = rng.random() < _PROMOTED_OPEN_SHARE
        return Result(completed=False, promotion="promoted" if up else "retained")
    return Result(
        completed=True, programme_completed=True if of.grade == _LAST_GRADE else UNSET, promotion="promoted"
    )  # fmt: skip
