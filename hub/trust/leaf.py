"""Lá của học sinh: what stands in the evidence for one locked document, blinded by a salt (design: RFC 9162 leaves).

A leaf is the canonical JSON of `Leaf`; its hash is SHA-256(0x00 ‖ bytes). An unsalted hash of a child's marks could
be guessed; the salt is derived from a key outside the database, so that a replay makes the same leaf and shredding
the key blinds it for good.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hub.errors import Refused
from hub.trust import merkle
from hub.trust.origin import Grade
from hub.trust.sealed import grade_of

__all__ = ["LEAF_TYPE", "Leaf", "envelope_sha256", "leaf_bytes", "leaf_of", "manifest_root", "parse_leaf", "salt_of"]

LEAF_TYPE = "vn.hocba.leaf/1"
LEAF_BYTE_COUNT_MAX = 2048
SALT_KEY_BYTE_COUNT_MIN = 32

Sha256 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Text = Annotated[
    str, Meta(min_length=1, max_length=128, pattern=r"\A[^\x00-\x1f\x7f]+\Z")
]  # the longest identifier is school and student code


class Leaf(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Members in canonical order.

    `effective_on` is the civil date (UTC+7) of the lock, `evidence` the grade that the signatures claim,
    `previous_leaf` a leaf hash.
    """

    action: Literal["LOCK", "UNLOCK", "SUPERSEDES"]
    document_sha256: Sha256
    effective_on: Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
    envelope_sha256: Sha256
    evidence: Grade
    locator: Text
    period: Text
    previous_leaf: Sha256 | UnsetType = UNSET
    pupil: Text
    salt: Sha256
    type: Literal["vn.hocba.leaf/1"]
    version: Annotated[int, Meta(ge=1, le=10_000)]
    year: Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{4}\Z")]

    @property
    def hash(self) -> bytes:
        """Leaf hash in the manifest tree, 32 bytes."""
        return merkle.leaf_hash(leaf_bytes(self))


_DECODER = msgspec.json.Decoder(Leaf)
_ENCODER = msgspec.json.Encoder(order="sorted")


def leaf_of(
    *,
    action: Literal["LOCK", "UNLOCK", "SUPERSEDES"],
    document: bytes,
    signatures: Sequence[str],
    salt_key: bytes,
    pupil: str,
    year: str,
    period: str,
    version: int,
    locator: str,
    effective_on: str,
    previous_leaf: bytes | None = None,
) -> Leaf:
    """Build the leaf of one document from its bytes and its compact signatures in order; they say its grade.

    Raises Refused LEAF_WRONG, and as `grade_of` for signatures that nobody could have verified.
    """
    digest = hashlib.sha256(document).digest()
    leaf = Leaf(
        action=action,
        document_sha256=digest.hex(),
        effective_on=effective_on,
        envelope_sha256=envelope_sha256(signatures).hex(),
        evidence=grade_of(signatures),
        locator=locator,
        period=period,
        previous_leaf=UNSET if previous_leaf is None else previous_leaf.hex(),
        pupil=pupil,
        salt=salt_of(salt_key, digest).hex(),
        type="vn.hocba.leaf/1",
        version=version,
        year=year,
    )
    return parse_leaf(leaf_bytes(leaf))


def leaf_bytes(leaf: Leaf) -> bytes:
    """Return the canonical bytes of a leaf: what the tree hashes and what travels."""
    return _ENCODER.encode(leaf)


def parse_leaf(data: bytes) -> Leaf:
    """Read a leaf strictly: canonical bytes, closed members. Raises Refused LEAF_WRONG."""
    if len(data) > LEAF_BYTE_COUNT_MAX:
        raise Refused("LEAF_WRONG", {"reason": "too large"})
    try:
        leaf = _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused("LEAF_WRONG", {"reason": "shape"}) from None
    if leaf_bytes(leaf) != data:
        raise Refused("LEAF_WRONG", {"reason": "not canonical"})
    return leaf


def salt_of(key: bytes, document_sha256: bytes) -> bytes:
    """Return HMAC-SHA256(key, "salt" ‖ document hash), 32 bytes; the key has at least 32 bytes."""
    if len(key) < SALT_KEY_BYTE_COUNT_MIN or len(document_sha256) != merkle.HASH_BYTE_COUNT:
        raise Refused("LEAF_WRONG", {"reason": "salt key or document hash too short"})
    return hmac.digest(key, b"salt" + document_sha256, "sha256")


def envelope_sha256(signatures: Sequence[str]) -> bytes:
    """Return SHA-256 over the compact signatures in order, joined by line feeds. Raises Refused SIGNATURE_MALFORMED."""
    try:
        return hashlib.sha256("\n".join(signatures).encode("ascii")).digest()
    except UnicodeEncodeError:
        raise Refused("SIGNATURE_MALFORMED", {"reason": "not ASCII"}) from None


def manifest_root(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root of a lock's manifest tree: leaf hashes in ascending order, whatever order they come in."""
    return merkle.root(sorted(leaf_hashes))
