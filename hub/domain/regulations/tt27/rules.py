"""All rules of TT 27/2020 on one document, in the order of the circular."""

from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.tt27.assessed import check_assessed
from hub.domain.regulations.tt27.grid import check_grid
from hub.domain.regulations.tt27.rating import check_rating, compute_rating
from hub.domain.regulations.tt27.result import check_result, compute_result
from hub.domain.regulations.tt27.subjects import check_subjects
from hub.domain.transcript import Transcript

__all__ = ["check", "compute"]


def check(transcript: Transcript) -> list[Finding]:
    """Return the findings of TT 27/2020 on a document of grades 1-5, as strict as for a pupil without a disability."""
    lenient = transcript.student.disability_exempt is True
    codes = tuple([row.code for row in transcript.subjects])
    found = list(check_grid(transcript.grade, codes, complete=transcript.period == "year" and not lenient))
    found += check_subjects(transcript)
    found += check_assessed(transcript)
    found += check_rating(transcript)
    found += check_result(transcript)
    if transcript.learning is not UNSET or transcript.training is not UNSET or transcript.conduct is not UNSET:
        found += _foreign_groups(transcript)
    return found


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield every value that the circular lets us recompute, agreeing or not."""
    yield from compute_rating(transcript)
    yield from compute_result(transcript)


def _foreign_groups(transcript: Transcript) -> Iterator[Finding]:
    """Học tập, rèn luyện and hạnh kiểm belong to secondary school [contract]."""
    for field in ("learning", "training", "conduct"):
        if getattr(transcript, field) is not UNSET:
            facts = {"field": field, "regulation": "TT27-2020"}
            yield finding("FIELD_NOT_FOR_REGULATION", f"$.{field}", None, facts)
