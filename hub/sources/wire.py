"""What goes to the process that reads sources, and what comes back: msgpack in frames of a stated length."""

from datetime import datetime

import msgspec

from hub.domain.findings import Finding
from hub.trust import Origin, SourceSystem

__all__ = ["FRAME_BYTES_MAX", "LENGTH_BYTES", "READY", "Answer", "Asked", "Request", "framed"]

LENGTH_BYTES = 4
FRAME_BYTES_MAX = 64 * 1_048_576
READY = b"R"  # what a child says once it can begin


class Asked(msgspec.Struct, frozen=True):
    """One document that is said to rest on the source of the request."""

    document: bytes
    origin: Origin
    at: datetime
    allows_rs256: bool = False


class Request(msgspec.Struct, frozen=True):
    """One source with all documents that rest on it; it is read once."""

    source: bytes
    system: SourceSystem
    signers: tuple[bytes, ...]
    asked: tuple[Asked, ...]


class Answer(msgspec.Struct, frozen=True):
    """Findings of each document, in order; or an error of the hub's own, which is nobody's document's fault.

    `signing`: who signed the source (`source_signer_sha256`) and when as the signer claims (`source_signed_at`), both
    verified; empty where nobody did.
    """

    findings: tuple[tuple[Finding, ...], ...] = ()
    signing: dict[str, str] = {}
    kind: str = ""  # of the error: "Corrupt" or "Unavailable"
    code: str = ""
    facts: dict[str, str] = {}


def framed(message: Request | Answer) -> bytes:
    """Return a message behind its length (4 bytes, greatest first)."""
    data = msgspec.msgpack.encode(message)
    return len(data).to_bytes(LENGTH_BYTES) + data
