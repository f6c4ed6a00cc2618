"""Danh hiệu Học sinh Xuất sắc, Học sinh Giỏi (Điều 15): whether an award that a document states is earned.

Legal source: TT 22/2021, Điều 15 [secondary]. The headmaster gives awards: one that is earned and not stated is no
fault, and is only shown by `compute`. Electives count among the subjects at 9.0 [assumed, to the pupil's favour].
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import UNSET

from hub.domain.marks import MARKS
from hub.domain.regulations.computed import Computed, listed
from hub.domain.regulations.stated import level_of
from hub.domain.transcript import Transcript

__all__ = ["agrees", "compute", "earned"]

_EXCELLENT_MARK = Decimal("9.0")
_EXCELLENT_COUNT_MIN = 6
_NAMES = {"HSXS": "Học sinh Xuất sắc", "HSG": "Học sinh Giỏi"}
_FORMULAS = {
    "HSXS": f"rèn luyện T, học tập T, ít nhất {_EXCELLENT_COUNT_MIN} môn có ĐTB cả năm ≥ {_EXCELLENT_MARK}",
    "HSG": "rèn luyện T, học tập T",
}


def earned(learning: str, training: str, excellent_count: int) -> tuple[str, ...]:
    """Return the awards whose conditions hold, the higher first: levels of the year, subjects at 9.0 or more."""
    if learning != "T" or training != "T":
        return ()
    return ("HSXS", "HSG") if excellent_count >= _EXCELLENT_COUNT_MIN else ("HSG",)


def agrees(transcript: Transcript) -> bool:
    """Tell quickly that every stated award is earned; False asks for `compute`."""
    awards = transcript.result.awards
    if awards is UNSET:
        return True
    learning, training = level_of(transcript.learning), level_of(transcript.training)
    if learning is None or training is None:
        return True
    got = earned(learning, training, _excellent(transcript) if "HSXS" in awards else 0)
    return all(award in got for award in awards if award in _NAMES)


def _excellent(transcript: Transcript) -> int:
    """Count the scored subjects of the pupil whose year average is 9.0 or more."""
    marks = (MARKS.get(str(row.year)) for row in transcript.subjects if row.kind == "score" and row.exempt is not True)
    return sum(1 for mark in marks if mark is not None and mark >= _EXCELLENT_MARK)


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield each stated award with its conditions; where none is stated, the highest that is earned, if any."""
    learning, training = level_of(transcript.learning), level_of(transcript.training)
    if learning is None or training is None or transcript.period != "year":
        return
    count = _excellent(transcript)
    got = earned(learning, training, count)
    facts = (("Rèn luyện", training), ("Học tập", learning), (f"Số môn ≥ {_EXCELLENT_MARK}", str(count)))
    if transcript.result.awards is UNSET:
        yield from (_computed(award, "$.result.awards", facts, award, None) for award in got[:1])
        return
    for index, award in enumerate(transcript.result.awards):
        if award in _NAMES:
            expected = award if award in got else (got or ("–",))[0]
            yield _computed(award, f"$.result.awards[{index}]", facts, expected, award)


def _computed(award: str, path: str, facts: tuple[tuple[str, str], ...], expected: str, stated: str | None) -> Computed:
    return Computed(
        code="AWARD_NOT_EARNED_SECONDARY",
        path=path,
        name=_NAMES[award],
        inputs=facts,
        formula=_FORMULAS[award],
        working=f"{listed(facts)} ⇒ {expected}",
        expected=expected,
        stated=stated,
    )
