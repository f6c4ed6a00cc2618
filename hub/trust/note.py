"""Signed notes (C2SP signed-note): a text, a blank line, and one line for each Ed25519 signature over the text.

    — <key name> base64(key id ‖ signature)

The key id is SHA-256(name ‖ LF ‖ type ‖ public key)[:4]; keys travel as verifier keys `name+hexid+base64(type‖key)`.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.errors import Refused
from hub.trust.der import decode_base64, encode_base64

__all__ = ["COSIGNATURE", "ED25519", "NoteKey", "NoteSignature", "NoteSigner", "join_note", "split_note"]

ED25519 = 0x01  # signature type: plain Ed25519 over the note text
COSIGNATURE = 0x04  # signature type: timestamped Ed25519 cosignature
NOTE_BYTE_COUNT_MAX = 65_536
SIGNATURE_COUNT_MAX = 64
_KEY_ID_BYTE_COUNT = 4
_PUBLIC_KEY_BYTE_COUNT = 32
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")


class NoteSigner(Protocol):
    """What a log or cosigner signs with: its name, its Ed25519 public key (32 bytes) and raw signatures (64 bytes)."""

    @property
    def name(self) -> str:
        """Key name, for a log its origin."""

    @property
    def public_key(self) -> bytes:
        """Ed25519 public key, 32 bytes (RFC 8032)."""

    def sign(self, data: bytes) -> bytes:
        """Return the Ed25519 signature over `data`, 64 bytes."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public note key of one signature type. Raises Refused NOTE_KEY_WRONG for an impossible name or key."""

    name: str
    public_key: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.public_key) != _PUBLIC_KEY_BYTE_COUNT:
            raise Refused("NOTE_KEY_WRONG")
        if self.kind not in (ED25519, COSIGNATURE):
            raise Refused("NOTE_KEY_WRONG")

    @classmethod
    def of(cls, text: str) -> "NoteKey":
        """Read a verifier key `name+hexid+base64`; its key id must agree. Raises Refused NOTE_KEY_WRONG."""
        try:
            name, key_id, encoded = text.split("+", 2)
            data = decode_base64(encoded)
        except (ValueError, Refused):
            raise Refused("NOTE_KEY_WRONG") from None
        key = cls(name, data[1:], data[0] if data else 0)
        if key.key_id.hex() != key_id:
            raise Refused("NOTE_KEY_WRONG")
        return key

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before a signature."""
        data = self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key
        return hashlib.sha256(data).digest()[:_KEY_ID_BYTE_COUNT]

    @property
    def text(self) -> str:
        """The verifier key as the trust policy lists it."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.kind]) + self.public_key)}"

    def check(self, signature: bytes, message: bytes) -> bool:
        """Tell whether `signature` (64 bytes) over `message` is by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line, not checked; `signature` is what follows the key id."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line with its line feed."""
        return f"— {self.name} {encode_base64(self.key_id + self.signature)}\n"

    @classmethod
    def of(cls, line: str) -> "NoteSignature":
        """Read one line without its line feed. Raises Refused NOTE_WRONG."""
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—" or not _NAME.fullmatch(parts[1]):
            raise Refused("NOTE_WRONG", {"reason": "signature line"})
        try:
            data = decode_base64(parts[2])
        except Refused:
            raise Refused("NOTE_WRONG", {"reason": "signature line"}) from None
        if len(data) <= _KEY_ID_BYTE_COUNT:
            raise Refused("NOTE_WRONG", {"reason": "signature line"})
        return cls(parts[1], data[:_KEY_ID_BYTE_COUNT], data[_KEY_ID_BYTE_COUNT:])

    def is_by(self, key: NoteKey) -> bool:
        """Tell whether name and key id are those of `key`."""
        return self.name == key.name and self.key_id == key.key_id


def join_note(text: bytes, signatures: Iterable[NoteSignature]) -> bytes:
    """Return the signed note of a text that ends in a line feed."""
    return text + b"\n" + "".join(item.line for item in signatures).encode()


def split_note(note: bytes) -> tuple[bytes, list[NoteSignature]]:
    """Return the text (with its last line feed) and the signature lines of a note. Raises Refused NOTE_WRONG."""
    if len(note) > NOTE_BYTE_COUNT_MAX:
        raise Refused("NOTE_WRONG", {"reason": "too large"})
    try:
        decoded = note.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("NOTE_WRONG", {"reason": "not UTF-8"}) from None
    if any(letter < " " and letter != "\n" for letter in decoded):
        raise Refused("NOTE_WRONG", {"reason": "control character"})
    text, blank, lines = decoded.rpartition("\n\n")
    if not blank or not text or not lines.endswith("\n"):
        raise Refused("NOTE_WRONG", {"reason": "no signatures"})
    found = lines[:-1].split("\n")
    if len(found) > SIGNATURE_COUNT_MAX:
        raise Refused("NOTE_WRONG", {"reason": "too many signatures"})
    return (text + "\n").encode(), [NoteSignature.of(line) for line in found]
