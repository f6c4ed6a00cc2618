"""Transfers (chuyển trường): folds the one log of steps into rows, tells the two schools, and sends the history.

In:  hocba.bo.transfer.v1, key = transfer id: every step in the order of decision.
Out: transfer rows; hocba.so-<so>.incoming.v1, key = school code: signed notices, and sealed documents with a dispatch.
Invariant: what becomes of a step follows from the log, the registers and what Bộ holds; a replay says what was said.
Of a history nothing leaves before consent, acceptance and release, and then only sealed to the receiving school.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.agents.snapshots import Snapshots
from hub.agents.stage import Outgoing, Record, Stage, put
from hub.agents.transfer_delivery import delivered
from hub.agents.transfer_entry import BO, entry_of, own_source, read_entry, verify_own
from hub.agents.transfer_ground import TransferGround
from hub.decision.transfer import decide_transfer
from hub.decision.transfer_known import KnownTransfers, TransferStepIn, TransferTold
from hub.decision.transfer_outcome import Told, TransferOutcome, notice_of
from hub.domain.statements import TransferDispatch, TransferNotice, TransferRelease, TransferRequest, encode, read
from hub.recovery import await_registers, unmet, unmet_values
from hub.schemas import decode
from hub.schemas import encode as encode_message
from hub.signing import Signer
from hub.store import Connection
from hub.store.bo import hold_links
from hub.store.bo.transfers import add_notice, add_step, known_transfers, next_notice, next_place, write_rows
from hub.topics import bo_transfer, incoming
from hub.trust import ChainCache, Snapshot, sign

__all__ = ["transfers_stage"]


@dataclass(frozen=True, slots=True)
class _Item:
    """A step with the message and the append time that it came with."""

    step: TransferStepIn
    value: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known, and the place of the next step that is decided."""

    transfers: KnownTransfers
    place: int
    ground: TransferGround


@dataclass(frozen=True, slots=True)
class _Effect:
    """What became of a step."""

    item: _Item
    outcome: TransferOutcome
    ground: TransferGround


def transfers_stage(seal: Signer, snapshots: Snapshots) -> Stage[dict[str, Snapshot], _Item, _Known, _Effect]:
    """Build the stage for Bộ over the one log; `seal` is Bộ's."""
    cache = ChainCache()

    def registers_of(connection: Connection) -> dict[str, Snapshot]:
        await_registers(connection)
        return snapshots.all(connection)

    def prepare(record: Record, registers: dict[str, Snapshot]) -> _Item:
        step, value = read_entry(record)
        if step.so == BO:
            verify_own(value, step, registers.get(step.said.so) or Snapshot.of(()), cache)
        return _Item(step, value, record.at)

    def load(connection: Connection, items: Sequence[_Item]) -> _Known:
        hold_links(connection, changing=False)
        ground = TransferGround(snapshots.all(connection))
        return _Known(_known(connection, ground, [item.step for item in items]), next_place(connection), ground)

    return Stage(
        name="transfers",
        topics=(bo_transfer(),),
        read=registers_of,
        prepare=prepare,
        load=load,
        decide=_decide,
        write=lambda connection, effects: [_write(connection, seal, effect) for effect in effects],
    )


def _known(connection: Connection, ground: TransferGround, steps: Sequence[TransferStepIn]) -> KnownTransfers:
    known = known_transfers(
        connection, ground, [step.said.about for step in steps],
        [step.said.pupil for step in steps if isinstance(step.said, TransferRequest)],
        [step.statement_sha256 for step in steps],
        _named(steps),
    )  # fmt: skip
    return replace(known, told=_told_before(connection, {step.statement_sha256: step.said.about for step in steps}))


def _named(steps: Sequence[TransferStepIn]) -> list[str]:
    """Return the hashes of documents that steps name."""
    naming = [step.said for step in steps if isinstance(step.said, TransferRelease | TransferDispatch)]
    return [one for said in naming for one in said.documents]


def _told_before(connection: Connection, steps: Mapping[str, str]) -> dict[str, TransferTold]:
    """Return, while a recovery replays, what was said of these steps (statement hash -> transfer) before."""
    found = {}
    for _, message, _ in unmet_values(connection, "TransferNotice"):
        said = read(decode(message, ("TransferNotice",)).value["statement"], TransferNotice)
        if steps.get(said.step_sha256) == said.transfer:
            codes = said.codes if said.outcome == "refused" else ()
            found[said.step_sha256] = TransferTold(codes, said.state, said.facts)
    return found


def _decide(item: _Item, known: _Known) -> tuple[_Effect, _Known]:
    outcome = decide_transfer(replace(item.step, place=known.place), known.transfers)
    if outcome.outcome != "repeated":
        outcome.add_to(known.transfers)
        known = replace(known, place=known.place + 1)
    return _Effect(item, outcome, known.ground), known


def _write(connection: Connection, seal: Signer, effect: _Effect) -> Sequence[Outgoing]:
    item, outcome = effect.item, effect.outcome
    if item.step.so == BO:
        _note_own(connection, item)
    if outcome.outcome == "repeated":
        return ()
    add_step(connection, outcome, item.value["statement"], item.value["signature"], item.at)
    write_rows(connection, outcome.changed)
    messages = list(_notices(connection, seal, outcome, effect.ground))
    said, row = outcome.step.said, outcome.row
    if isinstance(said, TransferDispatch) and outcome.outcome == "accepted" and row is not None:
        messages += delivered(connection, row, outcome.step, said, effect.ground)
    return messages


def _note_own(connection: Connection, item: _Item) -> None:
    """Note a step of Bộ's own that a restore lost and the log gives back, as what the outbox has sent already."""
    entry = entry_of(item.value, item.step.said)
    if unmet(connection, entry.topic, entry.kind, entry.message_id, entry.key) is not None:
        put(connection, own_source(item.step.said), 0, 0, [entry])


def _notices(
    connection: Connection, seal: Signer, outcome: TransferOutcome, ground: TransferGround
) -> Iterable[Outgoing]:
    for told in outcome.told:
        n = next_notice(connection, told.row, told.to)
        notice_id = _notice_id(told, n)
        add_notice(connection, told.row, told.to, n, outcome.step, notice_id)
        statement = notice_of(told, outcome.step, n)
        yield _notice(seal, statement, notice_id, outcome.step.at, ground.standing_so(told.to.so, outcome.step.at))


def _notice_id(told: Told, n: int) -> str:
    named = "\n".join(("vn.hocba.transfer-notice/1", told.row.transfer_id, told.to.so, told.to.school, str(n)))
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def _notice(seal: Signer, said: TransferNotice, notice_id: str, at: datetime, so: str) -> Outgoing:
    payload, school = encode(said), said.to.school
    signature = sign(seal, payload, role="bo_seal", scope=said.scope, typ=said.type, iat=int(at.timestamp()))
    value = {
        "notice_id": notice_id, "transfer_id": said.transfer, "school": school, "statement": payload,
        "signature": signature,
    }  # fmt: skip
    body = encode_message("TransferNotice", value)
    return Outgoing(incoming(so).name, school.encode(), "TransferNotice", notice_id, "/bo", body)
