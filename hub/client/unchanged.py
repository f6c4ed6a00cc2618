"""Whether what Sở's database shows of a học bạ is what was accepted and locked: bytes, hashes and root, recomputed.

No path of the hub changes a version; whoever owns the database can. What is checked here needs that database alone:
the document against its hash, the evidence leaf against the document and against its hash, and the root of the lock's
manifest over all its leaves. Signatures and log are checked by whoever verifies the evidence.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hub.domain.statements import Manifest, read
from hub.errors import Corrupt, Refused
from hub.trust import envelope_sha256, leaf_hash, manifest_root, parse_leaf

__all__ = ["Locked", "Stored", "check_unchanged", "is_manifest_of"]


@dataclass(frozen=True, slots=True)
class Locked:
    """What stands beside a version after its lock; `leaf_sha256` is the leaf's hash in the manifest tree."""

    lock_id: bytes
    leaf: bytes
    leaf_sha256: bytes
    effective_on: date
    locator: str


@dataclass(frozen=True, slots=True)
class Stored:
    """One version as the database has it.

    `locked` is None before its lock, `signatures` None where nobody asks for them.
    """

    document: bytes
    document_sha256: bytes
    version: int
    locked: Locked | None
    signatures: tuple[str, ...] | None = None


def check_unchanged(stored: Stored) -> None:
    """Compare one version with its hash and its leaf. Raises Corrupt(RECORD_CHANGED) with what differs."""
    facts = {"document": stored.document_sha256.hex()}
    if hashlib.sha256(stored.document).digest() != stored.document_sha256:
        raise Corrupt("RECORD_CHANGED", facts | {"what": "document"})
    if stored.locked is not None and not _is_leaf_of(stored, stored.locked):
        raise Corrupt("RECORD_CHANGED", facts | {"what": "leaf"})


def _is_leaf_of(stored: Stored, locked: Locked) -> bool:
    try:
        leaf = parse_leaf(locked.leaf)
    except Refused:
        return False
    said = (leaf.document_sha256, leaf.version, leaf.effective_on, leaf.locator)
    kept = (stored.document_sha256.hex(), stored.version, locked.effective_on.isoformat(), locked.locator)
    if stored.signatures is not None and leaf.envelope_sha256 != envelope_sha256(stored.signatures).hex():
        return False
    return said == kept and leaf_hash(locked.leaf) == locked.leaf_sha256


def is_manifest_of(manifest: bytes, root: bytes, leaf_hashes: Sequence[bytes]) -> bool:
    """Tell whether a signed manifest is over exactly these leaves of its lock."""
    try:
        said = read(manifest, Manifest)
    except Refused:
        return False
    return (said.count, said.root) == (len(leaf_hashes), root.hex()) and manifest_root(leaf_hashes) == root
