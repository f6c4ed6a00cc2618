"""Hoàn thành chương trình, lên lớp, khen thưởng: whether the result of a primary year agrees with its rating.

Legal source: TT 27/2020, Điều 9, 11, 13 [assumed]; Luật Giáo dục 43/2019, Điều 34 [text] for the level completed.
Promotion without completion is legal: the headmaster decides.
"""

from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.transcript import Transcript

__all__ = ["check_result"]

_RATING_OF_AWARD = {"HSXS": "HTXS", "HSTB": "HTT"}
_LAST_GRADE = 5


def check_result(transcript: Transcript) -> Iterator[Finding]:
    """Judge completion, promotion and awards of a primary year document."""
    yield from _completion(transcript)
    yield from _promotion(transcript)
    if transcript.grade == _LAST_GRADE and transcript.period == "year" and transcript.result.completed:
        yield from _programme(transcript)
    if transcript.result.awards is not UNSET:
        yield from _awards(transcript)


def _completion(transcript: Transcript) -> Iterator[Finding]:
    """Điều 9: hoàn thành chương trình lớp học ⇔ HTXS, HTT or HT [assumed]."""
    rating, completed = transcript.rating, transcript.result.completed
    if rating is not UNSET and transcript.period == "year" and completed != (rating != "CHT"):
        facts = {"rating": str(rating), "completed": "true" if completed else "false"}
        yield finding("COMPLETION_DIFFERS", "$.result.completed", facts["completed"], facts)


def _promotion(transcript: Transcript) -> Iterator[Finding]:
    """Điều 11: a completed class is promoted; primary knows neither kiểm tra lại nor rèn luyện hè [assumed]."""
    promotion = transcript.result.promotion
    if promotion is UNSET or promotion == "promoted":
        return
    if promotion != "retained" or transcript.result.completed:
        yield finding("PROMOTION_DIFFERS", "$.result.promotion", promotion, {"promotion": str(promotion)})


def _programme(transcript: Transcript) -> Iterator[Finding]:
    """Luật Giáo dục, Điều 34: the headmaster confirms primary school in the học bạ of grade 5 [secondary]."""
    if transcript.result.programme_completed is not True:
        yield finding("PROGRAMME_COMPLETED_MISSING", "$.result.programme_completed")


def _awards(transcript: Transcript) -> Iterator[Finding]:
    """Điều 13: Học sinh Xuất sắc goes with HTXS, Học sinh Tiêu biểu with HTT [assumed]."""
    for index, award in enumerate(transcript.result.awards or ()):
        needed = _RATING_OF_AWARD.get(award)
        if needed is not None and transcript.rating is not UNSET and transcript.rating != needed:
            facts = {"award": award, "needed": needed, "rating": str(transcript.rating)}
            yield finding("AWARD_NOT_EARNED", f"$.result.awards[{index}]", award, facts)
