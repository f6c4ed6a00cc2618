"""What the relay builds from a reference in the outbox: always the same messages, from rows that never change."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from hub.agents.publication import former_key, publication
from hub.agents.stage.relay import Build
from hub.agents.transfer_delivery import transfer_document
from hub.catalogue import CATALOGUE
from hub.errors import Corrupt
from hub.kafka.dead_letter import VALUE_BYTES, VALUE_SHA256, EntryId, Pair, error_headers, read_kept, sendable, size_of
from hub.schemas import decode, encode
from hub.store import Connection
from hub.store.bo import moved_row, published_rows
from hub.store.queries import queries_of
from hub.topics import MESSAGE_BYTES_MAX

__all__ = ["bo_build", "so_build"]

_COMMON, _SO = queries_of("common"), queries_of("so")
_QUARANTINED_BYTES_MAX = MESSAGE_BYTES_MAX - 65_536  # leaves room for our own headers and the frame
_Built = tuple[bytes | None, str, bytes | None, Sequence[tuple[str, bytes | None]]]


def so_build(so: str) -> Build:
    """Return the builder of a Sở's references: receipts, locked chunks, what goes out again, quarantined records."""

    def build(connection: Connection, reference: dict[str, Any]) -> Iterator[_Built]:
        if "receipt" in reference:
            yield _receipt(connection, bytes.fromhex(reference["receipt"]))
        elif "chunk" in reference:
            yield _chunk(connection, so, reference["chunk"])
        elif "acceptance" in reference:
            yield _acceptance(connection, so, bytes.fromhex(reference["acceptance"]))
        elif "again" in reference:
            yield from _again(connection, reference["again"], build)
        else:
            yield _quarantined(connection, f"so-{so}", reference)

    return build


def bo_build(secret: bytes) -> Build:
    """Return the builder of Bộ's references: the national stream, sealed histories, quarantined records."""

    def build(connection: Connection, reference: dict[str, Any]) -> Iterator[_Built]:
        if "transcripts" in reference:
            so, lock_id = reference["transcripts"]
            for row in published_rows(connection, so, bytes.fromhex(lock_id)):
                key, message_id, value = publication(so, lock_id, row, secret)
                yield key, message_id, value, ()
        elif "transfer_document" in reference:
            yield *transfer_document(connection, *reference["transfer_document"]), ()
        elif "moved" in reference:
            cause, places = reference["moved"]
            for place in places:
                yield from _moved(connection, cause, place, secret)
        else:
            yield _quarantined(connection, "bo", reference)

    return build


def _again(connection: Connection, number: int, build: Build) -> Iterator[_Built]:
    """A message of an earlier row, with the same bytes: its own, or those of its own reference."""
    row = connection.execute(_COMMON["outbox_row"], (number,)).fetchone()
    if row is None:
        raise Corrupt("UNEXPECTED", {"reason": "message again without row"})
    key, message_id, value, reference = row
    if reference is None:
        yield key, message_id, value, ()
    else:
        yield from build(connection, reference)


def _moved(connection: Connection, cause: str, place: Sequence[Any], secret: bytes) -> Iterator[_Built]:
    """A transcript under the key of another identifier of its pupil, and a tombstone where it stood before."""
    so, lock_id, n, step = place
    row, former, emptied = moved_row(connection, so, bytes.fromhex(lock_id), n, step)
    key, message_id, value = publication(so, lock_id, row, secret)
    yield key, f"{cause}/{message_id}", value, ()
    if emptied:
        yield former_key(row.document, former, secret), f"{cause}/{message_id}/moved", None, ()


def _receipt(connection: Connection, message_sha256: bytes) -> _Built:
    row = connection.execute(_SO["receipt"], (message_sha256,)).fetchone()
    if row is None:
        raise Corrupt("UNEXPECTED", {"reason": "receipt without row"})
    school, receipt_id, receipt = row
    return school.encode(), receipt_id, receipt, ()


def _acceptance(connection: Connection, so: str, message_sha256: bytes) -> _Built:
    """The receipt for a submission whose transcripts were locked, as the school got it."""
    row = connection.execute(_SO["receipt"], (message_sha256,)).fetchone()
    if row is None:
        raise Corrupt("UNEXPECTED", {"reason": "acceptance without row"})
    said = decode(row[2], ("Receipt",)).value
    name = message_sha256.hex()
    value = {"so": so, "submission": name, "statement": said["statement"], "signature": said["signature"]}
    return so.encode(), name, encode("Acceptance", value), ()


def _chunk(connection: Connection, so: str, place: Sequence[Any]) -> _Built:
    lock_id, index, of, start, end = place
    rows = connection.execute(_SO["chunk"], (bytes.fromhex(lock_id), start, end)).fetchall()
    documents = [{"document": d, "signatures": s, "leaf": leaf} for d, s, leaf in rows]
    value = {"lock_id": lock_id, "so": so, "index": index, "of": of, "documents": documents}
    return so.encode(), f"{lock_id}/{index}", encode("LockedChunk", value), ()


def _quarantined(connection: Connection, owner: str, reference: dict[str, Any]) -> _Built:
    """The record as it came, with its own headers and, behind them, ours that say why it stands here.

    Of one that fits into no message any more (it came compressed) only size and hash of its value are told.
    """
    entry = EntryId(owner, *reference["quarantine"])
    row = connection.execute(
        _COMMON["quarantined_record"],
        {"stage": entry.stage, "topic": entry.topic, "part": entry.part, "offset": entry.offset,
         "bytes_max": MESSAGE_BYTES_MAX},
    ).fetchone()  # fmt: skip
    if row is None:
        raise Corrupt("UNEXPECTED", {"reason": "quarantine without row"})
    key, value, headers, code, whole, value_bytes, value_sha256 = row
    own, added = sendable(read_kept(headers)), error_headers(entry, code, _told(code))
    message_id = f"{entry.stage}.{entry.topic}.{entry.part}.{entry.offset}"
    if whole and len(key or b"") + len(value or b"") + size_of(own) <= _QUARANTINED_BYTES_MAX:
        return key, message_id, value, [*own, *added]
    digest = value_sha256 if value is None else hashlib.sha256(value).digest()
    told: list[Pair] = [(VALUE_BYTES, str(value_bytes).encode())]
    told += [(VALUE_SHA256, digest.hex().encode())] if digest is not None else []
    return None, message_id, None, [*added, *told]


@cache
def _told(code: str) -> str:
    """Explain a code without the facts: these may repeat what a stranger wrote."""
    return re.sub(r"\{[^{}]*\}", "…", CATALOGUE[code].en) if code in CATALOGUE else code
