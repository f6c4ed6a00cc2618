"""Whether a source says just what a sealed document says: read it again, map it again, compare byte for byte.

Invariant: three members alone are the document's own: its `school` block (the register's name and province), and
`supersedes` with `reason`. Everything else must come out of the source by the mapping that the seal names.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from hub.connectors import Connector, Context, SealedConnector, SourceRecord, sealed_connector
from hub.connectors.mapping import KeptMapping, kept_named
from hub.connectors.sdk import extract_system
from hub.connectors.signed import read_pades, read_scan, read_xades
from hub.domain.difference import differing_paths
from hub.domain.findings import Finding, finding
from hub.domain.reading import canonical, read
from hub.domain.transcript import Student, Transcript
from hub.errors import Refused
from hub.sources.wire import Asked, Request
from hub.trust import CLOCK_SKEW_MAX

__all__ = ["PATH_COUNT_MAX", "Load", "judge", "judge_and_tell"]

PATH_COUNT_MAX: Final = 20  # of one finding; its count is of all of them

Load = Callable[[str], Connector]
"""Returns a connector by its name. Raises Refused CONNECTOR_UNKNOWN."""


class _Content(NamedTuple):
    """The bytes that rows are in; when they were signed, and by which pinned certificate (hex), where they were.

    `is_old`: with RS256, which is taken until the trust policy ends it.
    """

    data: bytes
    signed_at: datetime | None = None
    signer_sha256: str = ""
    is_old: bool = False


def judge(request: Request, load: Load) -> tuple[tuple[Finding, ...], ...]:
    """Return what the source does not bear out, for each document that is said to rest on it. Pure but for `load`.

    Raises Corrupt for a kept mapping that is damaged here.
    """
    return judge_and_tell(request, load)[0]


def judge_and_tell(request: Request, load: Load) -> tuple[tuple[tuple[Finding, ...], ...], dict[str, str]]:
    """Return what `judge` does, and who signed the source and when, as facts; none where nobody did."""
    source = _Source(request, load)
    return tuple(_of(source, asked) for asked in request.asked), source.signing()


def _of(source: "_Source", asked: Asked) -> tuple[Finding, ...]:
    try:
        return tuple(source.faults(asked))
    except Refused as refused:
        return (finding(refused.code, facts=refused.facts),)


class _Source:
    """One source, read and mapped once for all documents that rest on it."""

    def __init__(self, request: Request, load: Load) -> None:
        self._request = request
        self._load = load
        self._sha256 = hashlib.sha256(request.source).hexdigest()
        self._signed: _Content | Refused | None = None
        self._mapped: dict[tuple[str, bytes, str], tuple[Transcript, ...]] = {}

    def faults(self, asked: Asked) -> Iterator[Finding]:
        """Yield what is wrong with one document. Raises Refused for what ends the look at it."""
        if asked.origin.source_sha256 != self._sha256:
            raise Refused("SOURCE_OTHER", {"sha256": self._sha256})
        content, signed_at, _, is_old = self._content()
        if is_old and not asked.allows_rs256:
            raise Refused("SOURCE_ALGORITHM_ENDED")
        if is_old:
            yield finding("SOURCE_ALGORITHM_OLD")
        if signed_at is not None and signed_at > asked.at + CLOCK_SKEW_MAX:
            raise Refused("SOURCE_SIGNED_LATER", {"signed_at": signed_at.isoformat()})
        if self._request.system.format in {"xades", "extract"}:
            yield from self._derived(asked, content)

    def signing(self) -> dict[str, str]:
        """Return whose signature over the source holds, and when it was made; nothing where there is none."""
        try:
            _, signed_at, signer, _ = self._content()
        except Refused:
            return {}
        if signed_at is None:
            return {}
        return {"source_signed_at": signed_at.isoformat(), "source_signer_sha256": signer}

    def _content(self) -> "_Content":
        """Return the bytes that rows are in, and when they were signed; the same answer each time."""
        if self._signed is None:
            try:
                self._signed = _read(self._request)
            except Refused as refused:
                self._signed = refused
        if isinstance(self._signed, Refused):
            raise self._signed
        return self._signed

    def _derived(self, asked: Asked, content: bytes) -> Iterator[Finding]:
        reading = read(asked.document)
        if reading.transcript is None:
            yield from reading.findings
            return
        theirs = reading.transcript
        made = [_completed(ours, theirs) for ours in self._about(theirs, self._transcripts(asked, theirs, content))]
        if not made:
            raise Refused("SOURCE_RECORD_MISSING")
        said = {canonical(one) for one in made}
        if len(said) > 1:  # whoever seals would choose which of them counts
            raise Refused("SOURCE_RECORD_AMBIGUOUS", {"count": str(len(said))})
        if (ours := said.pop()) != asked.document:
            yield _differs(differing_paths(asked.document, ours))

    def _transcripts(self, asked: Asked, theirs: Transcript, content: bytes) -> tuple[Transcript, ...]:
        """Return the transcripts of all rows that can be mapped, with the document's own school block."""
        name = str(asked.origin.mapping)
        key = (f"{name} {asked.origin.mapping_sha256}", msgspec.json.encode(theirs.school), theirs.school_year)
        if key not in self._mapped:
            connector = self._connector(name.partition("/")[0])
            mapping = kept_named(_kept(connector), name)
            if mapping.sha256 != asked.origin.mapping_sha256:
                raise Refused("MAPPING_DIFFERS", {"mapping": name, "found": mapping.sha256})
            self._mapped[key] = tuple(_mapped(mapping, connector.rows(content), theirs))
        return self._mapped[key]

    def _connector(self, name: str) -> SealedConnector:
        connector = sealed_connector(self._load(name))
        if connector is None or connector.manifest.evidence != self._request.system.grade:
            raise Refused("SOURCE_CONNECTOR_UNFIT", {"connector": name, "grade": self._request.system.grade})
        return connector

    @staticmethod
    def _about(theirs: Transcript, made: Sequence[Transcript]) -> list[Transcript]:
        """Return those about the same record: school, year and period, and the pupil by code, else by number."""
        same = [ours for ours in made if _record_of(ours) == _record_of(theirs)]
        by_code = [ours for ours in same if ours.student.student_code == theirs.student.student_code]
        return by_code or [ours for ours in same if _is_same_person(ours.student, theirs.student)]


def _read(request: Request) -> _Content:
    form = request.system.format
    if form == "xades":
        part = read_xades(request.source, request.signers)
        return _Content(part.data, part.signed_at, part.signer_sha256, part.compatible)
    if form == "pades":
        paper = read_pades(request.source, request.signers)
        return _Content(b"", paper.signed_at, paper.signer_sha256)
    if form == "scan":
        read_scan(request.source)
        return _Content(b"")
    if extract_system(request.source) != request.system.system:
        raise Refused("SOURCE_SYSTEM_DIFFERS", {"system": request.system.system})
    return _Content(request.source)


def _kept(connector: SealedConnector) -> tuple[KeptMapping, ...]:
    return tuple(mapping for mapping in connector.mappings if isinstance(mapping, KeptMapping))


def _mapped(mapping: KeptMapping, rows: Sequence[SourceRecord], theirs: Transcript) -> Iterator[Transcript]:
    """Yield the transcripts of rows; the register's word on a school is taken from the document, for it alone."""
    known = {(theirs.school.code, theirs.school_year): theirs.school}
    context = Context(school=lambda code, school_year: known.get((code, school_year)))
    for row in rows:
        transcript = mapping.mapper.forward(row, context).transcript
        if transcript is not None:
            yield transcript


def _completed(ours: Transcript, theirs: Transcript) -> Transcript:
    """Put in what no source can say: which document this one replaces, and why."""
    return msgspec.structs.replace(ours, supersedes=theirs.supersedes, reason=theirs.reason)


def _record_of(transcript: Transcript) -> tuple[str, str, str]:
    return transcript.school.code, transcript.school_year, transcript.period


def _is_same_person(one: Student, other: Student) -> bool:
    numbers = ((one.personal_id, other.personal_id), (one.passport, other.passport))
    return any(isinstance(ours, str) and ours == theirs for ours, theirs in numbers)


def _differs(paths: tuple[str, ...]) -> Finding:
    shown = ", ".join(paths[:PATH_COUNT_MAX]) + (", …" if len(paths) > PATH_COUNT_MAX else "")
    return finding("SOURCE_DIFFERS", facts={"count": str(len(paths)), "paths": shown})
