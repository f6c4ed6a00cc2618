"""Kết quả cuối năm (Điều 12-14): whether promotion and completion agree with the levels and absences of a document.

Legal source: TT 22/2021, Điều 12-14 [secondary]. Where absences or a level are unknown only what is certain is judged.
That a class counts as completed exactly when its pupil is promoted is [assumed].
"""

from collections.abc import Collection, Iterator

from msgspec import UNSET

from hub.domain.regulations.computed import Computed
from hub.domain.regulations.promotion import ABSENCES_MAX, COMPLETION_NAMES, PROMOTION_NAMES
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
    learning, training, absences = transcript.learning, transcript.training, transcript.absences
    level = None if learning is UNSET or learning.year is UNSET else learning.year
    trained = None if training is UNSET or training.year is UNSET else training.year
    retrained = None if training is UNSET or training.retake is UNSET else training.retake
    too_many = None if absences is UNSET else absences.excused + absences.unexcused > ABSENCES_MAX
    again: Collection[str | None] = relearned(transcript) if level in (None, "CĐ") else ()
    possible: frozenset[str] = frozenset()
    for relearned_level in again or (None,):
        possible |= outcomes(level, trained, relearned_level, retrained, too_many)
    return possible


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield the promotion and the completion of a year document."""
    if transcript.period != "year":
        return
    possible = sorted(_outcomes(transcript), key=_ORDER.index)
    promotion = transcript.result.promotion
    yield _promotion(transcript, possible, None if promotion is UNSET else promotion)
    yield _completion(transcript, possible if promotion is UNSET else [promotion])


def _promotion(transcript: Transcript, possible: list[str], promotion: str | None) -> Computed:
    inputs = _inputs(transcript)
    said = ", ".join(f"{name} {value}" for name, value in inputs)
    shown = _shown(possible)
    stated = None if promotion is None else PROMOTION_NAMES[promotion]
    return Computed(
        code="PROMOTION_DIFFERS_SECONDARY",
        path="$.result.promotion",
        name="Lên lớp",
        inputs=inputs,
        formula=_FORMULA,
        working=f"{said} ⇒ {shown}",
        expected=stated if stated is not None and promotion in possible else shown,
        stated=stated,
    )


def _completion(transcript: Transcript, outcomes_left: list[str]) -> Computed:
    """A class is completed by who is promoted [assumed]; the stated promotion decides where there is one."""
    stated = transcript.result.completed
    answers = {outcome == "promoted" for outcome in outcomes_left}
    expected = COMPLETION_NAMES[stated if stated in answers else not stated]
    because = _shown(outcomes_left)
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


def _shown(possible: list[str]) -> str:
    return " hoặc ".join(PROMOTION_NAMES[outcome] for outcome in possible)


def _inputs(transcript: Transcript) -> tuple[tuple[str, str], ...]:
    """Return the facts that decide; what the document does not say is shown as "?"."""
    learning, training, absences = transcript.learning, transcript.training, transcript.absences
    inputs = [("Học tập cả năm", "?" if learning is UNSET or learning.year is UNSET else learning.year)]
    again = relearned(transcript)
    if again:
        inputs.append(("Học tập sau kiểm tra lại", told(again)))
    inputs.append(("Rèn luyện cả năm", "?" if training is UNSET or training.year is UNSET else training.year))
    if training is not UNSET and training.retake is not UNSET:
        inputs.append(("Rèn luyện sau hè", training.retake))
    total = "?" if absences is UNSET else str(absences.excused + absences.unexcused)
    return (*inputs, ("Số buổi nghỉ", total))
