"""Dead letters: how the headers of a quarantined record are kept, told of, and sent again.

The names that tell of a dead letter are those of Kafka Connect's error context, so that its tools read them
(KIP-298 [text]); our own code stands beside them. Where a name occurs twice, the last one is ours.
A name of a header that is not UTF-8 is a text with surrogate escapes; no client of ours can send it again as it was.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

__all__ = [
    "CODE", "REDRIVEN", "VALUE_BYTES", "VALUE_SHA256", "EntryId", "Pair", "error_headers", "is_sendable",
    "read_kept", "sendable", "size_of", "to_keep",
]  # fmt: skip

Pair = tuple[str, bytes | None]

REDRIVEN = "hub-redriven"  # names the entry of a record that an operator sent again; nothing but the name
CODE = "hub.error.code"
VALUE_BYTES = "hub.error.value.bytes"
VALUE_SHA256 = "hub.error.value.sha256"
_CONNECT = "__connect.errors."
_NAME_HEX = "hub.header-name-hex."
_FRAME_BYTES = 8  # lengths around one header
_GONE = "@"  # behind it the id of a topic whose log was lost: see hub.recovery.new_log
_ENTRY = re.compile(
    r"(so-[a-z]+(?:-[a-z]+)*|bo)/([a-z-]{1,40})/([A-Za-z0-9._-]{1,249}(?:@[A-Za-z0-9_-]{1,60})*)/([0-9]{1,9})/([0-9]{1,18})"
)


@dataclass(frozen=True, slots=True, order=True)
class EntryId:
    """Which quarantine entry: `owner` is "so-<slug>" or "bo"; topic, part and offset are those of the record.

    The topic of a log that is gone carries "@" and its id.
    """

    owner: str
    stage: str
    topic: str
    part: int
    offset: int

    def __str__(self) -> str:
        """Return the one name under which commands and headers know it."""
        return f"{self.owner}/{self.stage}/{self.topic}/{self.part}/{self.offset}"

    @property
    def is_of_gone_log(self) -> bool:
        """Tell whether the record stood in a log that was lost: there is no topic to send it to again."""
        return _GONE in self.topic

    @classmethod
    def read(cls, text: str | bytes | None) -> Self | None:
        """Return the entry that a text names, None when it names none."""
        shown = text.decode("ascii", "replace") if isinstance(text, bytes) else text or ""
        found = _ENTRY.fullmatch(shown)
        return None if found is None else cls(found[1], found[2], found[3], int(found[4]), int(found[5]))


def to_keep(headers: Iterable[Pair]) -> bytes:
    """Return headers as JSON in ASCII, values in hex: any name, any value, null and repeated ones."""
    return json.dumps([[name, None if value is None else value.hex()] for name, value in headers]).encode()


def read_kept(data: bytes) -> tuple[Pair, ...]:
    """Return the headers that `to_keep` wrote, in their order."""
    return tuple((name, None if value is None else bytes.fromhex(value)) for name, value in json.loads(bytes(data)))


def is_sendable(headers: Iterable[Pair]) -> bool:
    """Tell whether every name is UTF-8, so that the client can send it as it was."""
    return all(name == shown for (name, _), (shown, _) in ((pair, _renamed(pair)) for pair in headers))


def sendable(headers: Iterable[Pair]) -> list[Pair]:
    """Return headers that the client can send: a name that is not UTF-8 becomes its hex under a prefix of ours."""
    return [_renamed(pair) for pair in headers]


def size_of(headers: Iterable[Pair]) -> int:
    """Return how many bytes headers take in a message, roughly and never too few."""
    return sum(len(_raw(name)) + len(value or b"") + _FRAME_BYTES for name, value in headers)


def error_headers(entry: EntryId, code: str, told: str) -> list[Pair]:
    """Return what tells of a dead letter. `told` explains the code and must hold nothing of the record."""
    context = {
        "topic": entry.topic,
        "partition": str(entry.part),
        "offset": str(entry.offset),
        "connector.name": f"hocba.{entry.owner}.{entry.stage}",
        "stage": entry.stage,
        "exception.class.name": code,
        "exception.message": told,
    }
    return [*((f"{_CONNECT}{name}", text.encode()) for name, text in context.items()), (CODE, code.encode())]


def _renamed(pair: Pair) -> Pair:
    name, value = pair
    try:
        name.encode()
    except UnicodeEncodeError:
        return f"{_NAME_HEX}{_raw(name).hex()}", value
    return pair


def _raw(name: str) -> bytes:
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that is no escape: nobody's bytes
        return name.encode("utf-8", "surrogatepass")
