"""Mức chứng cứ trong quyết định: what stands by better evidence gives way to no weaker one.

A grade is never lifted either: the same bytes under better signatures are another submission of what stands already,
and the school is told how the better one takes its place.
"""

from hub.decision.command import Judged
from hub.decision.known import Current
from hub.domain.findings import Finding, finding
from hub.trust.origin import GRADES

__all__ = ["weakening"]


def weakening(document: Judged, standing: Current | None) -> Finding | None:
    """Return why a document does not take the place of what stands, by the grades of both; None where they allow it.

    Weaker evidence never does. Better evidence over the same bytes has to name what it replaces, for nothing that was
    accepted changes its grade.
    """
    if standing is None or document.evidence == standing.evidence:
        return None
    facts = {"stands": standing.evidence, "found": document.evidence, "current": standing.document_sha256.hex()}
    if GRADES.index(document.evidence) > GRADES.index(standing.evidence):
        return finding("EVIDENCE_WEAKER", "$.signatures", facts=facts)
    if document.document_sha256 == standing.document_sha256:
        return finding("EVIDENCE_NOT_LIFTED", "$.signatures", facts=facts)
    return None
