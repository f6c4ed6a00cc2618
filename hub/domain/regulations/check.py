"""Judge a document by the circular that it names."""

from collections.abc import Callable, Mapping

import msgspec

from hub.catalogue import Severity
from hub.domain.findings import Finding
from hub.domain.regulations import tt22, tt27, tt30, tt58
from hub.domain.regulations.applicability import check_applicability
from hub.domain.regulations.awards import check_awards, check_programme
from hub.domain.regulations.tt27_grid import ORDER
from hub.domain.transcript import Transcript

__all__ = ["check_regulation", "subject_order"]

_CHECKS: Mapping[str, Callable[[Transcript], list[Finding]]] = {
    "TT27-2020": tt27.check,
    "TT22-2021": tt22.check,
    "TT58-2011": tt58.check,
    "TT30-2014": tt30.check,
}
_OLD = frozenset({"TT58-2011", "TT30-2014"})  # their text is not in hand: form only, and never a refusal


def check_regulation(transcript: Transcript) -> list[Finding]:
    """Return the findings of the document's circular; one that does not fit the grade is not judged further."""
    found = check_applicability(transcript)
    if any(f.severity is Severity.REFUSE for f in found):
        return found
    judged = _CHECKS[transcript.regulation](transcript)
    if transcript.regulation in _OLD:
        judged = [msgspec.structs.replace(f, severity=Severity.WARN) for f in judged]
    found += judged
    found += check_awards(transcript)
    found += check_programme(transcript)
    return found


def subject_order(regulation: str, grade: int) -> tuple[str, ...]:
    """Return the defined order of subject codes in a document; empty where none is defined (TT30-2014)."""
    if regulation == "TT27-2020":
        return ORDER
    if regulation == "TT22-2021":
        return (tt22.LOWER if grade <= 9 else tt22.UPPER).order
    return tt58.FORM.order if regulation == "TT58-2011" else ()
