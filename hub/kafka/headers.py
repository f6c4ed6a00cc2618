"""Headers of our messages: CloudEvents over Kafka, binary mode.

Headers are for routing and tracing; they are not signed, so they are compared with the body and never believed
against it. Source: CloudEvents Kafka protocol binding 1.0, section 3.2 [text]; W3C Trace Context level 1 [text].
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.errors import Refused
from hub.schemas import Message

__all__ = ["CONTENT_TYPE", "Headers", "disagreement", "headers_of", "identity_of", "read_headers", "sequence_of"]

CONTENT_TYPE = "application/avro"
_HEADER_COUNT_MAX = 32
_VALUE_BYTES_MAX = 512
_NEEDED = ("ce_specversion", "ce_id", "ce_source", "ce_type", "content-type")
_SEQUENCE = "ce_sequence"
_SEQUENCE_DIGITS = re.compile(rb"[0-9]{19}")  # all of one length, since CloudEvents orders them as text
_SEQUENCE_MAX = 2**63 - 1
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_TYPE = re.compile(r"vn\.hocba\.([a-z]+(?:-[a-z]+)*)\.v1")
_SOURCE = re.compile(r"/bo|/so/[a-z]+(?:-[a-z]+)*|/schools/[^/]+")


@dataclass(frozen=True, slots=True)
class Headers:
    """What the headers say. `kind` is a message name ("LockRequest"); `traceparent` None when absent or unusable."""

    message_id: str
    kind: str
    source: str
    traceparent: str | None = None


def headers_of(
    kind: str, message_id: str, source: str, traceparent: str | None = None, sequence: int | None = None
) -> list[tuple[str, bytes]]:
    """Return the headers of a message; `source` is "/schools/<code>", "/so/<slug>" or "/bo".

    `sequence` (below 2**63) tells the order in which one source decided, whatever the partition.
    """
    pairs = [
        ("ce_specversion", b"1.0"),
        ("ce_id", message_id.encode()),
        ("ce_source", source.encode()),
        ("ce_type", _type_of(kind).encode()),
        ("content-type", CONTENT_TYPE.encode()),
    ]
    if sequence is not None:
        pairs.append((_SEQUENCE, f"{sequence:019d}".encode()))
    return pairs if traceparent is None else [*pairs, ("traceparent", traceparent.encode())]


def read_headers(pairs: Iterable[tuple[str, bytes | None]]) -> Headers:
    """Read the headers of a record; those that are not ours are ignored, a broken traceparent too.

    Raises Refused: HEADER_MISSING, HEADER_REPEATED, HEADER_MALFORMED, HEADER_CONTENT_TYPE.
    """
    found = _found(pairs)
    if found["content-type"] != CONTENT_TYPE:
        raise Refused("HEADER_CONTENT_TYPE")
    kind = _TYPE.fullmatch(found["ce_type"])
    if kind is None:
        raise _malformed("ce_type")
    if found["ce_specversion"] != "1.0":
        raise _malformed("ce_specversion")
    if not _SOURCE.fullmatch(found["ce_source"]):
        raise _malformed("ce_source")
    name = "".join(word.capitalize() for word in kind[1].split("-"))
    return Headers(found["ce_id"], name, found["ce_source"], found.get("traceparent"))


def sequence_of(pairs: Iterable[tuple[str, bytes | None]]) -> int | None:
    """Return the place of a message in the order of its source's decisions; None where the headers do not tell it."""
    told = [value or b"" for name, value in pairs if name == _SEQUENCE]
    if len(told) != 1 or not _SEQUENCE_DIGITS.fullmatch(told[0]):
        return None
    sequence = int(told[0])
    return sequence if sequence <= _SEQUENCE_MAX else None


def disagreement(headers: Headers, message: Message) -> str | None:
    """Return HEADER_DISAGREES when type, id or source are not those of the body, else None."""
    message_id, source = identity_of(message.name, message.value)
    agree = headers.kind == message.name and headers.message_id == message_id
    if source is None:  # a receipt is Sở's or Bộ's; its signed statement says whose
        agree = agree and not headers.source.startswith("/schools/")
    else:
        agree = agree and headers.source == source
    return None if agree else "HEADER_DISAGREES"


def identity_of(name: str, value: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return (message id, source) of a message as its body gives them; source None when the body does not say.

    The id is unique among the messages of one source and type, and the same on every replay.
    """
    message_id, source = _IDENTITY[name]
    return message_id(value), source(value)


_Part = Callable[[Mapping[str, Any]], str]


def _field(name: str) -> _Part:
    return lambda value: str(value[name])


def _school(value: Mapping[str, Any]) -> str:
    return f"/schools/{value['school']}"


def _so(value: Mapping[str, Any]) -> str:
    return f"/so/{value['so']}"


def _head(value: Mapping[str, Any]) -> str:
    """Name a head by its size; the final head of a closed log has the size of the one before it."""
    lines = value["text"].split(b"\n", 4)
    closed = "/closed" if len(lines) > 4 and lines[3].startswith(b"closed ") else ""
    return f"{value['tree_size']}{closed}"


def _bo(_value: Mapping[str, Any]) -> str:
    return "/bo"


def _unsaid(_value: Mapping[str, Any]) -> None:
    return None


_IDENTITY: Mapping[str, tuple[_Part, Callable[[Mapping[str, Any]], str | None]]] = {
    "Submission": (_field("command_id"), _school),
    "Recall": (_field("command_id"), _school),
    "CorrectionRequest": (_field("command_id"), _school),
    "CorrectionConfirmation": (_field("command_id"), _school),
    "CorrectionWithdrawal": (_field("command_id"), _school),
    "UnlockRequest": (_field("command_id"), _school),
    "UnlockDecision": (_field("command_id"), _school),
    "WindowClosed": (_field("command_id"), _school),
    "ConflictDecision": (_field("command_id"), _school),
    "IdentityCorrection": (_field("command_id"), _school),
    "SlipIssue": (_field("command_id"), _school),
    "TransferRequest": (_field("command_id"), _school),
    "TransferConsent": (_field("command_id"), _school),
    "TransferReferral": (_field("command_id"), _school),
    "TransferAnswer": (_field("command_id"), _school),
    "TransferRelease": (_field("command_id"), _school),
    "TransferAcknowledgement": (_field("command_id"), _school),
    "TransferWithdrawal": (_field("command_id"), _school),
    "TransferDecision": (_field("command_id"), _school),
    "LockRequest": (_field("command_id"), _school),
    "SoLock": (_field("command_id"), _school),
    "Reminder": (_field("reminder_id"), _so),
    "RegisterEntry": (_field("entry_id"), _so),
    "LockOrder": (_field("command_id"), _so),
    "Receipt": (_field("receipt_id"), _unsaid),
    "LockedChunk": (lambda value: f"{value['lock_id']}/{value['index']}", _so),
    "LockManifest": (_field("lock_id"), _so),
    "Checkpoint": (_head, _so),
    "IdentityLink": (lambda value: hashlib.sha256(value["statement"]).hexdigest(), _so),
    "Acceptance": (_field("submission"), _so),
    "Slip": (lambda value: hashlib.sha256(value["statement"]).hexdigest(), _so),
    "TransferStep": (lambda value: hashlib.sha256(value["statement"]).hexdigest(), _so),
    "TransferEntry": (lambda value: f"{value['so']}/{hashlib.sha256(value['statement']).hexdigest()}", _bo),
    "TransferNotice": (_field("notice_id"), _bo),
    "TransferDocument": (lambda value: f"{value['transfer_id']}/{value['delivery']}/{value['index']}", _bo),
    "IngestReceipt": (_field("receipt_id"), _bo),
    "Transcript": (lambda value: f"{value['lock_id']}/{value['leaf_sha256'].hex()}", _bo),
}


def _type_of(kind: str) -> str:
    return f"vn.hocba.{re.sub(r'(?<!^)(?=[A-Z])', '-', kind).lower()}.v1"


def _malformed(header: str) -> Refused:
    return Refused("HEADER_MALFORMED", {"header": header})


def _found(pairs: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for count, (name, value) in enumerate(pairs):
        if count >= _HEADER_COUNT_MAX:
            raise _malformed("(too many)")
        if name == "traceparent":
            if value is not None and _TRACEPARENT.fullmatch(value):
                found[name] = value.decode()
        elif name in _NEEDED:
            if name in found:
                raise Refused("HEADER_REPEATED", {"header": name})
            found[name] = _text(name, value)
    for name in _NEEDED:
        if name not in found:
            raise Refused("HEADER_MISSING", {"header": name})
    return found


def _text(name: str, value: bytes | None) -> str:
    if not value or len(value) > _VALUE_BYTES_MAX:
        raise _malformed(name)
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise _malformed(name) from None
