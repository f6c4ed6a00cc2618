"""Lên lớp, kiểm tra lại, danh hiệu: what follows from học lực, hạnh kiểm and absences of a year.

Legal source: TT 58/2011, Điều 15-18 [assumed: from memory]. Hạnh kiểm itself is the judgement of the school and never
recomputed. Everything here starts from the levels that the document states, those after a second assessment where
they are there; a pupil with a disability has a plan of their own, and nothing is compared. Absences that a document
does not tell may be too many or not: both outcomes pass.
"""

import functools
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET, UnsetType

from hub.domain.findings import Finding
from hub.domain.regulations.computed import Computed, listed
from hub.domain.regulations.promotion import ABSENCES_MAX, promotion_computed
from hub.domain.regulations.stated import absences_of, level_of
from hub.domain.transcript import Transcript

__all__ = ["check_result", "compute_result"]

_PASSING = frozenset({"G", "T", "K", "TB"})
_GOOD = frozenset({"G", "T", "K"})
_TITLES = {"HSG": "Học sinh giỏi", "HSTT": "Học sinh tiên tiến"}
_NONE = "không có"
_MET = {True: "đủ điều kiện", False: "chưa đủ điều kiện"}


class _Year(NamedTuple):
    """What the result of a year follows from, and the result itself; `final` counts a second assessment."""

    learning: str
    learning_final: str
    conduct: str
    conduct_final: str
    absences: int | None
    completed: bool
    promotion: str | UnsetType
    awards: tuple[str, ...] | UnsetType

    @property
    def inputs(self) -> tuple[tuple[str, str], ...]:
        """What promotion follows from, as a text shows it; "?" for absences that the document does not tell."""
        missed = "?" if self.absences is None else str(self.absences)
        return ("Học lực", self.learning_final), ("Hạnh kiểm", self.conduct_final), ("Số buổi nghỉ", missed)


def check_result(transcript: Transcript) -> tuple[Finding, ...]:
    """Judge completion, promotion and titles of a year document whose levels are stated."""
    year = _year(transcript)
    return () if year is None else _differences(year)


def compute_result(transcript: Transcript) -> Iterator[Computed]:
    """Tell completion, promotion and title; nothing for a semester, an exempt pupil or a year without its levels."""
    year = _year(transcript)
    if year is not None:
        yield from _computed(year)


def _year(transcript: Transcript) -> _Year | None:
    if transcript.period != "year" or transcript.student.disability_exempt is True:
        return None
    learning, conduct, result = level_of(transcript.learning), level_of(transcript.conduct), transcript.result
    if learning is None or conduct is None:
        return None
    return _Year(
        learning=learning,
        learning_final=level_of(transcript.learning, "retake") or learning,
        conduct=conduct,
        conduct_final=level_of(transcript.conduct, "retake") or conduct,
        absences=absences_of(transcript),
        completed=result.completed,
        promotion=result.promotion,
        awards=result.awards,
    )


@functools.lru_cache(4096)
def _differences(year: _Year) -> tuple[Finding, ...]:
    return tuple(c.finding() for c in _computed(year) if not c.agrees)


def _computed(year: _Year) -> Iterator[Computed]:
    yield _completion(year)
    yield _promotion(year)
    yield _title(year)


def _completion(year: _Year) -> Computed:
    """Điều 15: học lực and hạnh kiểm at least TB, at most 45 absences [assumed]."""
    met = _is_met(year)
    return Computed(
        code="FORMER_COMPLETION_DIFFERS",
        path="$.result.completed",
        name="Điều kiện lên lớp",
        inputs=year.inputs,
        formula=f"học lực ≥ TB, hạnh kiểm ≥ TB, nghỉ không quá {ABSENCES_MAX} buổi",
        working=f"{listed(year.inputs)} ⇒ {_MET[met]}",
        expected=_MET[met],
        stated=_MET[year.completed],
    )


def _is_met(year: _Year) -> bool:
    """While absences are unknown, the stated promotion decides, or else the document is taken at its word [assumed]."""
    if year.learning_final not in _PASSING or year.conduct_final not in _PASSING:
        return False
    if year.absences is not None:
        return year.absences <= ABSENCES_MAX
    return year.completed if year.promotion is UNSET else year.promotion == "promoted"


def _promotion(year: _Year) -> Computed:
    """Điều 15: who meets the conditions is promoted, nobody else [assumed]."""
    formula = (
        "đủ điều kiện ⇒ lên lớp; chỉ học lực dưới TB ⇒ kiểm tra lại; chỉ hạnh kiểm dưới TB ⇒ rèn luyện trong hè; "
        f"nghỉ quá {ABSENCES_MAX} buổi, hoặc cả hai dưới TB ⇒ ở lại lớp"
    )
    said = listed(year.inputs)
    return promotion_computed("FORMER_PROMOTION_DIFFERS", year.inputs, formula, said, _allowed(year), year.promotion)


def _allowed(year: _Year) -> tuple[str, ...]:
    """Điều 15-17: one level below TB may be mended, in learning by a test, in conduct in summer, or not [assumed]."""
    poor_learning, poor_conduct = year.learning_final not in _PASSING, year.conduct_final not in _PASSING
    too_many = year.absences is not None and year.absences > ABSENCES_MAX
    if too_many or (poor_learning and poor_conduct):
        return ("ở lại lớp",)
    if not poor_learning and not poor_conduct:
        return ("lên lớp",) if year.absences is not None else ("lên lớp", "ở lại lớp")
    return ("kiểm tra lại" if poor_learning else "rèn luyện trong hè", "ở lại lớp")


def _title(year: _Year) -> Computed:
    """Điều 18: giỏi ⇔ hạnh kiểm Tốt and học lực Giỏi; tiên tiến ⇔ both at least Khá, and not giỏi [assumed].

    Titles go by the year's own levels, not those after a second assessment. No list of awards says nothing.
    """
    earned = _NONE
    if year.learning in _GOOD and year.conduct in _GOOD:
        earned = _TITLES["HSG" if year.learning == "G" and year.conduct == "T" else "HSTT"]
    given = [_TITLES[award] for award in year.awards or () if award in _TITLES]
    silent = year.awards is UNSET or (year.awards and not given)  # awards of other circulars have their own finding
    inputs = (("Học lực", year.learning), ("Hạnh kiểm", year.conduct))
    return Computed(
        code="FORMER_TITLE_DIFFERS",
        path="$.result.awards",
        name="Danh hiệu",
        inputs=inputs,
        formula="Học sinh giỏi: hạnh kiểm T và học lực G; Học sinh tiên tiến: hạnh kiểm và học lực từ K trở lên",
        working=f"{listed(inputs)} ⇒ {earned}",
        expected=earned,
        stated=None if silent else ", ".join(given) or _NONE,
    )
