"""Kết quả cuối năm (Điều 12-14): whether promotion and completion agree with the levels and absences of a document.

Legal source: TT 22/2021, Điều 12-14 [secondary]. Where absences or a level are unknown only what is certain is judged.
That a class counts as completed exactly when its pupil is promoted is [assumed].
"""

from collections.abc import Collection, Iterator

from msgspec import UNSET

from hub.domain.regulations.computed import Computed, listed
from hub.domain.regulations.promotion import (
    ABSENCES_MAX,
    COMPLETION_NAMES,
    PROMOTION_NAMES,
    promotion_computed,
)
from hub.domain.regulations.stated import absences_of, level_of
from hub.domain.regulations.tt22.learning import relearned
from hub.domain.regulations.tt22.learning_readings import told
from hub.domain.regulations.tt22.promotion import outcomes
from hub.domain.transcript import Transcript

__all__ = ["agrees", "compute"]

_ORDER = tuple(PROMOTION_NAMES)
_FORMULA = (
    f"lên lớp: học tập và rèn luyện (kể cả đánh giá lại) từ Đ, nghỉ không quá {ABSENCES_MAX} buổi; đúng một mặt CĐ: "
    "kiểm tra lại hoặc rèn luyện trong hè; cả hai mặt CĐ, đánh giá lại vẫn CĐ, hoặc nghỉ quá: ở lại lớp"
)


def agrees(transcript: Transcript) -> bool:
    """Tell quickly that neither promotion nor completion differs; False asks for `compute`."""
    if transcript.period != "year":
        return True
    result = transcript.result
    possible = _outcomes(transcript)
    promotion = result.promotion
    if promotion is UNSET:
        return result.completed in {outcome == "promoted" for outcome in possible}
    return promotion in possible and result.completed == (promotion == "promoted")


def _outcomes(transcript: Transcript) -> frozenset[str]:
    level, training = level_of(transcript.learning), transcript.training
    missed = absences_of(transcript)
    too_many = None if missed is None else missed > ABSENCES_MAX
    again: Collection[str | None] = relearned(transcript) if level in (None, "CĐ") else ()
    possible: frozenset[str] = frozenset()
    for relearned_level in again or (None,):
        possible |= outcomes(level, level_of(training), relearned_level, level_of(training, "retake"), too_many)
    return possible


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield the promotion and the completion of a year document."""
    if transcript.period != "year":
        return
    possible = sorted(_outcomes(transcript), key=_ORDER.index)
    promotion = transcript.result.promotion
    inputs = _inputs(transcript)
    yield promotion_computed(
        "PROMOTION_DIFFERS_SECONDARY", inputs, _FORMULA, listed(inputs), _names(possible), promotion
    )
    yield _completion(transcript, possible if promotion is UNSET else [promotion])


def _completion(transcript: Transcript, outcomes_left: list[str]) -> Computed:
    """A class is completed by who is promoted [assumed]; the stated promotion decides where there is one."""
    stated = transcript.result.completed
    answers = {outcome == "promoted" for outcome in outcomes_left}
    expected = COMPLETION_NAMES[stated if stated in answers else not stated]
    because = " hoặc ".join(_names(outcomes_left))
    return Computed(
        code="COMPLETION_DIFFERS_SECONDARY",
        path="$.result.completed",
        name="Hoàn thành lớp học",
        inputs=(("Kết quả", because),),
        formula="hoàn thành lớp học khi và chỉ khi được lên lớp",
        working=f"{because} ⇒ {expected}",
        expected=expected,
        stated=COMPLETION_NAMES[stated],
    )


def _names(possible: list[str]) -> list[str]:
    return [PROMOTION_NAMES[outcome] for outcome in possible]


def _inputs(transcript: Transcript) -> tuple[tuple[str, str], ...]:
    """Return the facts that decide; what the document does not say is shown as "?"."""
    inputs = [("Học tập cả năm", level_of(transcript.learning) or "?")]
    again = relearned(transcript)
    if again:
        inputs.append(("Học tập sau kiểm tra lại", told(again)))
    inputs.append(("Rèn luyện cả năm", level_of(transcript.training) or "?"))
    retrained = level_of(transcript.training, "retake")
    if retrained is not None:
        inputs.append(("Rèn luyện sau hè", retrained))
    missed = absences_of(transcript)
    return (*inputs, ("Số buổi nghỉ", "?" if missed is None else str(missed)))
