"""Judge a document by the circular that it names, or explain what that circular computes from it."""

from collections.abc import Callable, Iterator, Mapping

from msgspec import UNSET

from hub.catalogue import Severity
from hub.domain.findings import Finding
from hub.domain.regulations import tt22, tt27, tt30, tt58
from hub.domain.regulations.applicability import check_applicability
from hub.domain.regulations.awards import check_awards, check_programme
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.foreign_fields import foreign
from hub.domain.regulations.leniency import lowered, softened
from hub.domain.transcript import Transcript

__all__ = ["check_regulation", "explain", "subject_order"]

_CHECKS: Mapping[str, Callable[[Transcript], list[Finding]]] = {
    "TT27-2020": tt27.check,
    "TT22-2021": tt22.check,
    "TT58-2011": tt58.check,
    "TT30-2014": tt30.check,
}
_COMPUTES: Mapping[str, Callable[[Transcript], Iterator[Computed]]] = {
    "TT27-2020": tt27.compute,
    "TT22-2021": tt22.compute,
    "TT58-2011": tt58.compute,
    "TT30-2014": tt30.compute,
}
_FORMER = frozenset({"TT58-2011", "TT30-2014"})  # their text is not in hand: never a refusal


def check_regulation(transcript: Transcript) -> list[Finding]:
    """Return the findings of the document's circular; one that does not fit the grade is not judged further.

    All of them warn under a former circular; for a pupil with a disability those that stand on the law warn.
    """
    found = check_applicability(transcript)
    if any(f.severity is Severity.REFUSE for f in found):
        return found
    found += _CHECKS[transcript.regulation](transcript)
    if transcript.study_topics is not UNSET and transcript.regulation != "TT22-2021":
        found.append(foreign("study_topics", "$.study_topics", transcript.regulation))
    found += check_awards(transcript)
    found += check_programme(transcript)
    if transcript.regulation in _FORMER:
        return [lowered(f) for f in found]
    return [softened(f) for f in found] if transcript.student.disability_exempt is True else found


def explain(transcript: Transcript) -> list[Computed]:
    """Return every value that the document's circular lets us recompute, agreeing or not, in the order of its articles.

    Empty for a document whose circular does not fit its grade, and for a pupil with a plan of their own.
    """
    if any(f.severity is Severity.REFUSE for f in check_applicability(transcript)):
        return []
    return list(_COMPUTES[transcript.regulation](transcript))


def subject_order(regulation: str, grade: int) -> tuple[str, ...]:
    """Return the defined order of subject codes in a document; empty where none is defined (TT30-2014)."""
    if regulation == "TT27-2020":
        return tt27.ORDER
    if regulation == "TT22-2021":
        return tt22.form_of(grade).order
    return tt58.FORM.order if regulation == "TT58-2011" else ()
