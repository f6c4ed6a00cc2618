"""The transcript of a bundle: its form, its leaf, its chain of signatures, and Sở's receipt for it.

The chain is judged at the time that Sở's receipt names (the broker's append time of the submission). The Sở claims that
time under its seal; Bộ's cosignature bounds it from above.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from hub.domain import pupil_of
from hub.domain import read as read_transcript
from hub.domain.statements import ReceiptStatement, read
from hub.domain.transcript import Transcript
from hub.errors import Refused
from hub.evidence.bundle import Bundle
from hub.evidence.ground import Ground
from hub.evidence.place import Placed
from hub.evidence.source import check_source, grade_told
from hub.trust import (
    CLOCK_SKEW_MAX,
    Leaf,
    Signatory,
    SourceCheck,
    decode_base64,
    envelope_sha256,
    instant,
    verify_document,
)

__all__ = ["Told", "check_document"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a report may repeat of the document: facts without persons, and who signed."""

    facts: dict[str, str]
    signatories: tuple[Signatory, ...]


def check_document(bundle: Bundle, placed: Placed, ground: Ground, check: SourceCheck | None) -> Told:
    """Check everything about the transcript itself; findings go to the ground. Raises Unavailable as `check`."""
    document = decode_base64(bundle.document)
    reading = read_transcript(document)
    ground.found.take("document", reading.findings, "$.document")
    digest, at = sha256(document).hexdigest(), _accepted_at(bundle, document, placed, ground)
    facts = {"document_sha256": digest, "leaf_sha256": placed.digest.hex(), "so": bundle.so}
    facts |= check_source(bundle, at, ground, check)
    if at is None or reading.transcript is None:
        ground.found.leave_open("signatures")
    if reading.transcript is None:
        ground.found.leave_open("leaf")
        return Told(facts, ())
    if placed.leaf is not None:
        _check_leaf(placed.leaf, reading.transcript, digest, bundle.signatures, placed, ground)
    signatories = _chain(bundle, document, reading.transcript, at, ground) if at is not None else ()
    return Told(facts | _facts(reading.transcript, placed), signatories)


def _accepted_at(bundle: Bundle, document: bytes, placed: Placed, ground: Ground) -> datetime | None:
    """Return when Sở received the document, by its receipt; None without a readable one."""
    try:
        said = read(bundle.receipt.data, ReceiptStatement)
        at = instant(said.at)
    except Refused:
        ground.found.add("accepted", "BUNDLE_RECEIPT_DIFFERS", "$.receipt")
        return None
    ground.judge("accepted", ".receipt", bundle.receipt, typ=said.type, role="so_seal", at=at)
    accepted = {one.document_sha256 for one in said.documents if one.outcome == "accepted"}
    is_late = placed.cosigned_at is not None and at - placed.cosigned_at > CLOCK_SKEW_MAX
    if said.so != bundle.so or sha256(document).hexdigest() not in accepted or is_late:
        ground.found.add("accepted", "BUNDLE_RECEIPT_DIFFERS", "$.receipt")
    return at


def _check_leaf(
    leaf: Leaf, transcript: Transcript, digest: str, signatures: tuple[str, ...], placed: Placed, ground: Ground
) -> None:
    """Compare what the leaf says with what the document, its signatures and the manifest say."""
    try:
        envelope = envelope_sha256(signatures).hex()
    except Refused:
        envelope = ""
    true = {
        "document_sha256": digest, "envelope_sha256": envelope, "pupil": pupil_of(transcript),
        "year": transcript.school_year, "period": transcript.period, "evidence": grade_told(signatures),
    }  # fmt: skip
    differing = [name for name, value in true.items() if getattr(leaf, name) != value]
    if leaf.action == "UNLOCK":
        differing.append("action")
    if placed.manifest is not None:
        if leaf.effective_on != placed.manifest.effective_on:
            differing.append("effective_on")
        where = (placed.manifest.school, placed.manifest.school_year)
        if where != (transcript.school.code, transcript.school_year):
            ground.found.add("manifest", "BUNDLE_MANIFEST_DIFFERS", "$.place.manifest", what="school")
    if differing:
        ground.found.add("leaf", "BUNDLE_LEAF_DIFFERS", "$.place.leaf", what=", ".join(differing))


def _chain(
    bundle: Bundle, document: bytes, transcript: Transcript, at: datetime, ground: Ground
) -> tuple[Signatory, ...]:
    verdict = verify_document(
        document, bundle.signatures, school=transcript.school.code, school_year=transcript.school_year,
        period=transcript.period, snapshot=ground.snapshot, proven_at=at, cache=ground.cache,
    )  # fmt: skip
    ground.found.take("signatures", verdict.findings)
    return verdict.signatories


def _facts(transcript: Transcript, placed: Placed) -> dict[str, str]:
    facts = {
        "school": transcript.school.code, "school_year": transcript.school_year, "period": transcript.period,
        "grade": str(transcript.grade), "log_index": str(placed.log_index),
    }  # fmt: skip
    if placed.leaf is not None:
        leaf = placed.leaf
        facts |= {"version": str(leaf.version), "locator": leaf.locator, "effective_on": leaf.effective_on}
    if placed.head is not None:
        facts["tree_size"] = str(placed.head.size)
    if placed.stamped_at is not None:
        facts["stamped_at"] = placed.stamped_at.isoformat()
    return facts
