"""Học bạ tiểu học theo TT 27/2020: levels, scores, phẩm chất, năng lực and a rating that agrees with them."""

import random
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import cache
from types import MappingProxyType
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

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

__all__ = ["primary_transcript", "rating_of"]

Letter = Literal["T", "H", "C"]
Level = Literal["T", "Đ", "C"]
Rating = Literal["HTXS", "HTT", "HT", "CHT"]
_AWARDS = MappingProxyType({"HTXS": ("HSXS",), "HTT": ("HSTB",)})
_BAND = MappingProxyType({"T": 2, "H": 1, "Đ": 1, "C": 0})
_CLASS_RECOGNISES_SHARE = 0.5  # of HTT; a human judgement (Điều 13), so chance decides here
_CAUGHT_UP_SHARE = 0.4  # of struggling pupils: complete the class after further support (đánh giá bổ sung)
_PROMOTED_OPEN_SHARE = 0.4  # of those who do not: promoted without completion
_BAND_OF_RATING = MappingProxyType({"HTXS": 2, "HTT": 2, "HT": 1, "CHT": 0})
_NO_SCORE = -1


def primary_transcript(rng: random.Random, of: YearOfPupil) -> Transcript:
    """Draw one document; nothing lies under H, Đ and 5 unless a struggling pupil has not caught up by the summer."""
    open_ = of.struggling and rng.random() >= _CAUGHT_UP_SHARE
    subjects, letters, scores = _subjects(rng, of, open_=open_)
    qualities, competences = _assessments(rng, of, open_=open_)
    levels = {item.level for item in (*qualities, *competences)}
    rating = rating_of(letters, levels, scores)
    whole = of.period == "year"
    plain = of.pupil.student.disability_exempt is not True
    return Transcript(
        absences=absences(rng),
        class_=of.class_name,
        competences=competences,
        grade=of.grade,
        period=of.period,
        qualities=qualities,
        rating=rating if whole and plain else UNSET,
        regulation="TT27-2020",
        remarks=remark(rng, _BAND_OF_RATING[rating]),
        result=_result(rng, of, rating, rated=plain) if whole else Result(completed=False),
        school=of.school,
        school_year=of.school_year,
        student=of.pupil.student,
        subjects=subjects if plain else _of_own_plan(subjects),
        type="vn.hocba.transcript/1",
    )


def rating_of(letters: AbstractSet[str], levels: AbstractSet[str], scores: AbstractSet[int]) -> Rating:
    """Đánh giá kết quả giáo dục, TT 27/2020, Điều 9: letters of subjects, levels of phẩm chất and năng lực."""
    least = min(scores, default=10)
    if letters == {"T"} and levels == {"T"} and least >= 7:
        return "HTXS" if least >= 9 else "HTT"
    return "HT" if "C" not in letters | levels and least >= 5 else "CHT"


def _subjects(rng: random.Random, of: YearOfPupil, *, open_: bool) -> tuple[tuple[Subject, ...], set[Letter], set[int]]:
    ability = of.pupil.ability
    rows: list[Subject] = []
    letters: set[Letter] = set()
    scores: set[int] = set()
    weak = open_
    for code, tested in _grid(of.grade, of.joined_informatics, of.elective):
        if tested:
            score = _score(rng, code, ability, weak=weak)
            letter: Letter = "C" if score < 5 else "T" if score >= 8 or (score == 7 and rng.random() < 0.5) else "H"
            scores.add(score)
        else:
            score = _NO_SCORE
            letter = "T" if ability + 0.5 * rng.gauss(0.0, 1.0) > -0.9 and not of.struggling else "H"
        weak = False
        letters.add(letter)
        rows.append(_subject(code, letter, score, subject_comment(rng, code, _BAND[letter])))
    return tuple(rows), letters, scores


@cache
def _grid(grade: int, joined: bool, elective: str) -> tuple[tuple[str, bool], ...]:
    """Return (subject, has a test) with the elective of the class: Ngoại ngữ 1 third, Tiếng dân tộc last."""
    rows = codes.PRIMARY[grade, joined]
    if elective == "NN1" and grade < 3:
        return (*rows[:2], ("NN1", False), *rows[2:])
    return (*rows, ("TDT", False)) if elective == "TDT" else rows


def _of_own_plan(rows: tuple[Subject, ...]) -> tuple[Subject, ...]:
    """A pupil with a disability: no test scores, exempt from physical education, and no foreign language."""
    return tuple(
        Subject(code=row.code, exempt=True, kind="level")
        if row.code == "GDTC"
        else msgspec.structs.replace(row, score=UNSET)
        for row in rows
        if row.code != "NN1"
    )


def _score(rng: random.Random, code: str, ability: float, *, weak: bool) -> int:
    if weak:
        return 2 + int(rng.random() * 3)
    return max(5, (draw_tenths(rng, code, ability, PRIMARY_SHIFT) + 5) // 10)


def _subject(code: str, letter: Letter, score: int, comment: str) -> Subject:
    mark: str | UnsetType = UNSET if score == _NO_SCORE else MARK_TEXTS[score * 10]
    return Subject(code=code, comment=comment, kind="level", level=letter, score=mark)


def _assessments(
    rng: random.Random, of: YearOfPupil, *, open_: bool
) -> tuple[tuple[Assessed, ...], tuple[Assessed, ...]]:
    """Every fifth pupil whose year is open needs to try harder (C) in some of them."""
    ability, chance = of.pupil.ability, rng.random
    good = 0.995 if ability > 0.0 else 0.96 if ability > -0.8 else 0.7
    other: Level = "C" if open_ and chance() < 0.2 else "Đ"
    competences = codes.COMPETENCES_ALL if of.grade >= 3 else codes.COMPETENCES_LOWER

    def drawn(of_code: Callable[[str, Level, int], Assessed], names: tuple[str, ...]) -> tuple[Assessed, ...]:
        return tuple([of_code(n, "T" if chance() < good else other, int(chance() * COMMENTS_PER_BAND)) for n in names])

    return drawn(_quality, codes.QUALITIES), drawn(_competence, competences)


@cache
def _quality(code: str, level: Level, number: int) -> Assessed:
    return Assessed(code=code, comment=quality_comment(number, _BAND[level]), level=level)


@cache
def _competence(code: str, level: Level, number: int) -> Assessed:
    return Assessed(code=code, comment=competence_comment(number, _BAND[level]), level=level)


def _result(rng: random.Random, of: YearOfPupil, rating: Rating, *, rated: bool) -> Result:
    """An open year is repeated, or the headmaster lets the pupil go up all the same (Điều 11 [memory])."""
    if rated and rating == "CHT":
        up = rng.random() < _PROMOTED_OPEN_SHARE
        return Result(completed=False, promotion="promoted" if up else "retained")
    awarded = rated and (rating == "HTXS" or (rating == "HTT" and rng.random() < _CLASS_RECOGNISES_SHARE))
    return Result(
        awards=_AWARDS[rating] if awarded else UNSET,
        completed=True,
        programme_completed=True if of.grade == 5 else UNSET,
        promotion="promoted",
    )
