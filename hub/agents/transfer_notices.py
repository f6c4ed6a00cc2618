"""Transfers at the Sở: what Bộ tells its schools, kept and told on; sealed documents are counted as they go by.

In:  hocba.so-<so>.incoming.v1, key = school code.
Out: a row for each notice and for each sealed document; for each notice a receipt of kind "Transfer" to its school.
Invariant: a notice that Bộ's seal did not sign is quarantined; one that came before changes nothing, and so does a
document. What is sealed stays so: the Sở sees hashes and counts alone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hub.agents.receipts import Receipts
from hub.agents.snapshots import Snapshots
from hub.agents.stage import Outgoing, Record, Stage
from hub.agents.transfer_told import told_of
from hub.domain.statements import TransferNotice, read
from hub.errors import Refused
from hub.recovery import await_registers
from hub.schemas import Message, decode
from hub.signing import Signer
from hub.store import Connection
from hub.store.so.transfers import (
    Carried,
    CarriedPlace,
    NoticePlace,
    add_carried,
    add_notice,
    carried_known,
    notices_known,
)
from hub.topics import incoming
from hub.trust import ChainCache, Snapshot, Status, verify_statement

__all__ = ["transfer_notices_stage"]

_HASH_SIZE = 32
_Place = TypeVar("_Place")


@dataclass(frozen=True, slots=True)
class _Notice:
    """A verified notice."""

    record: Record
    said: TransferNotice
    statement: bytes
    signature: str

    @property
    def place(self) -> NoticePlace:
        return bytes.fromhex(self.said.transfer), self.said.to.school, self.said.n


@dataclass(frozen=True, slots=True)
class _Known:
    """What is here already: hashes of statements and of documents."""

    notices: dict[NoticePlace, bytes] = field(default_factory=dict)
    carried: dict[CarriedPlace, bytes] = field(default_factory=dict)


_Item = _Notice | Carried


def transfer_notices_stage(so: str, seal: Signer, snapshots: Snapshots) -> Stage[Snapshot, _Item, _Known, _Item | None]:
    """Build the stage for one Sở."""
    topic, cache, receipts = incoming(so), ChainCache(), Receipts(so, seal)

    def read_register(connection: Connection) -> Snapshot:
        await_registers(connection)
        return snapshots.of(connection, so)

    def prepare(record: Record, snapshot: Snapshot) -> _Item:
        message = decode(record.value, topic.messages)
        if (record.key or b"").decode("utf-8", "replace") != message.value["school"]:
            raise Refused("ENVELOPE_DISAGREES")
        if message.name == "TransferDocument":
            return _carried(record, message.value)
        return _notice(so, record, message, snapshot, cache)

    return Stage(
        name="transfers",
        topics=(topic,),
        read=read_register,
        prepare=prepare,
        load=_load,
        decide=_decide,
        write=lambda connection, effects: [_write(connection, receipts, effect) for effect in effects],
    )


def _notice(so: str, record: Record, message: Message, snapshot: Snapshot, cache: ChainCache) -> _Notice:
    value = message.value
    said = read(value["statement"], TransferNotice)
    if (said.to.so, said.to.school, said.transfer) != (so, value["school"], value["transfer_id"]):
        raise Refused("ENVELOPE_DISAGREES")
    verdict = verify_statement(
        value["statement"], value["signature"], typ=said.type, scope=said.scope, roles={"bo_seal"},
        snapshot=snapshot, proven_at=record.at, cache=cache,
    )  # fmt: skip
    if verdict.status is Status.INVALID:
        raise Refused("TRANSFER_NOTICE_UNSIGNED", {"codes": " ".join(f.code for f in verdict.findings)})
    return _Notice(record, said, value["statement"], value["signature"])


def _carried(record: Record, value: dict[str, Any]) -> Carried:
    try:
        transfer = bytes.fromhex(value["transfer_id"])
    except ValueError:
        raise Refused("ENVELOPE_DISAGREES") from None
    hashes = (transfer, value["document_sha256"], value["key"])
    if any(len(one) != _HASH_SIZE for one in hashes) or not 0 <= value["index"] < value["of"] or value["delivery"] < 1:
        raise Refused("ENVELOPE_DISAGREES")
    place = transfer, value["school"], value["delivery"], value["index"]
    return Carried(place, value["of"], value["document_sha256"], value["key"], record.at)


def _load(connection: Connection, items: Sequence[_Item]) -> _Known:
    return _Known(
        notices_known(connection, (item.place for item in items if isinstance(item, _Notice))),
        carried_known(connection, (item.place for item in items if isinstance(item, Carried))),
    )


def _decide(item: _Item, known: _Known) -> tuple[_Item | None, _Known]:
    """Return what is new (None: it came before). Raises Refused when something else has the same number."""
    if isinstance(item, Carried):
        return _only_new(item, known.carried, item.place, item.document_sha256, "TRANSFER_DOCUMENT_DIFFERS"), known
    digest = hashlib.sha256(item.statement).digest()
    return _only_new(item, known.notices, item.place, digest, "TRANSFER_NOTICE_DIFFERS"), known


def _only_new(item: _Item, known: dict[_Place, bytes], place: _Place, digest: bytes, code: str) -> _Item | None:
    if place not in known:
        known[place] = digest
        return item
    if known[place] != digest:
        raise Refused(code)
    return None


def _write(connection: Connection, receipts: Receipts, effect: _Item | None) -> list[Outgoing]:
    if effect is None:
        return []
    if isinstance(effect, Carried):
        add_carried(connection, effect)
        return []
    add_notice(connection, effect.said, effect.statement, effect.signature, effect.record.at)
    said = effect.said
    receipt_id, value = receipts.signed(told_of(said), f"{said.transfer}/{said.to.school}/{said.n}")
    return [receipts.outgoing(said.to.school, receipt_id, value=value)]
