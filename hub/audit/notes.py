"""Signed notes and cosignatures of C2SP (signed-note, tlog-checkpoint, tlog-cosignature v1), from their texts."""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

__all__ = ["Head", "cosignature_fault", "note_fault", "read_head"]

_PLAIN, _COSIGNATURE = 1, 4
_CLOSED = "closed "  # begins the one extension line that a final head has
_TIME_BYTES = 8  # seconds since 1970, big endian


class Head(NamedTuple):
    """A checkpoint: origin, size, root (32 bytes), and the text that signatures are over.

    `successor`: who follows, where it is the final head of a closed log; else "".
    """

    origin: str
    size: int
    root: bytes
    text: bytes
    successor: str = ""


def read_head(note: bytes) -> Head | None:
    """Read the text of a signed note as a checkpoint; None when it is none."""
    text, blank, _ = note.partition(b"\n\n")
    try:
        origin, size, root, *more = text.decode("utf-8").split("\n")
        if not blank or len(more) > 1 or (more and not more[0].startswith(_CLOSED)):
            return None
        successor = more[0].removeprefix(_CLOSED) if more else ""
        return Head(origin, int(size), base64.b64decode(root, validate=True), text + b"\n", successor)
    except (ValueError, binascii.Error):
        return None


def note_fault(note: bytes, head: Head, keys: Iterable[str]) -> str | None:
    """Return a code unless one line of the note is a signature by one of the verifier keys."""
    lines = note.partition(b"\n\n")[2].decode("utf-8", "replace").splitlines()
    if any(_signed(line, key, _PLAIN, head.text) for line in lines for key in keys):
        return None
    return "NOTE_SIGNATURE_WRONG"


def cosignature_fault(line: str, head: Head, keys: Iterable[str]) -> str | None:
    """Return a code unless the line is a timestamped cosignature of the head by one of the verifier keys."""
    if any(_signed(line.rstrip("\n"), key, _COSIGNATURE, head.text) for key in keys):
        return None
    return "COSIGNATURE_WRONG"


def _signed(line: str, verifier: str, kind: int, text: bytes) -> bool:
    name, key_id, encoded = verifier.split("+", 2)
    parts = line.split(" ")
    if len(parts) != 3 or parts[:2] != ["\u2014", name]:
        return False
    try:
        key, data = base64.b64decode(encoded), base64.b64decode(parts[2], validate=True)
    except binascii.Error:
        return False
    own_id = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if key[0] != kind or own_id.hex() != key_id or data[:4] != own_id:
        return False
    signature, signed = data[4:], text
    if kind == _COSIGNATURE:
        if len(signature) != _TIME_BYTES + 64:
            return False
        signed = b"cosignature/v1\ntime %d\n" % int.from_bytes(signature[:_TIME_BYTES]) + text
        signature = signature[_TIME_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True
