"""One record of a topic of ours, as far as recovery looks at it: which message it is, and whether it is ours at all."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hub.errors import Refused
from hub.kafka.dead_letter import REDRIVEN
from hub.kafka.headers import read_headers
from hub.kafka.reader import Found
from hub.schemas import decode
from hub.topics import Topic

__all__ = ["FOREIGN", "Written", "written"]

FOREIGN = "Foreign"

_HASH_IS_ENOUGH = frozenset({"LockedChunk", "Transcript", "Quarantined", FOREIGN})
_QUARANTINE_PLACE = ("stage", "topic", "partition", "offset")
_CONTEXTS = ("__connect.errors.", "hub.error.")  # the second one in messages of the hub's first version


@dataclass(frozen=True, slots=True)
class Written:
    """A record with its message id; `kind` is "Foreign" for one that this organisation cannot have written.

    The value is dropped where its hash is enough: chunks, transcripts, quarantined records come from rows again, and a
    stranger's record is never stored.
    """

    found: Found
    message_id: str
    kind: str
    sha256: bytes

    @property
    def is_sign(self) -> bool:
        """Tell whether it shows how far this organisation had come: no stranger's record, and no redriven copy."""
        return self.kind != FOREIGN and all(name != REDRIVEN for name, _ in self.found.headers)


def written(topic: Topic, found: Found) -> Written:
    """Tell which message a record is. Transcripts of the national stream are known by their lock."""
    message_id, kind = _named(topic, found)
    kept = replace(found, value=None) if kind in _HASH_IS_ENOUGH else found
    return Written(kept, message_id, kind, hashlib.sha256(found.value or b"").digest())


def _named(topic: Topic, found: Found) -> tuple[str, str]:
    if topic.name.endswith(".quarantine.v1"):
        return _quarantined(found, dict(found.headers))
    try:
        headers = read_headers(found.headers)
    except Refused:
        return f"{found.part}/{found.offset}", FOREIGN
    if headers.kind not in topic.messages or not _reads(headers.kind, found.value):
        return headers.message_id, FOREIGN
    name = headers.message_id.split("/")[0] if headers.kind == "Transcript" else headers.message_id
    return name, headers.kind


def _reads(kind: str, value: bytes | None) -> bool:
    try:
        decode(value, (kind,))
    except Refused:
        return False
    return True


def _quarantined(found: Found, headers: Mapping[str, bytes | None]) -> tuple[str, str]:
    context = next((prefix for prefix in _CONTEXTS if f"{prefix}stage" in headers), "")
    parts = [headers.get(f"{context}{name}") for name in _QUARANTINE_PLACE]
    if not all(parts):
        return f"{found.part}/{found.offset}", FOREIGN
    return ".".join((part or b"").decode("utf-8", "replace") for part in parts), "Quarantined"
