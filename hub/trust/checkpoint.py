"""Điểm kiểm của nhật ký: a log's signed tree head (C2SP tlog-checkpoint) and its cosignatures (tlog-cosignature v1).

Text: origin, size in decimal, root in base64, one line each. A log never signs two heads that are inconsistent; the
cosigner (Bộ) signs only after it recomputed the log. The last head of a log that is closed (đóng nhật ký) has one
extension line more, `closed <slug of the Sở that follows>`; no other extension is read (ADR 0031).
"""

import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.errors import Refused
from hub.trust.der import decode_base64, encode_base64
from hub.trust.merkle import HASH_BYTE_COUNT, SIZE_MAX
from hub.trust.note import COSIGNATURE, ED25519, NoteKey, NoteSignature, NoteSigner, join_note, split_note

__all__ = [
    "CHECKPOINT_TYPE",
    "COSIGNER",
    "Checkpoint",
    "cosign",
    "log_origin",
    "sign_checkpoint",
    "verify_checkpoint",
    "verify_cosignature",
]

COSIGNER = "bo.hocba/witness"
"""Name of the note key with which Bộ cosigns."""
CHECKPOINT_TYPE = "vn.hocba.checkpoint/1"
"""Type (`typ`) of the JWS by which a Sở seals the text of a checkpoint."""
_SIZE = re.compile(r"0|[1-9][0-9]{0,19}")
_ORIGIN = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
_SUCCESSOR = re.compile(r"(?=.{2,30}\Z)[a-z]+(?:-[a-z]+)*")
_CLOSED = "closed "  # what the extension line of a final head begins with
_TIME_S_MAX = 2**63 - 1
_STAMP = struct.Struct(">Q")
_COSIGNATURE_HEADER = b"cosignature/v1\n"


def log_origin(so: str) -> str:
    """Return the origin line of the log of a Sở (slug), which is the name of its note key."""
    return f"so-{so}.hocba/log"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: log origin, count of leaves, root (32 bytes). Raises Refused CHECKPOINT_WRONG when impossible.

    `successor`: of the final head of a closed log, the slug of the Sở that follows; None while the log is open.
    """

    origin: str
    size: int
    root: bytes
    successor: str | None = None

    def __post_init__(self) -> None:
        if not _ORIGIN.fullmatch(self.origin) or not 0 <= self.size <= SIZE_MAX or len(self.root) != HASH_BYTE_COUNT:
            raise Refused("CHECKPOINT_WRONG")
        if self.successor is not None and not _is_successor(self.origin, self.successor):
            raise Refused("CHECKPOINT_WRONG")

    @property
    def text(self) -> bytes:
        """The note text, with its last line feed: what every signature is over."""
        closed = "" if self.successor is None else f"{_CLOSED}{self.successor}\n"
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n{closed}".encode()

    @classmethod
    def of(cls, text: bytes) -> "Checkpoint":
        """Read a note text strictly; of extension lines only `closed`, once. Raises Refused CHECKPOINT_WRONG."""
        try:
            origin, size, root, *extension, rest = text.decode("utf-8").split("\n")
            number = int(size) if _SIZE.fullmatch(size) else -1
            found = cls(origin, number, decode_base64(root), _successor(extension))
        except (ValueError, Refused):
            raise Refused("CHECKPOINT_WRONG") from None
        if rest:
            raise Refused("CHECKPOINT_WRONG")
        return found


def _is_successor(origin: str, successor: str) -> bool:
    return _SUCCESSOR.fullmatch(successor) is not None and log_origin(successor) != origin


def _successor(extension: Sequence[str]) -> str | None:
    """Return whom the extension lines name, or None without any. Raises Refused for every other line."""
    if not extension:
        return None
    if len(extension) > 1 or not extension[0].startswith(_CLOSED):
        raise Refused("CHECKPOINT_WRONG")
    return extension[0].removeprefix(_CLOSED)


def sign_checkpoint(checkpoint: Checkpoint, signer: NoteSigner) -> bytes:
    """Return the signed note of a checkpoint by its log."""
    key = NoteKey(signer.name, signer.public_key, ED25519)
    signature = NoteSignature(key.name, key.key_id, signer.sign(checkpoint.text))
    return join_note(checkpoint.text, [signature])


def verify_checkpoint(note: bytes, keys: Iterable[NoteKey]) -> Checkpoint:
    """Return the checkpoint of a note that one of the log's `keys` signed; lines by unknown keys are ignored.

    Raises Refused: NOTE_WRONG, CHECKPOINT_WRONG, CHECKPOINT_SIGNER_UNKNOWN (none by a known key, or by a key of
    another origin), CHECKPOINT_SIGNATURE_WRONG (a known key's signature does not verify).
    """
    text, lines = split_note(note)
    checkpoint = Checkpoint.of(text)
    known = [key for key in keys if key.kind == ED25519 and key.name == checkpoint.origin]
    matches = [(line, key) for line in lines for key in known if line.is_by(key)]
    if not matches:
        raise Refused("CHECKPOINT_SIGNER_UNKNOWN")
    if not all(key.check(line.signature, text) for line, key in matches):
        raise Refused("CHECKPOINT_SIGNATURE_WRONG")
    return checkpoint


def cosign(checkpoint: Checkpoint, signer: NoteSigner, time_s: int) -> str:
    """Return the cosignature line (with line feed) that says: at `time_s` (Unix seconds) this was the largest head."""
    key = NoteKey(signer.name, signer.public_key, COSIGNATURE)
    signature = signer.sign(_cosigned(checkpoint, time_s))
    return NoteSignature(key.name, key.key_id, _STAMP.pack(time_s) + signature).line


def verify_cosignature(checkpoint: Checkpoint, line: str, key: NoteKey) -> int:
    """Check one cosignature line (with or without line feed) by `key`; return its time, Unix seconds.

    Raises Refused: NOTE_WRONG, CHECKPOINT_SIGNER_UNKNOWN, CHECKPOINT_SIGNATURE_WRONG.
    """
    found = NoteSignature.of(line.removesuffix("\n"))
    if key.kind != COSIGNATURE or not found.is_by(key):
        raise Refused("CHECKPOINT_SIGNER_UNKNOWN")
    if len(found.signature) <= _STAMP.size:
        raise Refused("CHECKPOINT_SIGNATURE_WRONG")
    time_s: int = _STAMP.unpack(found.signature[: _STAMP.size])[0]
    if time_s > _TIME_S_MAX or not key.check(found.signature[_STAMP.size :], _cosigned(checkpoint, time_s)):
        raise Refused("CHECKPOINT_SIGNATURE_WRONG")
    return time_s


def _cosigned(checkpoint: Checkpoint, time_s: int) -> bytes:
    return _COSIGNATURE_HEADER + f"time {time_s}\n".encode() + checkpoint.text
