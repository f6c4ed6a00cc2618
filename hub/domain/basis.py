"""Căn cứ (chuyển trường): the documents of other schools that a document rests on, as far as it tells by itself.

Whether the register knows those schools is asked beside the register (hub.trust.placing).
"""

from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.transcript import Transcript

__all__ = ["check_basis"]


def check_basis(transcript: Transcript) -> Iterator[Finding]:
    """Yield findings on `basis`: of another school, of an earlier period, each document once."""
    if transcript.basis is UNSET:
        return
    named: set[str] = set()
    for index, basis in enumerate(transcript.basis):
        path = f"$.basis[{index}]"
        if basis.school == transcript.school.code:
            yield finding("BASIS_SAME_SCHOOL", f"{path}.school", basis.school, {"school": basis.school})
        if transcript.period == basis.period == "semester_1":
            yield finding("BASIS_NOT_EARLIER", f"{path}.period", basis.period)
        if basis.document_sha256 in named:
            yield finding("BASIS_TWICE", f"{path}.document_sha256")
        named.add(basis.document_sha256)
