"""Thông tư 30/2014/TT-BGDĐT (as amended by 22/2016): older primary documents, form only, warnings at most.

Its subjects and its lists of qualities and competences differ from TT 27/2020 and are not checked [assumed].
"""

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.regulations.rows import repeated
from hub.domain.transcript import Transcript

__all__ = ["check"]


def check(transcript: Transcript) -> list[Finding]:
    """Return the findings on the form of an older document of grades 1-5; the caller softens them."""
    found = list(repeated([row.code for row in transcript.subjects], "SUBJECT_TWICE", "$.subjects", "subject"))
    lenient = transcript.student.disability_exempt is True
    for index, row in enumerate(transcript.subjects):
        path = f"$.subjects[{index}]"
        if row.kind != "level":
            facts = {"subject": row.code, "expected": "level"}
            found.append(finding("SUBJECT_KIND_WRONG", f"{path}.kind", row.kind, facts))
        if row.level is UNSET and row.exempt is not True and not lenient:
            found.append(finding("LEVEL_MISSING", f"{path}.level", None, {"subject": row.code}))
    for name in ("learning", "training", "conduct", "rating"):
        if getattr(transcript, name) is not UNSET:
            facts = {"field": name, "regulation": "TT30-2014"}
            found.append(finding("FIELD_NOT_FOR_REGULATION", f"$.{name}", None, facts))
    return found
