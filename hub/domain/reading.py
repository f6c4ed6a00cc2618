"""Read a document: bytes -> typed transcript, or every fault at once.

Invariant: a sound reading means `canonical(parse(bytes)) == bytes` under HB-JCS/1; nothing is repaired in silence.
"""

import msgspec

from hub.domain.bytes_faults import DOCUMENT_BYTES_MAX, NOTHING, parse
from hub.domain.characters import is_plain
from hub.domain.findings import FINDING_COUNT_MAX, Finding, finding
from hub.domain.shape_faults import shape_faults
from hub.domain.transcript import Transcript

__all__ = ["Reading", "canonical", "read"]

_decode = msgspec.json.Decoder(Transcript).decode
_encode = msgspec.json.Encoder().encode


class Reading(msgspec.Struct, frozen=True):
    """What reading gave. `transcript` may be set beside findings (only the bytes are at fault): see `sound`."""

    transcript: Transcript | None
    findings: tuple[Finding, ...] = ()

    @property
    def sound(self) -> bool:
        """Tell whether the bytes may stand: typed, canonical, composed, without a fault."""
        return self.transcript is not None and not self.findings


def canonical(transcript: Transcript) -> bytes:
    """Return the bytes that are signed (RFC 8785)."""
    return _encode(transcript)


def read(document: bytes) -> Reading:
    """Read one document; never raises for any bytes. A good one takes microseconds, a bad one names all its faults."""
    transcript = _typed(document) if len(document) <= DOCUMENT_BYTES_MAX else None
    if transcript is not None and is_plain(document):
        return Reading(transcript)
    return _read_slowly(document)


def _typed(document: bytes) -> Transcript | None:
    try:
        transcript = _decode(document)
        return transcript if _encode(transcript) == document else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _read_slowly(document: bytes) -> Reading:
    parsed = parse(document)
    findings = parsed.findings
    transcript: Transcript | None = None
    if parsed.value is not NOTHING:
        shape = shape_faults(parsed.value)
        findings = findings + shape
        transcript = None if shape else _converted(parsed.value)
    if transcript is None and not findings:
        findings = [finding("DOCUMENT_SHAPE")]
    elif not findings and transcript is not None and _encode(transcript) != document:
        findings = [finding("DOCUMENT_NOT_CANONICAL", facts={"offset": "0"})]
    return Reading(transcript, tuple(findings[:FINDING_COUNT_MAX]))


def _converted(value: object) -> Transcript | None:
    try:
        return msgspec.convert(value, Transcript)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
