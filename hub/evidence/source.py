"""Tài liệu nguồn: what a transcript rests on that no school signed here, and what its grade of evidence means.

The grade is read from the signatures and nowhere else (ADR 0028). Whether the source says just this document is asked
of `check`, because it takes readers and mappings that stand above this layer; without it that stays open.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from msgspec import UnsetType

from hub.errors import Refused
from hub.evidence.bundle import Bundle
from hub.evidence.ground import Ground
from hub.trust import Origin, SealedItem, SourceCheck, decode_base64, grade_of, origin_of

__all__ = ["check_source", "grade_told"]

_PATH = "$.source"
_MEANS = {"derived": "BUNDLE_DERIVED", "attested": "BUNDLE_ATTESTED", "legacy_evidence": "BUNDLE_LEGACY_EVIDENCE"}


@dataclass(frozen=True, slots=True)
class _Ask:
    """A document with its source, about which the check may be asked; `at` is when Sở received it."""

    document: bytes
    origin: Origin
    source: bytes
    at: datetime | None


def grade_told(signatures: tuple[str, ...]) -> str:
    """Return the grade that signatures tell; empty when they cannot be read, which is told of the signatures."""
    try:
        return grade_of(signatures)
    except Refused:
        return ""


def check_source(bundle: Bundle, at: datetime | None, ground: Ground, check: SourceCheck | None) -> dict[str, str]:
    """Check the part `source`; findings go to the ground. Return facts: grade, system, mapping, hashes.

    Raises Unavailable when the check cannot run here.
    """
    try:
        origin = origin_of(bundle.signatures)
    except Refused:
        ground.found.leave_open("source")
        return {}
    if origin is None:
        _native(bundle, ground)
        return {"evidence": "native"}
    ground.found.add("source", _MEANS[origin.grade], **_facts(origin))
    source = _source(bundle, origin, ground)
    if source is not None:
        _judge(_Ask(decode_base64(bundle.document), origin, source, at), ground, check)
    return _facts(origin)


def _native(bundle: Bundle, ground: Ground) -> None:
    """A document that its school signed rests on nothing else: a source beside it could only mislead."""
    if isinstance(bundle.source, UnsetType):
        ground.found.leave_out("source")
    else:
        ground.found.add("source", "BUNDLE_SOURCE_UNASKED", _PATH)


def _source(bundle: Bundle, origin: Origin, ground: Ground) -> bytes | None:
    """Return the source that the seal names, byte for byte; None when it is missing or another."""
    if isinstance(bundle.source, UnsetType):
        ground.found.add("source", "BUNDLE_SOURCE_MISSING")
        return None
    source = decode_base64(bundle.source)
    if sha256(source).hexdigest() != origin.source_sha256:
        ground.found.add("source", "BUNDLE_SOURCE_DIFFERS", _PATH)
        return None
    return source


def _judge(ask: _Ask, ground: Ground, check: SourceCheck | None) -> None:
    """Ask whether the source says just this document, under the system's entry in force when Sở received it."""
    if check is None:
        ground.found.add("source", "BUNDLE_SOURCE_UNJUDGED", _PATH)
        return
    system = None if ask.at is None else ground.snapshot.source_system(ask.origin.system, ask.at)
    if system is None or ask.at is None:  # told of the seal, or of the receipt
        ground.found.leave_open("source")
        return
    pinned = (ground.snapshot.certificate(bytes.fromhex(one)) for one in system.signers)
    signers = tuple(der for der in pinned if der is not None)
    policy = ground.snapshot.policy(ask.at)
    item = SealedItem(
        document=ask.document, origin=ask.origin, system=system, signers=signers, source=ask.source, at=ask.at,
        allows_rs256=policy is not None and policy.allows("RS256", ask.at),
    )  # fmt: skip
    (found,) = check([item])
    ground.found.take("source", found, _PATH)


def _facts(origin: Origin) -> dict[str, str]:
    facts = {"evidence": origin.grade, "system": origin.system, "source_sha256": origin.source_sha256}
    for name in ("mapping", "mapping_sha256"):
        value = getattr(origin, name)
        if isinstance(value, str):
            facts[name] = value
    return facts
