"""Niêm phong: a submission whose transcripts a seal stands for, and what their sources say of them.

A submission is either all native or all sealed by one source system of this Sở, and then the same seal signs its
statement (ADR 0028, 0029). What the check of the sources says comes in here, before any transaction, like the verdict
on a signature; decisions stay pure.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from msgspec import UNSET

from hub.decision import Judged
from hub.domain.findings import Finding, finding, refuses
from hub.domain.statements import Submission
from hub.errors import Refused, Unavailable
from hub.trust import Origin, SealedItem, Snapshot, SourceCheck, SourceSystem, origin_of, read

__all__ = ["Sealing", "no_reader", "sealing_of"]


@dataclass(frozen=True, slots=True)
class Sealing:
    """How one submission is sealed: `system` is None for a native one. `origins` by document, `sources` by SHA-256.

    `findings` refuse the submission as a whole.
    """

    system: SourceSystem | None = None
    origins: tuple[Origin | None, ...] = ()
    sources: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    findings: tuple[Finding, ...] = ()

    def judged(self, documents: Sequence[Judged], snapshot: Snapshot, check: SourceCheck, at: datetime) -> list[Judged]:
        """Add to each document that may stand so far what it rests on, and what its source does not bear out.

        Raises Unavailable where sources cannot be checked now.
        """
        if self.system is None:
            return list(documents)
        judged = [self._resting(document) for document in documents]
        asked = [(n, item) for n, d in enumerate(judged) if (item := self._item(d, snapshot, at)) is not None]
        for (n, _), found in zip(asked, check([item for _, item in asked]) if asked else (), strict=True):
            judged[n] = _with(judged[n], found)
        return judged

    def _resting(self, document: Judged) -> Judged:
        origin = self.origins[document.n]
        if document.record is None or origin is None:
            return document
        source = bytes.fromhex(origin.source_sha256)
        document = replace(document, evidence=origin.grade, source_sha256=source)
        if source in self.sources:
            return document
        return _with(document, (finding("SOURCE_MISSING", "$.signatures[0]", facts={"source": source.hex()}),))

    def _item(self, document: Judged, snapshot: Snapshot, at: datetime) -> SealedItem | None:
        origin, system = self.origins[document.n], self.system
        if document.record is None or origin is None or system is None or document.source_sha256 is None:
            return None
        ders = (snapshot.certificate(bytes.fromhex(signer)) for signer in system.signers)
        signers = tuple(der for der in ders if der is not None)
        policy = snapshot.policy(at)
        old = policy is not None and policy.allows("RS256", at)
        return SealedItem(document.document, origin, system, signers, self.sources[document.source_sha256], at, old)


def no_reader(_items: Sequence[SealedItem]) -> Sequence[tuple[Finding, ...]]:
    """Stand where nothing reads sources: a sealed transcript waits. Raises Unavailable(SOURCE_READER_ABSENT)."""
    raise Unavailable("SOURCE_READER_ABSENT")


def sealing_of(command: Submission, value: Mapping[str, Any], so: str, snapshot: Snapshot, at: datetime) -> Sealing:
    """Read how a submission is sealed, and what is wrong with it as a whole; `value` is the message."""
    origins = [_origin_of(row["signatures"]) for row in value["documents"]]
    hashes = [hashlib.sha256(data).digest() for data in value["sources"]]
    found = _list_faults(command, hashes, {o.source_sha256 for o in origins if isinstance(o, Origin)})
    system, more = _system_of(origins, so, snapshot, at)
    if system is not None:
        more += _seal_faults(value["signature"], system)
    given = dict(zip(hashes, value["sources"], strict=True))
    sealed = tuple(o if isinstance(o, Origin) else None for o in origins)
    return Sealing(system, sealed, given, tuple(found + more))


def _origin_of(signatures: Sequence[str]) -> Origin | str | None:
    """Return a document's origin, None for a native one, or a code: its own signatures are at fault, told there."""
    try:
        return origin_of(signatures)
    except Refused as refused:
        return refused.code


def _list_faults(command: Submission, hashes: Sequence[bytes], asked: set[str]) -> list[Finding]:
    named = () if command.sources is UNSET else command.sources
    if list(named) != [digest.hex() for digest in hashes]:
        return [finding("SOURCE_LIST_DIFFERS", "$.statement.sources")]
    count = Counter(named)
    stray = [source for source in count if source not in asked or count[source] > 1]
    return [finding("SOURCE_UNASKED", "$.statement.sources", facts={"source": source}) for source in stray]


def _system_of(
    origins: Sequence[Origin | str | None], so: str, snapshot: Snapshot, at: datetime
) -> tuple[SourceSystem | None, list[Finding]]:
    """Return the one system of a sealed submission; documents whose signatures do not read are of no kind."""
    names = {origin.system for origin in origins if isinstance(origin, Origin)}
    if not names:
        return None, []
    if len(names) > 1 or None in origins:
        return None, [_wrong("native and sealed, or of several systems")]
    system = snapshot.source_system(names.pop(), at)
    if system is None:
        named = next(origin.system for origin in origins if isinstance(origin, Origin))
        return None, [finding("SEAL_SYSTEM_UNKNOWN", "$.signature", facts={"system": named})]
    if system.so != so:
        return None, [_wrong("a system of another Sở")]
    return system, []


def _seal_faults(signature: str, system: SourceSystem) -> list[Finding]:
    try:
        role = read(signature).header.hb_role
    except Refused:
        return []  # told where the signature is verified
    return [] if role == system.role else [_wrong(f"signed by another than {system.role}")]


def _wrong(reason: str) -> Finding:
    return finding("SUBMISSION_SEAL_WRONG", "$.signature", facts={"reason": reason})


def _with(document: Judged, found: Sequence[Finding]) -> Judged:
    """Return a document with more findings; one that is refused by them is no record any more."""
    findings = (*document.findings, *found)
    if not refuses(found):
        return replace(document, findings=findings)
    return replace(
        document, envelope_sha256=b"", transcript=None, record=None, findings=findings, pending=False,
        source_sha256=None,
    )  # fmt: skip
