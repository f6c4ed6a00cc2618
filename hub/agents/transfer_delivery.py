"""Giao hồ sơ: the evidence files of a history, each sealed to the receiving school, as rows that never change."""

from collections.abc import Iterator

from hub.agents.stage import Outgoing
from hub.agents.transfer_ground import TransferGround
from hub.decision.transfer_known import Transfer, TransferStepIn
from hub.domain.statements import TransferDispatch
from hub.errors import Corrupt, Refused
from hub.recovery import unmet
from hub.schemas import decode, encode
from hub.store import Connection
from hub.store.bo.transfers import Place, add_delivery, add_document, place_of, receiving_key, sealed_document
from hub.store.bundling import make_bundle_at_bo
from hub.topics import VALUE_BYTES_MAX, incoming
from hub.trust import BoxLabel, seal_box

__all__ = ["delivered", "transfer_document"]

_FRAME_BYTES = 1_024  # what a message has beside the box


def delivered(
    connection: Connection, row: Transfer, step: TransferStepIn, said: TransferDispatch, ground: TransferGround
) -> Iterator[Outgoing]:
    """Keep a delivery and yield its messages, in the order of the hashes that the step names.

    Raises Corrupt: TRANSFER_EVIDENCE_LACKING for a document or key that Bộ has no more, OUTGOING_TOO_LARGE.
    """
    add_delivery(connection, row, step, said)
    key = receiving_key(connection, row.receiving, said.key)
    if key is None:
        raise _lacking(said.key, "TRANSFER_KEY_ABSENT")
    topic = incoming(ground.standing_so(row.receiving.so, step.at)).name
    for n, digest in enumerate(said.documents):
        place = place_of(connection, digest)
        if place is None:
            raise _lacking(digest, "BUNDLE_NOTHING_LOCKED")
        message_id = f"{said.transfer}/{said.delivery}/{n}"
        sealed = _sent_before(connection, topic, message_id) or _sealed(connection, row, said, n, key, place)
        add_document(connection, said, n, digest, place, sealed)
        reference = {"transfer_document": [said.transfer, said.delivery, n]}
        school = row.receiving.school.encode()
        yield Outgoing(topic, school, "TransferDocument", message_id, "/bo", reference=reference)


def transfer_document(connection: Connection, transfer: str, delivery: int, n: int) -> tuple[bytes, str, bytes]:
    """Return (key, message id, message) of one sealed document, from its rows."""
    found = sealed_document(connection, transfer, delivery, n)
    if found is None:
        raise Corrupt("UNEXPECTED", {"reason": "transfer document without row"})
    digest, sealed, key_sha256, count, school = found
    value = {
        "transfer_id": transfer, "school": school, "delivery": delivery, "index": n, "of": count,
        "document_sha256": bytes.fromhex(digest), "key": bytes.fromhex(key_sha256), "sealed": sealed,
    }  # fmt: skip
    return school.encode(), f"{transfer}/{delivery}/{n}", encode("TransferDocument", value)


def _sealed(connection: Connection, row: Transfer, said: TransferDispatch, n: int, key: bytes, place: Place) -> bytes:
    so, _, _, pupil, school, year, period, version = place
    digest = said.documents[n]
    try:
        made = make_bundle_at_bo(connection, so, [pupil], year, school=school, period=period, version=version)
    except Refused as refused:
        raise _lacking(digest, refused.code) from None
    size = len(made.bundle) + _FRAME_BYTES
    if size > VALUE_BYTES_MAX:
        facts = {"size": f"{size} bytes", "limit": f"{VALUE_BYTES_MAX} bytes"}
        raise Corrupt("OUTGOING_TOO_LARGE", {"kind": "TransferDocument", "message_id": said.transfer} | facts)
    label = BoxLabel(said.transfer, said.delivery, n, said.count, digest, row.receiving.school)
    return seal_box(made.bundle, key, label)


def _sent_before(connection: Connection, topic: str, message_id: str) -> bytes | None:
    """Return the box that stands in the topic already, when a recovery replays: another one has other bytes."""
    met = unmet(connection, topic, "TransferDocument", message_id, None)
    if met is None or met.value is None:
        return None
    return bytes(decode(met.value, ("TransferDocument",)).value["sealed"])


def _lacking(what: str, reason: str) -> Corrupt:
    return Corrupt("TRANSFER_EVIDENCE_LACKING", {"document": what, "reason": reason})
