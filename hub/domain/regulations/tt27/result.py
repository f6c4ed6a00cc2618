"""Hoàn thành chương trình, lên lớp, khen thưởng: whether the result of a primary year agrees with its rating.

Legal source: TT 27/2020, Điều 9, 11, 13 [assumed]; Luật Giáo dục 43/2019, Điều 34 [text] for the level completed.
Everything here starts from the rating that the document states: a wrong rating is told once, by its own rule. A
pupil with a disability has a plan of their own, and the headmaster decides: nothing is compared [assumed].
"""

import functools
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET, UnsetType

from hub.domain.findings import Finding, finding
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.promotion import COMPLETION_NAMES, primary_promotion
from hub.domain.transcript import Transcript

__all__ = ["check_result", "compute_result"]

_LAST_GRADE = 5
_GIVEN = {True: "có", False: "không"}


class _Year(NamedTuple):
    """What the result of a year follows from, and the result itself; few enough to remember."""

    rating: str | UnsetType
    completed: bool
    promotion: str | UnsetType
    awards: tuple[str, ...] | UnsetType


def check_result(transcript: Transcript) -> Iterator[Finding]:
    """Judge completion, promotion and awards of a primary year document."""
    year = _year(transcript)
    if year is None:
        return
    yield from _differences(year)
    if transcript.grade == _LAST_GRADE:
        yield from _programme(transcript)


def compute_result(transcript: Transcript) -> Iterator[Computed]:
    """Tell completion, promotion and the awards that follow from the rating, each where the rating is stated."""
    year = _year(transcript)
    if year is not None:
        yield from _computed(year)


def _year(transcript: Transcript) -> _Year | None:
    if transcript.period != "year" or transcript.student.disability_exempt is True:
        return None
    result = transcript.result
    return _Year(transcript.rating, result.completed, result.promotion, result.awards)


@functools.lru_cache(1024)
def _differences(year: _Year) -> tuple[Finding, ...]:
    return tuple(c.finding() for c in _computed(year) if not c.agrees)


def _computed(year: _Year) -> Iterator[Computed]:
    if year.rating is not UNSET:
        yield _completion(year.rating, year.completed)
    yield primary_promotion(year.completed, year.promotion, "PROMOTION_DIFFERS")
    if year.rating is not UNSET:
        yield _excellent(year.rating, year.awards)
        if year.awards and "HSTB" in year.awards:
            yield _exemplary(year.rating)


def _completion(rating: str, completed: bool) -> Computed:
    """Điều 9: hoàn thành chương trình lớp học ⇔ HTXS, HTT or HT [assumed]."""
    expected = COMPLETION_NAMES[rating != "CHT"]
    return Computed(
        code="COMPLETION_DIFFERS",
        path="$.result.completed",
        name="Hoàn thành chương trình lớp học",
        inputs=(("Đánh giá kết quả giáo dục", rating),),
        formula="HTXS, HTT hoặc HT ⇔ hoàn thành; CHT ⇔ chưa hoàn thành",
        working=f"{rating} ⇒ {expected}",
        expected=expected,
        stated=COMPLETION_NAMES[completed],
    )


def _excellent(rating: str, awards: tuple[str, ...] | UnsetType) -> Computed:
    """Điều 13: Học sinh Xuất sắc ⇔ HTXS [assumed]. A document without a list of awards says nothing about it."""
    earned, listed = rating == "HTXS", "HSXS" in (awards or ())
    silent = awards is UNSET or (awards and not listed)  # any other award that is listed has its own finding
    return Computed(
        code="AWARD_MISSING" if earned else "AWARD_NOT_EARNED",
        path="$.result.awards",
        name="Học sinh Xuất sắc",
        inputs=(("Đánh giá kết quả giáo dục", rating),),
        formula="Học sinh Xuất sắc ⇔ HTXS",
        working=f"{rating} ⇒ {_GIVEN[earned]}",
        expected=_GIVEN[earned],
        stated=None if silent else _GIVEN[listed],
    )


def _exemplary(rating: str) -> Computed:
    """Điều 13: Học sinh Tiêu biểu presupposes HTT [assumed]; who among them is, the class judges, never a program."""
    earned = rating == "HTT"
    return Computed(
        code="AWARD_NOT_EARNED",
        path="$.result.awards",
        name="Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện",
        inputs=(("Đánh giá kết quả giáo dục", rating),),
        formula="điều kiện cần: HTT; việc bình xét do lớp và nhà trường",
        working=f"{rating} ⇒ {'đủ điều kiện' if earned else 'không đủ điều kiện'}",
        expected=_GIVEN[earned],
        stated=_GIVEN[True],
    )


def _programme(transcript: Transcript) -> Iterator[Finding]:
    """Luật Giáo dục, Điều 34: the headmaster confirms primary school in the học bạ of grade 5 [secondary]."""
    if transcript.result.completed and transcript.result.programme_completed is not True:
        yield finding("PROGRAMME_COMPLETED_MISSING", "$.result.programme_completed")
