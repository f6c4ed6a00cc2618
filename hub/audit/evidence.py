"""Grades of evidence worked out from nothing but the signatures of a document (ADR 0028), by the oracle's own reading.

No signature claims an origin: native. One alone does: the grade that its header names. Anything else has no grade.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.audit.signatures import read

__all__ = ["GRADES", "NATIVE", "UNCLEAR", "grade_of", "is_sealed", "origin_of"]

NATIVE, UNCLEAR = "native", ""
GRADES = (NATIVE, "derived", "attested", "legacy_evidence")
_MEMBER = "hb_origin"


def origin_of(signatures: Sequence[str]) -> Mapping[str, Any] | None:
    """Return what the first signature says that the document rests on; None when it says nothing of the kind."""
    for compact in signatures:
        signed = read(compact)
        if signed is not None and _MEMBER in signed.header:
            said = signed.header[_MEMBER]
            return said if isinstance(said, dict) else {}
    return None


def is_sealed(signatures: Sequence[str]) -> bool:
    """Tell whether any signature claims an origin."""
    return origin_of(signatures) is not None


def grade_of(signatures: Sequence[str]) -> str:
    """Return the grade that follows from the signatures; UNCLEAR where none does."""
    if not signatures or any(read(compact) is None for compact in signatures):
        return UNCLEAR
    said = origin_of(signatures)
    if said is None:
        return NATIVE
    grade = said.get("grade")
    return grade if len(signatures) == 1 and grade in GRADES[1:] else UNCLEAR
