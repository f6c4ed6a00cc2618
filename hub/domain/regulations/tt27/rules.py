"""All rules of TT 27/2020 on one document, in the order of the circular."""

from collections.abc import Iterator

from hub.domain.findings import Finding
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.foreign_fields import foreign_groups
from hub.domain.regulations.tt27.assessed import check_assessed
from hub.domain.regulations.tt27.grid import REGULATION, check_grid
from hub.domain.regulations.tt27.rating import check_rating, compute_rating
from hub.domain.regulations.tt27.result import check_result, compute_result
from hub.domain.regulations.tt27.subjects import check_subjects
from hub.domain.transcript import Transcript

__all__ = ["check", "compute"]

_SECONDARY_GROUPS = ("learning", "training", "conduct")  # học tập, rèn luyện, hạnh kiểm


def check(transcript: Transcript) -> list[Finding]:
    """Return the findings of TT 27/2020 on a document of grades 1-5, as strict as for a pupil without a disability."""
    lenient = transcript.student.disability_exempt is True
    codes = tuple([row.code for row in transcript.subjects])
    found = list(check_grid(transcript.grade, codes, complete=transcript.period == "year" and not lenient))
    found += check_subjects(transcript)
    found += check_assessed(transcript)
    found += check_rating(transcript)
    found += check_result(transcript)
    found += foreign_groups(transcript, _SECONDARY_GROUPS, REGULATION)
    return found


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield every value that the circular lets us recompute, agreeing or not."""
    yield from compute_rating(transcript)
    yield from compute_result(transcript)
