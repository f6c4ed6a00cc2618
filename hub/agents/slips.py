"""Slips (phiếu tra cứu): the commitment to each look-up secret, as Bộ keeps it.

In:  hocba.so-<so>.slip.v1, key = slug.
Out: slip rows: HMAC under Bộ's secret over the commitment; nothing is sent.
Invariant: what stands here opens nothing by itself; the newest slip of a person counts, in the order of its topic.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Any

from hub.agents.snapshots import Snapshots
from hub.agents.stage import Outgoing, Record, Stage
from hub.decision import KINDS
from hub.domain.statements import SlipIssue, read
from hub.errors import Refused
from hub.recovery import await_registers
from hub.schemas import decode
from hub.store import Connection
from hub.store.bo.slips import Slip, add_slip
from hub.topics import slip as slip_topic
from hub.trust import ChainCache, Snapshot, Status, verify_statement

__all__ = ["slips_stage"]


def slips_stage(slugs: Iterable[str], key: bytes, snapshots: Snapshots) -> Stage[dict[str, Snapshot], Slip, None, Slip]:
    """Build the stage for Bộ over the slip topics of these Sở; `key` is that of `hub.signing.slip_key`."""
    owners = {slip_topic(so).name: so for so in slugs}
    cache = ChainCache()

    def registers_of(connection: Connection) -> dict[str, Snapshot]:
        await_registers(connection)
        return snapshots.all(connection)

    def prepare(record: Record, registers: dict[str, Snapshot]) -> Slip:
        so = owners[record.topic]
        value = decode(record.value, slip_topic(so).messages).value
        said = read(value["statement"], SlipIssue)
        if {said.so, value["so"]} != {so} or record.key != so.encode() or said.command_id != value["command_id"]:
            raise Refused("SLIP_FOREIGN")
        _signed(record, value, said, registers.get(so) or Snapshot.of(()), cache)
        digest = hashlib.sha256(value["statement"]).digest()
        kept = hmac.digest(key, bytes.fromhex(said.commitment), "sha256")
        return Slip(so, digest, said.locator, said.school, kept, record.at, record.offset)

    return Stage(
        name="slips",
        topics=tuple(slip_topic(so) for so in owners.values()),
        read=registers_of,
        prepare=prepare,
        load=lambda _, __: None,
        decide=lambda slip, known: (slip, known),
        write=_write,
    )


def _signed(record: Record, value: dict[str, Any], said: SlipIssue, snapshot: Snapshot, cache: ChainCache) -> None:
    verdict = verify_statement(
        value["statement"], value["signature"], typ=said.type, scope=said.scope, roles=KINDS["SlipIssue"].roles,
        snapshot=snapshot, proven_at=record.at, cache=cache,
    )  # fmt: skip
    if verdict.status is Status.INVALID:
        raise Refused("SLIP_UNSIGNED", {"codes": " ".join(f.code for f in verdict.findings)})


def _write(connection: Connection, slips: Sequence[Slip]) -> list[Sequence[Outgoing]]:
    for slip in slips:
        add_slip(connection, slip)
    return [() for _ in slips]
