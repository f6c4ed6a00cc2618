"""What Bộ told a school about transfers, and the boxes that came for it, read from `incoming` of its Sở."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.domain.statements import TransferNotice, TransferParty, read
from hub.errors import Refused
from hub.kafka.partition import partition_of
from hub.kafka.reader import read_range
from hub.schemas import decode
from hub.topics import incoming
from hub.trust import BoxLabel, ChainCache, Snapshot, Status, verify_statement

__all__ = ["Box", "Heard", "HeardNotice", "find_heard", "hear", "read_incoming", "side_of"]

_NO_END = 2**62
_PREFIX = re.compile(r"[0-9a-f]{8,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class HeardNotice:
    """One notice; `statement` and `signature` are what Bộ signed, `signed` how that was judged: "unchecked" without a
    register.
    """

    said: TransferNotice
    statement: bytes
    signature: str
    at: datetime
    signed: str


@dataclass(frozen=True, slots=True)
class Box:
    """One sealed document; `key` is the SHA-256 (hex) of the key that it is sealed to."""

    label: BoxLabel
    key: str
    sealed: bytes


@dataclass(slots=True)
class Heard:
    """All that a school heard of one transfer, in the order in which it came."""

    notices: list[HeardNotice] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    @property
    def last(self) -> HeardNotice:
        """The notice that counts."""
        return max(self.notices, key=lambda one: one.said.n)


async def hear(bootstrap: str, so: str, school: str, snapshot: Snapshot | None) -> dict[str, Heard]:
    """Return by transfer id what stands in the topic for a school now; notices that Bộ did not sign are left out.

    Raises Unavailable without a broker.
    """
    topic, cache, found = incoming(so), ChainCache(), dict[str, Heard]()
    part = partition_of(school.encode(), topic.partitions)
    async for record in read_range(bootstrap, topic.name, part, 0, _NO_END):
        if record.key != school.encode():
            continue
        try:
            said = read_incoming(so, school, record.value, record.at, snapshot, cache)
        except Refused:
            continue  # the Sở has put it into quarantine
        if isinstance(said, Box):
            found.setdefault(said.label.transfer, Heard()).boxes.append(said)
        else:
            found.setdefault(said.said.transfer, Heard()).notices.append(said)
    return {transfer: heard for transfer, heard in found.items() if heard.notices}


def read_incoming(
    so: str, school: str, value: bytes | None, at: datetime, snapshot: Snapshot | None, cache: ChainCache
) -> "HeardNotice | Box":
    """Return what a message of `incoming` says to a school, which is its key; `at` is the broker's time.

    Raises Refused for bytes that are no such message, TRANSFER_NOTICE_UNSIGNED, ENVELOPE_DISAGREES.
    """
    message = decode(value, incoming(so).messages)
    if message.name != "TransferDocument":
        return _notice(so, school, message.value, at, snapshot, cache)
    box = _box(message.value)
    if box.label.school != school:
        raise Refused("ENVELOPE_DISAGREES")
    return box


def find_heard(heard: dict[str, Heard], school: str, transfer: str) -> Heard:
    """Return what was heard of the transfer whose id begins so (8 hex digits at least).

    Raises Refused TRANSFER_NOT_HEARD, TRANSFER_AMBIGUOUS.
    """
    found = [one for one in heard if _PREFIX.fullmatch(transfer) and one.startswith(transfer)]
    if not found:
        raise Refused("TRANSFER_NOT_HEARD", {"school": school[:40], "transfer": transfer[:64]})
    if len(found) > 1:
        raise Refused("TRANSFER_AMBIGUOUS", {"transfer": transfer[:64], "count": str(len(found))})
    return heard[found[0]]


def side_of(said: TransferNotice, wanted: Iterable[str]) -> TransferParty:
    """Return the school that was told, when it is on one of these sides of the transfer ("receiving", "sending").

    Raises Refused TRANSFER_NOT_THIS_SIDE.
    """
    sides: Sequence[str] = tuple(wanted)
    if said.to not in [getattr(said, side) for side in sides]:
        raise Refused("TRANSFER_NOT_THIS_SIDE", {"school": said.to.school, "wanted": ", ".join(sides)})
    return said.to


def _box(value: dict[str, Any]) -> Box:
    label = BoxLabel(
        value["transfer_id"], value["delivery"], value["index"], value["of"], value["document_sha256"].hex(),
        value["school"],
    )  # fmt: skip
    return Box(label, value["key"].hex(), value["sealed"])


def _notice(
    so: str, school: str, value: dict[str, Any], at: datetime, snapshot: Snapshot | None, cache: ChainCache
) -> HeardNotice:
    said = read(value["statement"], TransferNotice)
    if said.to != TransferParty(school=school, so=so) or value["transfer_id"] != said.transfer:
        raise Refused("ENVELOPE_DISAGREES")
    signed = "unchecked"
    if snapshot is not None:
        verdict = verify_statement(
            value["statement"], value["signature"], typ=said.type, scope=said.scope, roles={"bo_seal"},
            snapshot=snapshot, proven_at=at, cache=cache,
        )  # fmt: skip
        if verdict.status is Status.INVALID:
            raise Refused("TRANSFER_NOTICE_UNSIGNED", {"codes": " ".join(f.code for f in verdict.findings)})
        signed = str(verdict.status)
    return HeardNotice(said, value["statement"], value["signature"], at, signed)
