"""Kết quả học tập học kì, cả năm và sau kiểm tra lại (Điều 9.2, 9.3): recomputed from the rows of a document.

Legal source: TT 22/2021, Điều 9.2, 9.3, 14 [secondary]. Not judged: a pupil with fewer than six scored subjects
(foreign programmes). Whether electives count is open, and so is how far "one subject" reaches (Điều 9.3): a level that
holds in any reading passes. While a result is missing, every level passes that the missing one could still lead to.
"""

import functools
from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.marks import MARKS
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.tt22.learning_levels import BANDS, Assessment, assess, band_of
from hub.domain.regulations.tt22.learning_readings import accepted, told
from hub.domain.regulations.tt22.learning_terms import ROW_COUNT_MAX, Term, keys_of, results_of, retake_key, term_of
from hub.domain.regulations.tt22.subjects import name_of
from hub.domain.transcript import Transcript, YearLevels

__all__ = ["agrees", "compute", "relearned"]

_TERMS = {
    "semester_1": "Kết quả học tập HK I",
    "semester_2": "Kết quả học tập HK II",
    "year": "Kết quả học tập cả năm",
    "retake": "Kết quả học tập sau kiểm tra lại",
}
_FORMULA = (
    "T: mọi môn nhận xét Đ, mọi môn ≥ 6.5, ít nhất 6 môn ≥ 8.0; K: mọi môn nhận xét Đ, mọi môn ≥ 5.0, ít nhất 6 môn "
    "≥ 6.5; Đ: nhiều nhất 1 môn nhận xét CĐ, ít nhất 6 môn ≥ 5.0, không môn nào < 3.5; còn lại CĐ (Điều 9.2). Thấp "
    "xuống từ 2 mức so với T hoặc K chỉ do một môn thì lên một mức (Điều 9.3)"
)


def agrees(transcript: Transcript) -> bool:
    """Tell quickly that no stated level differs; False asks for `compute`."""
    levels = transcript.learning
    if levels is UNSET:
        return True
    one, two, year = keys_of(transcript)
    return (
        len(transcript.subjects) <= ROW_COUNT_MAX
        and (levels.retake is UNSET or _holds(retake_key(transcript), levels.retake))
        and _holds(one, levels.semester_1)
        and _holds(two, levels.semester_2)
        and _holds(year, levels.year)
    )


@functools.lru_cache(16384)
def _holds(key: int, stated: object) -> bool:
    """Tell whether the stated level is one that a term's number allows, or there is nothing to compare."""
    if stated is UNSET:
        return True
    results = results_of(key)
    return not results.is_judged or stated in accepted(results)


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield the level of every term that can be judged, that after re-assessment as well."""
    levels = transcript.learning or YearLevels()
    for name in ("semester_1", "semester_2", "year"):
        yield from _computed(term_of(transcript, name), getattr(levels, name))
    if levels.retake is not UNSET or _retaken(transcript):
        yield from _computed(term_of(transcript, "retake"), levels.retake)


def relearned(transcript: Transcript) -> frozenset[str]:
    """Return the levels that re-assessment may have led to: the stated one, or every one that the rows allow.

    Empty where none took place.
    """
    levels = transcript.learning
    if levels is not UNSET and levels.retake is not UNSET:
        return frozenset({levels.retake})
    return term_of(transcript, "retake").accepted if _retaken(transcript) else frozenset()


def _retaken(transcript: Transcript) -> bool:
    return any(row.retake is not UNSET for row in transcript.subjects)


def _computed(term: Term, stated: object) -> Iterator[Computed]:
    if not term.results.is_judged:
        return
    levels, said = term.accepted, stated if isinstance(stated, str) else None
    result = assess(term.results.known())
    right = result.level if term.results.is_whole else told(levels)
    yield Computed(
        code="LEARNING_DIFFERS",
        path=f"$.learning.{term.name}",
        name=_TERMS[term.name],
        inputs=(*((name_of(row.code), value) for row, value in term.values), *((name, "?") for name in term.missing)),
        formula=_FORMULA,
        working=_working(term, result),
        expected=said if said is not None and said in levels else right,
        stated=said,
    )


def _working(term: Term, result: Assessment) -> str:
    if not term.results.is_whole:
        lacking = ", ".join(term.missing)
        return f"{_counted(term)}; còn thiếu {lacking}: tùy kết quả còn thiếu, xếp được {told(term.accepted)}"
    text = f"{_counted(term)} ⇒ {result.plain}"
    if result.without is None:
        return text
    return f"{text}; nếu không do một môn ({_culprits(term, result)}) thì đạt {result.without} ⇒ {result.level}"


def _counted(term: Term) -> str:
    """Return the numbers on which the level rests: "8 môn điểm: 7 môn ≥ 8.0, …, thấp nhất 4.9 (Toán); …"."""
    counts = term.results.known()
    scored = [(row, value) for row, value in term.values if value in MARKS]
    lowest, least = min(scored, key=lambda pair: MARKS[pair[1]])
    reached = ", ".join(f"{counts.from_mark(mark)} môn ≥ {mark}" for mark in BANDS[:-1])
    return (
        f"{counts.total} môn điểm: {reached}, thấp nhất {least} ({name_of(lowest.code)}); "
        f"môn nhận xét CĐ: {counts.failed}"
    )


def _culprits(term: Term, result: Assessment) -> str:
    """Name the subjects any one of which holds the level down."""
    names = [
        f"{name_of(row.code)} {value}"
        for row, value in term.values
        if (band_of(MARKS[value]) if value in MARKS else -1 if value == "CĐ" else None) in result.culprits
    ]
    return " hoặc ".join(names)
