"""One leaf followed upwards: into the manifest of its lock, into the Sở's log, under the head that Bộ cosigned.

The seals of Sở and Bộ are judged at the time of Bộ's cosignature: Bộ, and not the Sở, says when they stood.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from hub.domain.statements import IngestStatement, Manifest, read
from hub.errors import Refused
from hub.evidence.bundle import Place
from hub.evidence.ground import Ground
from hub.trust import (
    CHECKPOINT_TYPE,
    COSIGNER,
    Checkpoint,
    Leaf,
    NoteKey,
    NoteSignature,
    decode_base64,
    judge_timestamp,
    leaf_hash,
    log_origin,
    parse_leaf,
    split_note,
    verify_checkpoint,
    verify_cosignature,
    verify_inclusion,
)

__all__ = ["Placed", "check_place"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME_S_MAX = 253_370_764_800  # the year 9999


@dataclass(frozen=True, slots=True)
class Placed:
    """What a place says, as far as it can be read; `cosigned_at` only when Bộ's cosignature holds.

    `stamped_at` is the time of a time-stamp that holds.
    """

    digest: bytes
    leaf: Leaf | None
    manifest: Manifest | None
    head: Checkpoint | None
    log_index: int
    cosigned_at: datetime | None
    stamped_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Step:
    """Where findings of one place go: each to its own part, or all of a later leaf to the part `later`."""

    ground: Ground
    path: str
    is_later: bool

    def part(self, name: str) -> str:
        return "later" if self.is_later else name

    def add(self, part: str, code: str, path: str, **facts: str) -> None:
        self.ground.found.add(self.part(part), code, self.ground.prefix + self.path + path, **facts)


def check_place(place: Place, ground: Ground, path: str, *, is_later: bool = False) -> Placed:
    """Check everything that one place claims; findings go to the ground."""
    step = _Step(ground, path, is_later)
    at = _claimed_time(place.head.cosignature)
    data = decode_base64(place.leaf)
    leaf, digest = _leaf(data, step), leaf_hash(data)
    manifest = _manifest(place, digest, at, step)
    head = _head(place, at, step)
    stamped_at = _stamped_at(place, at, step)
    cosigned = _is_cosigned(place, head, at, step)
    _check_receipt(place, manifest, head, at, step)
    return Placed(digest, leaf, manifest, head, place.in_log.index, at if cosigned else None, stamped_at)


def _claimed_time(line: str) -> datetime:
    """Return the time in a cosignature line; the epoch when there is none, at which no policy is in force."""
    try:
        time_s = int.from_bytes(NoteSignature.of(line.removesuffix("\n")).signature[:8])
    except Refused:
        return _EPOCH
    return datetime.fromtimestamp(time_s, UTC) if time_s <= _TIME_S_MAX else _EPOCH


def _leaf(data: bytes, step: _Step) -> Leaf | None:
    try:
        return parse_leaf(data)
    except Refused as refused:
        step.add("leaf", refused.code, ".leaf")
        return None


def _manifest(place: Place, digest: bytes, at: datetime, step: _Step) -> Manifest | None:
    try:
        manifest = read(place.manifest.data, Manifest)
    except Refused:
        step.add("manifest", "BUNDLE_MANIFEST_DIFFERS", ".manifest", what="statement")
        return None
    step.ground.judge(
        step.part("manifest"), step.path + ".manifest", place.manifest, typ=manifest.type, role="so_seal", at=at
    )
    if manifest.so != step.ground.so:
        step.add("manifest", "BUNDLE_MANIFEST_DIFFERS", ".manifest", what="so")
    proof = [bytes.fromhex(one) for one in place.in_manifest.path]
    if not verify_inclusion(place.in_manifest.index, manifest.count, digest, proof, bytes.fromhex(manifest.root)):
        step.add("manifest", "BUNDLE_NOT_IN_MANIFEST", ".in_manifest")
    return manifest


def _head(place: Place, at: datetime, step: _Step) -> Checkpoint | None:
    """Read the head; check that its log holds the manifest, and that log key and seal signed it."""
    note, origin = decode_base64(place.head.note), log_origin(step.ground.so)
    policy = step.ground.snapshot.policy(at)
    head = _unsigned_head(note)
    try:
        verify_checkpoint(note, () if policy is None else policy.note_keys(origin))
    except Refused as refused:
        step.add("checkpoint", refused.code, ".head.note")
    if head is not None and head.origin != origin:
        step.add("checkpoint", "BUNDLE_CHECKPOINT_FOREIGN", ".head.note")
    step.ground.judge_bytes(
        step.part("checkpoint"), step.path + ".head", note, place.head.signature, typ=CHECKPOINT_TYPE, role="so_seal",
        at=at,
    )  # fmt: skip
    proof = [bytes.fromhex(one) for one in place.in_log.path]
    leaf = leaf_hash(place.manifest.data)
    if head is None or not verify_inclusion(place.in_log.index, head.size, leaf, proof, head.root):
        step.add("log", "BUNDLE_NOT_IN_LOG", ".in_log")
    return head


def _unsigned_head(note: bytes) -> Checkpoint | None:
    try:
        return Checkpoint.of(split_note(note)[0])
    except Refused:
        return None


def _stamped_at(place: Place, at: datetime, step: _Step) -> datetime | None:
    """Check the time-stamp over the note under the policy in force; a head without one tells so, where none is due."""
    try:
        stamp = judge_timestamp(place.head.token, decode_base64(place.head.note), step.ground.snapshot.policy(at))
    except Refused as refused:
        step.add("timestamp", refused.code, ".head.timestamp", **refused.facts)
        return None
    if stamp is not None:
        return stamp.at
    if not step.is_later:
        step.ground.found.leave_out("timestamp")
        step.add("timestamp", "BUNDLE_NOT_STAMPED", ".head")
    return None


def _is_cosigned(place: Place, head: Checkpoint | None, at: datetime, step: _Step) -> bool:
    policy = step.ground.snapshot.policy(at)
    keys = () if policy is None or head is None else policy.note_keys(COSIGNER)
    if head is not None and any(_is_by(key, head, place.head.cosignature) for key in keys):
        return True
    step.add("cosignature", "CHECKPOINT_SIGNATURE_WRONG", ".head.cosignature")
    return False


def _is_by(key: NoteKey, head: Checkpoint, line: str) -> bool:
    try:
        verify_cosignature(head, line, key)
    except Refused:
        return False
    return True


def _check_receipt(place: Place, manifest: Manifest | None, head: Checkpoint | None, at: datetime, step: _Step) -> None:
    """Check that Bộ's receipt is about this lock at this place in the log, and that Bộ's seal signed it."""
    try:
        said = read(place.receipt.data, IngestStatement)
    except Refused:
        step.add("cosignature", "BUNDLE_INGEST_DIFFERS", ".receipt")
        return
    step.ground.judge(
        step.part("cosignature"), step.path + ".receipt", place.receipt, typ=said.type, role="bo_seal", at=at
    )
    if manifest is None or head is None:
        return  # told as their own faults
    true = ("ingested", manifest.so, manifest.lock_id, manifest.root, place.in_log.index)
    if (said.outcome, said.so, said.lock_id, said.root, said.log_index) != true or not _is_covered(said, head):
        step.add("cosignature", "BUNDLE_INGEST_DIFFERS", ".receipt")


def _is_covered(said: IngestStatement, head: Checkpoint) -> bool:
    """Tell whether a receipt rests on this head; the final head of a closed log stands for all before it."""
    if head.successor is None:
        return said.tree_size == head.size
    return said.log_index < said.tree_size <= head.size
