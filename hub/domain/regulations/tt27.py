"""Thông tư 27/2020/TT-BGDĐT: primary school, in full."""

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.regulations.tt27_assessed import check_assessed
from hub.domain.regulations.tt27_grid import check_grid
from hub.domain.regulations.tt27_rating import check_rating
from hub.domain.regulations.tt27_result import check_result
from hub.domain.regulations.tt27_subjects import check_subjects
from hub.domain.transcript import Transcript

__all__ = ["check"]

_SECONDARY_GROUPS = ("learning", "training", "conduct")


def check(transcript: Transcript) -> list[Finding]:
    """Return the findings of TT 27/2020 on a document of grades 1-5."""
    complete = transcript.period == "year" and transcript.student.disability_exempt is not True
    codes = tuple([row.code for row in transcript.subjects])
    found = list(check_grid(transcript.grade, codes, complete))
    found += check_subjects(transcript)
    found += check_assessed(transcript)
    found += check_rating(transcript)
    found += check_result(transcript)
    for field in _SECONDARY_GROUPS:
        if getattr(transcript, field) is not UNSET:
            facts = {"field": field, "regulation": "TT27-2020"}
            found.append(finding("FIELD_NOT_FOR_REGULATION", f"$.{field}", None, facts))
    return found
