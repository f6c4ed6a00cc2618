"""Kết quả học tập học kì, cả năm và sau kiểm tra lại (Điều 9.2, 9.3): recomputed from the rows of a document.

Legal source: TT 22/2021, Điều 9.2, 9.3, 14 [secondary]. Not judged: a pupil with fewer than six scored subjects
(foreign programmes), a term in which a value or a required subject is missing. Exempt subjects do not count. Whether
electives count is open, and so is how far "one subject" reaches (Điều 9.3): a level that holds in any reading passes.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import UNSET

from hub.domain.marks import MARKS
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.tt22.learning_levels import (
    BANDS,
    SUBJECT_COUNT_MIN,
    Assessment,
    Counts,
    assess,
    band_of,
    counts_of,
)
from hub.domain.regulations.tt22.subjects import ELECTIVES, form_of, name_of
from hub.domain.transcript import Subject, Transcript, YearLevels

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
# A term's values as one number, so that its level is one look-up: each scored subject adds one in the place of its
# band, each comment-only subject with CĐ one in the last place. A value that is no result of its kind spoils the sum.
_PLACE = 6  # bits of a place: at most 63 subjects
_SPOILT = 1 << (_PLACE * (len(BANDS) + 1))
_ROWS_MAX = (1 << _PLACE) - 1
_WEIGHTS: dict[str, dict[object, int]] = {
    "score": {text: 1 << (_PLACE * band_of(mark)) for text, mark in MARKS.items()},
    "comment": {"Đ": 0, "CĐ": 1 << (_PLACE * len(BANDS))},
    "level": {},
}


@dataclass(frozen=True, slots=True)
class _Term:
    """One term of a document: its rows that count with their values, in order."""

    name: str
    values: tuple[tuple[Subject, str], ...]

    def counts(self, electives: bool = True) -> Counts:
        """Count the values, with or without electives."""
        rows = [(r, v) for r, v in self.values if electives or r.code not in ELECTIVES]
        marks = [MARKS[v] for r, v in rows if r.kind == "score"]
        return counts_of(marks, [v for r, v in rows if r.kind == "comment"])


def agrees(transcript: Transcript) -> bool:
    """Tell quickly that no stated level differs; False asks for `compute`."""
    levels = transcript.learning
    if levels is UNSET:
        return True
    one = two = year = 0
    for row in transcript.subjects:
        if row.exempt is True:
            continue
        weights = _WEIGHTS[row.kind]
        one += weights.get(row.semester_1, _SPOILT)
        two += weights.get(row.semester_2, _SPOILT)
        year += weights.get(row.year, _SPOILT)
    return (
        len(transcript.subjects) <= _ROWS_MAX
        and (levels.retake is UNSET or _holds(_retake_key(transcript), levels.retake))
        and _holds(one, levels.semester_1)
        and _holds(two, levels.semester_2)
        and _holds(year, levels.year)
    )


def _retake_key(transcript: Transcript) -> int:
    """Return the number of the term after re-assessment, where a new value replaces that of the year."""
    counted = (row for row in transcript.subjects if row.exempt is not True)
    return sum(_WEIGHTS[row.kind].get(row.year if row.retake is UNSET else row.retake, _SPOILT) for row in counted)


@functools.lru_cache(16384)
def _holds(key: int, stated: object) -> bool:
    """Tell whether the level of a term's number is the stated one, or there is nothing to compare."""
    if stated is UNSET or key >= _SPOILT:
        return True
    places = [(key >> (_PLACE * place)) & _ROWS_MAX for place in range(len(BANDS) + 1)]
    counts = Counts(tuple(places[:-1]), places[-1])
    return counts.total < SUBJECT_COUNT_MIN or stated == assess(counts).level


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield the level of every term that can be judged, that after re-assessment as well."""
    codes = frozenset([row.code for row in transcript.subjects])
    if not _whole(transcript.grade, codes):
        return
    levels = transcript.learning or YearLevels()
    for name in ("semester_1", "semester_2", "year"):
        term = _term(transcript, name)
        if term is not None:
            yield from _computed(term, getattr(levels, name))
    if levels.retake is not UNSET or _retaken(transcript):
        term = _term(transcript, "retake")
        if term is not None:
            yield from _computed(term, levels.retake)


def relearned(transcript: Transcript) -> str | None:
    """Return the level after re-assessment: the stated one, or the recomputed one where only rows state a retake."""
    levels = transcript.learning
    if levels is not UNSET and levels.retake is not UNSET:
        return levels.retake
    if not _retaken(transcript):
        return None
    return next((c.expected for c in compute(transcript) if c.path == "$.learning.retake"), None)


def _retaken(transcript: Transcript) -> bool:
    return any(row.retake is not UNSET for row in transcript.subjects)


@functools.lru_cache(4096)
def _whole(grade: int, codes: frozenset[str]) -> bool:
    """Tell whether the required and chosen subjects are there; a subject that is missing could decide the level."""
    form = form_of(grade)
    return form.required <= codes and (not form.choice or len(form.choice & codes) >= form.choice_count)


def _term(transcript: Transcript, name: str) -> _Term | None:
    values = []
    for row in transcript.subjects:
        if row.exempt is True:
            continue
        value = getattr(row, name)
        if name == "retake" and value is UNSET:
            value = row.year
        if value not in _WEIGHTS[row.kind]:
            return None
        values.append((row, str(value)))
    return _Term(name, tuple(values))


def _computed(term: _Term, stated: object) -> Iterator[Computed]:
    counts = term.counts()
    if counts.total < SUBJECT_COUNT_MIN:
        return
    result = assess(counts)
    said = stated if isinstance(stated, str) else None
    yield Computed(
        code="LEARNING_DIFFERS",
        path=f"$.learning.{term.name}",
        name=_TERMS[term.name],
        inputs=tuple((name_of(row.code), value) for row, value in term.values),
        formula=_FORMULA,
        working=_working(term, counts, result),
        expected=said if said is not None and said in _accepted(term, result) else result.level,
        stated=said,
    )


def _accepted(term: _Term, result: Assessment) -> frozenset[str]:
    """Return every level that some reading gives: electives counted or not, Điều 9.3 wide or narrow."""
    without = term.counts(electives=False)
    other = assess(without) if without.total >= SUBJECT_COUNT_MIN else result
    return frozenset({result.level, result.strict, other.level, other.strict})


def _working(term: _Term, counts: Counts, result: Assessment) -> str:
    scored = [(row, value) for row, value in term.values if row.kind == "score"]
    lowest, least = min(scored, key=lambda pair: MARKS[pair[1]])
    reached = ", ".join(f"{counts.from_mark(mark)} môn ≥ {mark}" for mark in BANDS[:-1])
    text = (
        f"{counts.total} môn điểm: {reached}, thấp nhất {least} ({name_of(lowest.code)}); "
        f"môn nhận xét CĐ: {counts.failed} ⇒ {result.plain}"
    )
    if result.without is None:
        return text
    return f"{text}; nếu không do một môn ({_culprits(term, result)}) thì đạt {result.without} ⇒ {result.level}"


def _culprits(term: _Term, result: Assessment) -> str:
    """Name the subjects any one of which holds the level down."""
    names = [
        f"{name_of(row.code)} {value}"
        for row, value in term.values
        if (band_of(MARKS[value]) if row.kind == "score" else -1 if value == "CĐ" else None) in result.culprits
    ]
    return " hoặc ".join(names)
