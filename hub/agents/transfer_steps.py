"""Steps (bước chuyển trường): puts the steps of all Sở into the one log in whose order Bộ decides.

In:  hocba.so-<so>.transfer.v1, key = slug.
Out: hocba.bo.transfer.v1, key = transfer id: the same statements, verified; nothing else.
Invariant: a step is signed by somebody who may take it, by the Sở's register, at the time at which the Sở's broker took
it. Nothing of a transfer is decided here. What was appended before a restore is appended alike in its replay.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.agents.snapshots import Snapshots
from hub.agents.stage import Outgoing, Record, Stage
from hub.agents.transfer_entry import entry_id, entry_of, read_step, received_at
from hub.decision import KINDS
from hub.errors import Refused
from hub.recovery import await_registers, unmet_values
from hub.schemas import decode
from hub.store import Connection
from hub.topics import transfer as transfer_topic
from hub.trust import ChainCache, Snapshot, Status, verify_statement

__all__ = ["steps_stage"]


@dataclass(frozen=True, slots=True)
class _Known:
    """The registers, and the ids of entries that stand in the log already (replay)."""

    registers: dict[str, Snapshot]
    appended: frozenset[str]


def steps_stage(slugs: Iterable[str], snapshots: Snapshots) -> Stage[_Known, Outgoing, None, Outgoing]:
    """Build the stage for Bộ over the transfer topics of these Sở."""
    owners = {transfer_topic(so).name: so for so in slugs}
    cache = ChainCache()

    def read(connection: Connection) -> _Known:
        await_registers(connection)
        appended = frozenset(message_id for message_id, _, _ in unmet_values(connection, "TransferEntry"))
        return _Known(snapshots.all(connection), appended)

    def prepare(record: Record, known: _Known) -> Outgoing:
        return _prepared(record, owners[record.topic], known, cache)

    return Stage(
        name="steps",
        topics=tuple(transfer_topic(so) for so in owners.values()),
        read=read,
        prepare=prepare,
        load=lambda _, __: None,
        decide=lambda entry, known: (entry, known),
        write=_write,
    )


def _prepared(record: Record, so: str, known: _Known, cache: ChainCache) -> Outgoing:
    value = decode(record.value, transfer_topic(so).messages).value
    said = read_step(value, record.at)
    if {said.so, value["so"]} != {so} or record.key != so.encode() or value["kind"] not in KINDS:
        raise Refused("TRANSFER_FOREIGN")
    if entry_id(so, value["statement"]) not in known.appended:
        verdict = verify_statement(
            value["statement"], value["signature"], typ=said.type, scope=said.scope, roles=KINDS[value["kind"]].roles,
            snapshot=known.registers.get(so) or Snapshot.of(()), proven_at=received_at(value), cache=cache,
        )  # fmt: skip
        if verdict.status is Status.INVALID:
            raise Refused("TRANSFER_UNSIGNED", {"codes": " ".join(f.code for f in verdict.findings)})
    return entry_of(value, said)


def _write(_: Connection, entries: Sequence[Outgoing]) -> list[Sequence[Outgoing]]:
    return [(entry,) for entry in entries]
