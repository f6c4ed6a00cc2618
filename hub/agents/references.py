"""What the relay builds from a reference in the outbox: always the same messages, from rows that never change."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from hub.agents.publication import publication
from hub.agents.stage.relay import Build
from hub.errors import Corrupt
from hub.schemas import encode
from hub.store import Connection
from hub.store.bo import published_rows
from hub.store.queries import queries_of
from hub.topics import MESSAGE_BYTES_MAX

__all__ = ["bo_build", "so_build"]

_COMMON, _SO = queries_of("common"), queries_of("so")
_QUARANTINED_BYTES_MAX = MESSAGE_BYTES_MAX - 65_536  # leaves room for our own headers and the frame
_Built = tuple[bytes | None, str, bytes | None, Sequence[tuple[str, bytes | None]]]


def so_build(so: str) -> Build:
    """Return the builder of a Sở's references: receipts, locked chunks, quarantined records."""

    def build(connection: Connection, reference: dict[str, Any]) -> Iterator[_Built]:
        if "receipt" in reference:
            yield _receipt(connection, bytes.fromhex(reference["receipt"]))
        elif "chunk" in reference:
            yield _chunk(connection, so, reference["chunk"])
        else:
            yield _quarantined(connection, reference)

    return build


def bo_build(secret: bytes) -> Build:
    """Return the builder of Bộ's references: the national stream, quarantined records."""

    def build(connection: Connection, reference: dict[str, Any]) -> Iterator[_Built]:
        if "transcripts" in reference:
            so, lock_id = reference["transcripts"]
            for row in published_rows(connection, so, bytes.fromhex(lock_id)):
                key, message_id, value = publication(so, lock_id, row, secret)
                yield key, message_id, value, ()
        else:
            yield _quarantined(connection, reference)

    return build


def _receipt(connection: Connection, message_sha256: bytes) -> _Built:
    row = connection.execute(_SO["receipt"], (message_sha256,)).fetchone()
    if row is None:
        raise Corrupt("UNEXPECTED", {"reason": "receipt without row"})
    school, receipt_id, receipt = row
    return school.encode(), receipt_id, receipt, ()


def _chunk(connection: Connection, so: str, place: Sequence[Any]) -> _Built:
    lock_id, index, of, start, end = place
    rows = connection.execute(_SO["chunk"], (bytes.fromhex(lock_id), start, end)).fetchall()
    documents = [{"document": d, "signatures": s, "leaf": leaf} for d, s, leaf in rows]
    value = {"lock_id": lock_id, "so": so, "index": index, "of": of, "documents": documents}
    return so.encode(), f"{lock_id}/{index}", encode("LockedChunk", value), ()


def _quarantined(connection: Connection, reference: dict[str, Any]) -> _Built:
    """The record as it came, with its own headers and the code that says why it stands here.

    One that fits into no message any more (it came compressed) leaves its bytes in the database and says how many.
    """
    stage, topic, part, offset = reference["quarantine"]
    row = connection.execute(_COMMON["quarantined_record"], (stage, topic, part, offset)).fetchone()
    if row is None:
        raise Corrupt("UNEXPECTED", {"reason": "quarantine without row"})
    key, value, headers, code = row
    own = [(name, None if text is None else bytes.fromhex(text)) for name, text in json.loads(headers)]
    place = [("hub.error.topic", topic), ("hub.error.partition", str(part)), ("hub.error.offset", str(offset))]
    added = [(name, text.encode()) for name, text in [("hub.error.code", code), ("hub.error.stage", stage), *place]]
    message_id = f"{stage}.{topic}.{part}.{offset}"
    size = len(key or b"") + len(value or b"") + sum(len(name.encode()) + len(data or b"") + 8 for name, data in own)
    if size > _QUARANTINED_BYTES_MAX:
        return None, message_id, None, [*added, ("hub.error.bytes", str(size).encode())]
    return key, message_id, value, [*own, *added]
