"""Phong bì niêm phong: what only the receiving school opens, by HPKE (RFC 9180), and the key that it is sealed to.

Base mode with X25519, HKDF-SHA256 and AES-256-GCM. What a box is (which transfer, delivery, place, document, school)
goes into `info`, as canonical JSON behind a fixed line: a box that is moved elsewhere does not open. The key comes from
a dated register entry of kind "receiving_key", signed by a registrar; its id is the school's code, so that a newer
version takes the place of the older one. It opens boxes and signs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from msgspec import Meta

from hub.domain.transcript import Code
from hub.errors import Refused
from hub.trust.canonical import canonical
from hub.trust.entry import Entry

__all__ = ["BOX_DOMAIN", "BoxLabel", "check_receiving_key", "open_box", "receiving_key_of", "seal_box"]

BOX_DOMAIN = b"vn.hocba.transfer-document/1"
_KEY_BYTES = 32
_PROBE = X25519PrivateKey.from_private_bytes(b"\x01" * _KEY_BYTES)


@dataclass(frozen=True, slots=True)
class BoxLabel:
    """What a box is: document `index` (from 0) `of` so many in a `delivery` (from 1) of a transfer, for one school.

    `transfer` and `document_sha256` are 64 hex digits each.
    """

    transfer: str
    delivery: int
    index: int
    of: int
    document_sha256: str
    school: str

    @property
    def info(self) -> bytes:
        """The bytes that are authenticated with the box."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return BOX_DOMAIN + b"\n" + canonical(said)


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    school: Code


def receiving_key_of(payload: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return (school, raw X25519 key) of an entry. Raises msgspec.ValidationError."""
    found = msgspec.convert(dict(payload), _Payload)
    return found.school, bytes.fromhex(found.key)


def check_receiving_key(entry: Entry) -> None:
    """Refuse an entry of another school's id, or with a key to which nothing can be sealed.

    Raises msgspec.ValidationError, ValueError.
    """
    school, key = receiving_key_of(entry.payload)
    if entry.entry_id != school:
        raise ValueError("id of another school")
    _PROBE.exchange(X25519PublicKey.from_public_bytes(key))  # a point of small order gives the same for everybody


def seal_box(content: bytes, key: bytes, label: BoxLabel) -> bytes:
    """Return encapsulated key and ciphertext of `content` for the owner of `key` (raw X25519, 32 bytes)."""
    return _suite().encrypt(content, X25519PublicKey.from_public_bytes(key), info=label.info)


def open_box(box: bytes, key: X25519PrivateKey, label: BoxLabel) -> bytes:
    """Return what a box holds. Raises Refused TRANSFER_BOX_CLOSED for another key, another label or changed bytes."""
    try:
        return _suite().decrypt(box, key, info=label.info)
    except (InvalidTag, ValueError):
        facts = {"document": label.document_sha256, "key": sha256(key.public_key().public_bytes_raw()).hexdigest()}
        raise Refused("TRANSFER_BOX_CLOSED", facts) from None


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
