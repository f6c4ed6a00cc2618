"""One batch of one partition, done in one transaction: position, effects, outgoing messages, quarantine.

Order inside: (1) the position's compare-and-set, (2) who is parked, (3) locks and what is known, (4) the fold of the
pure decision, (5) writes. Everything that needs no database came before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.agents.stage.outbox import put
from hub.agents.stage.parking import parked_keys, set_aside
from hub.agents.stage.position import Position, advance
from hub.agents.stage.quarantine import keep
from hub.agents.stage.record import Quarantined, Record
from hub.agents.stage.redriven import originals
from hub.agents.stage.stage import Stage
from hub.errors import Refused
from hub.kafka.tolerant import refuse_unreadable
from hub.schemas import decode_in_child
from hub.store import Connection

__all__ = ["Batch", "Done", "decide_all", "prepare", "prepare_delivered", "transact"]

_SUSPECT_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Batch:
    """Records of one partition in order, split into those that read and those that do not."""

    owner: str
    records: Sequence[Record]
    after: int  # the position once the batch is done; beyond the last record where compaction left a hole
    prepared: Sequence[tuple[Record, Any]]
    quarantined: Sequence[Quarantined]


@dataclass(frozen=True)
class Done:
    """What a committed batch did."""

    position: Position
    effects: Sequence[Any]
    quarantined: Sequence[Quarantined]


def prepare(
    stage: Stage[Any, Any, Any, Any], owner: str, records: Sequence[Record], after: int, snapshot: Any, suspicious: bool
) -> Batch:
    """Decode, verify and check every record; what does not read is quarantined, what is not ours is passed over."""
    good: list[tuple[Record, Any]] = []
    bad: list[Quarantined] = []
    for record in records:
        if not stage.mine(record):
            continue
        try:
            refuse_unreadable(record.value, record.headers)
            if suspicious:
                _survive(stage, record)
            good.append((record, stage.prepare(record, snapshot)))
        except Refused as error:
            bad.append(Quarantined(record, error.code, error.facts))
    return Batch(owner, records, after, good, bad)


def prepare_delivered(
    connection: Connection, stage: Stage[Any, Any, Any, Any], owner: str, records: Sequence[Record], after: int,
    snapshot: Any, suspicious: bool,
) -> Batch:  # fmt: skip
    """Prepare records as they first came: a redriven one gets its bytes and its time of receipt from its entry."""
    restored, refused = originals(connection, owner, stage, records)
    batch = prepare(stage, owner, restored, after, snapshot, suspicious)
    return replace(batch, records=records, quarantined=[*batch.quarantined, *refused])


def _survive(stage: Stage[Any, Any, Any, Any], record: Record) -> None:
    """Decode in a child first: a record that kills its decoder must not kill the worker a fourth time."""
    if record.value is not None:
        decode_in_child(record.value, stage.topic(record.topic).messages, _SUSPECT_TIMEOUT_S)


def transact(connection: Connection, stage: Stage[Any, Any, Any, Any], position: Position, batch: Batch) -> Done:
    """Do the batch and return what was done. Raises Fenced, and psycopg's errors as they come."""
    with connection.transaction():
        last = batch.records[-1].digest() if batch.records else None
        moved = advance(connection, position, batch.after, last)
        parked = parked_keys(connection, stage.name, position.place.topic)
        aside = [r for r in batch.records if r.own_key in parked and stage.mine(r)]
        for record in aside:
            set_aside(connection, stage.name, record)
        going = replace(
            batch,
            prepared=[(record, item) for record, item in batch.prepared if record.own_key not in parked],
            quarantined=[entry for entry in batch.quarantined if entry.record.own_key not in parked],
        )
        effects, quarantined = decide_all(connection, stage, going)
    return Done(moved, effects, quarantined)


def decide_all(
    connection: Connection, stage: Stage[Any, Any, Any, Any], batch: Batch
) -> tuple[Sequence[Any], Sequence[Quarantined]]:
    """Load, decide and write inside the open transaction; return the effects and what was quarantined."""
    known = stage.load(connection, [p for _, p in batch.prepared])
    decided, refused = _fold(stage, batch.prepared, known)
    effects = [effect for _, effect in decided]
    for (record, _), outgoing in zip(decided, stage.write(connection, effects), strict=True):
        put(connection, record.topic, record.part, record.offset, outgoing)
    for _, error in refused:
        stage.refused(connection, error)
    quarantined = [*batch.quarantined, *(Quarantined(record, error.code, error.facts) for record, error in refused)]
    for entry in quarantined:
        keep(connection, stage.name, batch.owner, entry)
    return effects, quarantined


def _fold(
    stage: Stage[Any, Any, Any, Any], prepared: Sequence[tuple[Record, Any]], known: Any
) -> tuple[list[tuple[Record, Any]], list[tuple[Record, Refused]]]:
    decided: list[tuple[Record, Any]] = []
    refused: list[tuple[Record, Refused]] = []
    for record, item in prepared:
        try:
            effect, known = stage.decide(item, known)
            decided.append((record, effect))
        except Refused as error:
            refused.append((record, error))
    return decided, refused
