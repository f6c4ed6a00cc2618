"""Lock (chốt): makes a closed round immutable and sends it on its way to Bộ.

In:  hocba.so-<so>.lock-command.v1, key = school code.
Out: leaves, locators and a signed manifest in Sở's database; hocba.so-<so>.locked.v1 chunks, with the receipts that
accepted what is in them; a receipt to the school.
Invariant: a round is locked once, with exactly the documents that stood open when it was closed, and only by the order
that validate wrote when it closed it; the manifest gets its place in the log from the sequencer alone.
Legal source: chốt, ngày hiệu lực and mã số tra cứu by the practice of the 2024 pilot [secondary].
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta

from hub.agents.receipts import Receipts, instant
from hub.agents.stage import Outgoing, OutOfTurn, Record, Stage
from hub.decision import RoundKey, lock_id_of
from hub.decision.locking import KnownRound, Locked, Order, build_lock, chunk_bounds, is_requested
from hub.domain.organisations import department
from hub.domain.statements import Cohort, CommandId, ReceiptStatement, encode
from hub.domain.transcript import Code, SchoolYear
from hub.errors import Corrupt, Refused
from hub.kafka.times import instant_of, is_possible
from hub.metrics import LOCKED
from hub.recovery import is_aside, manifest_signature, unmet
from hub.schemas import decode
from hub.signing import Keyring
from hub.store import Connection
from hub.store.so import load_rounds, write_lock
from hub.topics import lock_command
from hub.topics import locked as locked_topic
from hub.trust import sign

__all__ = ["lock_stage"]

_Known = dict[bytes, KnownRound]


class _Said(msgspec.Struct):
    """What an order says, as far as the database will be asked with it."""

    command_id: CommandId
    school: Code
    school_year: SchoolYear
    cohort: Cohort
    number: Annotated[int, Meta(ge=1, le=9999)]


def lock_stage(so: str, keyring: Keyring) -> Stage[None, Order, _Known, Locked | None]:
    """Build the stage for one Sở; its keyring holds seal and secret."""
    topic, receipts, symbols = lock_command(so), Receipts(so, keyring.seal), department(so).symbols

    def prepare(record: Record, _: None) -> Order:
        if not is_possible(record.at):
            raise Refused("RECORD_TIME_IMPOSSIBLE")
        value = decode(record.value, topic.messages).value
        if value["so"] != so or record.key != value["school"].encode():
            raise Refused("ENVELOPE_DISAGREES")
        return _order(so, value, record.offset)

    def load(connection: Connection, orders: Sequence[Order]) -> _Known:
        for order in orders:
            _await_request(connection, topic.name, order)
        return load_rounds(connection, orders, symbols, keyring.secret)

    def decide(order: Order, known: _Known) -> tuple[Locked | None, _Known]:
        found = known[order.lock_id]
        closed_without_request = found.state == "closing" and found.order is None
        if found.order != order and not closed_without_request:
            raise Refused("LOCK_ORDER_WRONG", {"reason": "round"})  # not what validate wrote, whoever sent it
        if found.state == "locked":
            return None, known  # the order came again: the lock stands already
        if closed_without_request or found.state != "closing" or not is_requested(found):
            # the order left with the transaction that closed the round over this set: the database is another one
            raise Corrupt("LOCK_SET_CHANGED", {"lock_id": order.lock_id.hex(), "state": found.state})
        locked = build_lock(order, found, so=so, so_symbols=symbols, key=keyring.secret)
        found.state = "locked"
        return locked, known

    def write(connection: Connection, effects: Sequence[Locked | None]) -> list[list[Outgoing]]:
        return [[] if e is None else _write(connection, so, keyring, receipts, e) for e in effects]

    return Stage(
        name="lock",
        topics=(topic,),
        read=lambda _: None,
        prepare=prepare,
        load=load,
        decide=decide,
        write=write,
        done=lambda effects: LOCKED.labels(so).inc(sum(len(e.documents) for e in effects if e is not None)),
    )


def _await_request(connection: Connection, topic: str, order: Order) -> None:
    """In a replay an order may stand there before its request was decided again.

    Raises OutOfTurn, or Corrupt(REPLAY_BEHIND) when the school waits for a person at validate: then it waits here too,
    and is let go on there first.
    """
    school = order.key.school.encode()
    if unmet(connection, topic, "LockOrder", order.command_id, school) is None:
        return
    if is_aside(connection, "validate", school):
        raise Corrupt("REPLAY_BEHIND", {"waits_for": f"validate {order.command_id}"})
    raise OutOfTurn(order.offset, f"LockOrder {order.command_id}")


def _order(so: str, value: dict[str, Any], offset: int) -> Order:
    """Read an order strictly: its shape, and the id that its round's lock must have."""
    try:
        said = msgspec.convert({name: value[name] for name in _Said.__struct_fields__}, _Said)
    except msgspec.ValidationError:
        raise Refused("LOCK_ORDER_WRONG", {"reason": "shape"}) from None
    key = RoundKey(said.school, said.school_year, said.cohort, said.number)
    lock_id = lock_id_of(so, key)
    if value["lock_id"] != lock_id.hex():
        raise Refused("LOCK_ORDER_WRONG", {"reason": "lock id"})
    return Order(key, lock_id, said.command_id, instant_of(value["appended_at_ms"]), offset)


def _write(connection: Connection, so: str, keyring: Keyring, receipts: Receipts, locked: Locked) -> list[Outgoing]:
    manifest = encode(locked.manifest)
    published = manifest_signature(connection, locked_topic(so).name, locked.manifest.lock_id)
    signature = published or sign(
        keyring.seal, manifest, role="so_seal", scope={"owner": f"so-{so}"}, typ=locked.manifest.type,
        iat=int(locked.order.at.timestamp()),
    )  # fmt: skip
    write_lock(connection, locked, manifest, signature)
    return [*_acceptances(so, locked), *_chunks(so, locked), _receipt(so, receipts, locked)]


def _acceptances(so: str, locked: Locked) -> list[Outgoing]:
    """Carry on the receipts that the locked documents were accepted by: Bộ proves them to others too."""
    topic = locked_topic(so).name
    submissions = sorted({row.message_sha256.hex() for row in locked.documents})
    return [
        Outgoing(topic, so.encode(), "Acceptance", name, f"/so/{so}", reference={"acceptance": name, "so": so})
        for name in submissions
    ]  # fmt: skip


def _chunks(so: str, locked: Locked) -> list[Outgoing]:
    lock_id = locked.order.lock_id.hex()
    bounds = list(chunk_bounds([row.size_bytes for row in locked.leaves]))
    topic = locked_topic(so).name
    return [
        Outgoing(
            topic, so.encode(), "LockedChunk", f"{lock_id}/{index}", f"/so/{so}",
            reference={"chunk": [lock_id, index, len(bounds), start, end], "so": so},
        )
        for index, (start, end) in enumerate(bounds)
    ]  # fmt: skip


def _receipt(so: str, receipts: Receipts, locked: Locked) -> Outgoing:
    order, manifest = locked.order, locked.manifest
    facts = {"count": manifest.count, "effective_on": manifest.effective_on, "root": manifest.root}
    facts |= {"versions": versions} if (versions := _versions(locked)) else {}
    statement = ReceiptStatement(
        at=instant(order.at), command_id=order.command_id, documents=(), facts=facts or UNSET, findings=(),
        kind="Lock", outcome="locked", register_version=0, school=locked.acting, so=so, type="vn.hocba.receipt/1",
    )  # fmt: skip
    receipt_id, value = receipts.signed(statement, manifest.lock_id)
    return receipts.outgoing(locked.acting, receipt_id, value=value)


def _versions(locked: Locked) -> list[dict[str, Any]]:
    """Return which version of a record took the place of which: only a correction has any."""
    return [
        {
            "document_sha256": hashlib.sha256(d.document).hexdigest(), "version": d.version,
            "supersedes": hashlib.sha256(d.base.version.document).hexdigest(), "superseded": d.base.version.version,
        }
        for d in locked.documents
        if d.base is not None
    ]  # fmt: skip
