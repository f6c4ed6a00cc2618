"""Học kì I của trường khác: a year's evidence beside the evidence of the semester document on which it rests.

Each school answers for its semester with its own signatures. Without the former school's evidence the year's own proof
stands, and it is said that semester 1 was named and not checked; with it, both must hold and agree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from hub.catalogue import Severity
from hub.domain import pupil_of
from hub.domain import read as read_transcript
from hub.domain.findings import FINDING_COUNT_MAX, Finding, finding
from hub.domain.semesters import Semester, basis_faults, semester_bases, semesters_of
from hub.domain.transcript import Basis, Transcript
from hub.errors import Refused
from hub.evidence.bundle import Bundle, read_file
from hub.evidence.report import Conclusion, Report, signers_shown
from hub.trust import decode_base64

__all__ = ["Proof", "with_semesters"]

_NOT_GIVEN = "not_given"
_HOLDS = frozenset({Conclusion.VALID, Conclusion.SUPERSEDED})


class Proof(NamedTuple):
    """An evidence file (its bytes), and what a check of it said."""

    bundle: bytes
    report: Report


@dataclass(frozen=True, slots=True)
class _Given:
    """The evidence of a semester document that reads."""

    transcript: Transcript
    report: Report


def with_semesters(year: Proof, others: Sequence[Proof]) -> Report:
    """Return the report on a year with who answers for each semester; `others` are of documents that it may rest on.

    The report is returned as it is when the year rests on no other school's semester and nothing else was given. The
    verdict is no better than that on each semester's evidence that was given.
    """
    transcript = _transcript(year.bundle)
    bases = () if transcript is None else semester_bases(transcript)
    named = {basis.document_sha256 for _, basis in bases}
    found = [finding("BASIS_EVIDENCE_OTHER") for one in others if one.report.facts.get("document_sha256") not in named]
    if transcript is None or not bases:
        return _concluded(year.report, found)
    given = dict(pair for one in others for pair in _given(one))
    for n, basis in bases:
        found += _compared(transcript, basis, given.get(basis.document_sha256), f"$.document.basis[{n}]")
    shown = tuple(_shown(one, given, year.report) for one in semesters_of(transcript))
    return replace(_concluded(year.report, found), semesters=shown)


def _given(one: Proof) -> Iterator[tuple[str, _Given]]:
    transcript = _transcript(one.bundle)
    if transcript is not None and "document_sha256" in one.report.facts:
        yield one.report.facts["document_sha256"], _Given(transcript, one.report)


def _transcript(bundle: bytes) -> Transcript | None:
    try:
        return read_transcript(decode_base64(read_file(bundle, Bundle).document)).transcript
    except Refused:
        return None


def _compared(year: Transcript, basis: Basis, given: _Given | None, path: str) -> Iterator[Finding]:
    if given is None:
        yield finding("BASIS_EVIDENCE_MISSING", path, basis.school, {"school": basis.school})
        return
    if given.report.verdict not in _HOLDS:
        wrong = given.report.verdict is Conclusion.INVALID
        codes = {"codes": " ".join(dict.fromkeys(one.code for one in given.report.findings))}
        yield finding("BASIS_EVIDENCE_INVALID" if wrong else "BASIS_EVIDENCE_UNKNOWN", path, facts=codes)
    if given.report.verdict is Conclusion.SUPERSEDED:
        yield finding("BASIS_CORRECTED", path)
    if pupil_of(given.transcript) != pupil_of(year):
        # Whether two identifiers are one person's only the Sở and Bộ know.
        code = "BASIS_EVIDENCE_UNKNOWN" if _alike(given.transcript, year) else "BASIS_OTHER_PUPIL"
        yield finding(code, path, facts={"codes": "BASIS_OTHER_PUPIL"})
    yield from (finding(code, path) for code in basis_faults(year, basis, given.transcript))


def _alike(one: Transcript, other: Transcript) -> bool:
    return (one.student.name, one.student.birth_date) == (other.student.name, other.student.birth_date)


def _concluded(report: Report, found: Sequence[Finding]) -> Report:
    if not found:
        return report
    verdict = report.verdict
    if any(one.severity is Severity.REFUSE for one in found):
        verdict = Conclusion.INVALID
    elif any(one.code == "BASIS_EVIDENCE_UNKNOWN" for one in found) and verdict is not Conclusion.INVALID:
        verdict = Conclusion.UNKNOWN
    every = sorted((*report.findings, *found), key=lambda one: one.severity is not Severity.REFUSE)
    return replace(report, verdict=verdict, findings=tuple(every[:FINDING_COUNT_MAX]))


def _shown(one: Semester, given: dict[str, _Given], own: Report) -> dict[str, Any]:
    if one.document_sha256 is None:
        proved: Report | None = own
        digest = own.facts.get("document_sha256")
    else:
        held, digest = given.get(one.document_sha256), one.document_sha256
        proved = None if held is None else held.report
    return {
        "semester": one.number, "school": one.school, "document_sha256": digest,
        "so": None if proved is None else proved.facts.get("so"),
        "verdict": _NOT_GIVEN if proved is None else proved.verdict.value,
        "signers": [] if proved is None else signers_shown(proved.signatories),
    }  # fmt: skip
