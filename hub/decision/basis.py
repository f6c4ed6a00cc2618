"""Căn cứ học kì I: whether a year's transcript may rest on the semester document that it names, as its Sở can tell.

What came to the new school is known by Bộ's notices: hashes, the pupil, the two schools and the year, no contents. Of
a document that this Sở locked itself the contents are known as well. What is still on its way is refused, and never
waited for: receiving it is the school's own step, and the same transcript may be submitted again behind it. So nothing
depends on which topic was read first. In a replay that which was told is told again.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from hub.decision.command import Judged
from hub.domain.findings import Finding, finding
from hub.domain.linking import Links
from hub.domain.semesters import differing_results, semester_bases
from hub.domain.transcript import Basis, Transcript

__all__ = ["BASIS_CODES", "BasisGround", "Brought", "HeldSemester", "basis_findings", "with_basis"]

BASIS_CODES = frozenset({
    "BASIS_UNKNOWN", "BASIS_NOT_DELIVERED", "BASIS_OTHER_PUPIL", "BASIS_OTHER_YEAR", "BASIS_OTHER_SCHOOL",
    "BASIS_OTHER_PERIOD", "BASIS_MARKS_DIFFER", "BASIS_SCHOOL_UNSURE", "BASIS_CORRECTED",
})  # fmt: skip
_ENDED_WITHOUT = frozenset({"refused", "withdrawn", "cancelled"})
_SIGNED_FOR = frozenset({"closed", "amended"})


@dataclass(frozen=True, slots=True)
class Brought:
    """A transfer to a school of this Sở, as the school was last told. `ever`: hashes of all that it was ever to hold
    (hex), `now`: of the latest delivery.
    """

    pupil: str
    school_year: str
    sending: str
    state: str
    ever: frozenset[str] = frozenset()
    now: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HeldSemester:
    """A document that this Sở locked itself: what it is, and its contents (None: it does not read)."""

    school: str
    pupil: str
    school_year: str
    period: str
    transcript: Transcript | None = None


@dataclass
class BasisGround:
    """What is known of the bases of a batch. `told` (replay): what was said before, by (message, place in it)."""

    brought: Sequence[Brought] = ()
    held: Mapping[str, HeldSemester] = field(default_factory=dict)
    told: Mapping[tuple[bytes, int], tuple[Finding, ...]] = field(default_factory=dict)


def with_basis(document: Judged, message_sha256: bytes, ground: BasisGround, links: Links) -> Judged:
    """Return a document of that message with what is found about the semester that it takes from another school."""
    if document.transcript is None or document.record is None or not semester_bases(document.transcript):
        return document
    told = ground.told.get((message_sha256, document.n))
    persons = links.same_person(document.record.pupil)
    found = tuple(basis_findings(document.transcript, persons, ground)) if told is None else told
    return replace(document, findings=(*document.findings, *found)) if found else document


def basis_findings(transcript: Transcript, persons: AbstractSet[str], ground: BasisGround) -> Iterator[Finding]:
    """Yield what is wrong with each semester_1 basis; `persons` are all identifiers of the pupil."""
    for n, basis in semester_bases(transcript):
        yield from _held(transcript, basis, persons, ground, f"$.basis[{n}]")
        yield from _brought(transcript, basis, persons, ground, f"$.basis[{n}].document_sha256")


def _held(
    transcript: Transcript, basis: Basis, persons: AbstractSet[str], ground: BasisGround, path: str
) -> Iterator[Finding]:
    """Compare with the document itself, where this Sở has it."""
    held = ground.held.get(basis.document_sha256)
    if held is None:
        return
    if held.pupil not in persons:
        yield finding("BASIS_OTHER_PUPIL", f"{path}.document_sha256")
        return
    if held.school != basis.school:
        yield finding("BASIS_OTHER_SCHOOL", f"{path}.school", basis.school)
    if held.school_year != transcript.school_year:
        yield finding("BASIS_OTHER_YEAR", f"{path}.document_sha256")
    elif held.period != "semester_1":
        yield finding("BASIS_OTHER_PERIOD", f"{path}.period")
    elif held.transcript is not None and (differing := differing_results(transcript, held.transcript)):
        yield finding("BASIS_MARKS_DIFFER", path, facts={"results": ", ".join(differing)})


def _brought(
    transcript: Transcript, basis: Basis, persons: AbstractSet[str], ground: BasisGround, path: str
) -> Iterator[Finding]:
    """Compare with the transfers that brought, or are to bring, the document to this Sở."""
    named, year = basis.document_sha256, transcript.school_year
    of_person = [one for one in ground.brought if one.pupil in persons and one.state not in _ENDED_WITHOUT]
    bringing = [one for one in of_person if named in one.ever]
    signed = [one for one in bringing if one.state in _SIGNED_FOR]
    if not bringing and any(named in one.ever for one in ground.brought if one.pupil not in persons):
        if named not in ground.held:
            yield finding("BASIS_OTHER_PUPIL", path)
    elif not signed:
        expected = bringing or [one for one in of_person if (one.sending, one.school_year) == (basis.school, year)]
        yield finding("BASIS_NOT_DELIVERED" if expected else "BASIS_UNKNOWN", path)
    elif all(one.school_year != year for one in signed):
        if named not in ground.held:
            yield finding("BASIS_OTHER_YEAR", path)
    else:
        yield from _of_transfer([one for one in signed if one.school_year == year], basis, ground, path)


def _of_transfer(signed: Sequence[Brought], basis: Basis, ground: BasisGround, path: str) -> Iterator[Finding]:
    if basis.document_sha256 not in ground.held and all(one.sending != basis.school for one in signed):
        facts = {"sending": signed[0].sending, "school": basis.school}
        yield finding("BASIS_SCHOOL_UNSURE", path, basis.school, facts)
    if all(basis.document_sha256 not in one.now for one in signed):
        yield finding("BASIS_CORRECTED", path)
