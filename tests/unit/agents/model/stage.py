"""The model's stage: the real decisions about commands, orders that lock a round, and notes in a compacted topic."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.agents.stage import Outgoing, Record, Stage
from hub.decision import Known, Outcome, Prepared, RoundKey, decide
from hub.errors import Corrupt, Refused
from tests.unit.agents.model.cluster import COMMAND, ORDER, TOPICS
from tests.unit.agents.model.database import Connection, Tables
from tests.unit.decision.builders import SO

Item = tuple[Record, Any]


@dataclass
class Catalogue:
    """What the bytes on the log mean, and which of them break something of ours just now."""

    commands: dict[bytes, Prepared] = field(default_factory=dict)
    breaking: set[bytes] = field(default_factory=set)

    def bytes_of(self, command: Prepared) -> bytes:
        value = b"command " + command.message_sha256
        self.commands[value] = command
        return value


def a_model_stage(catalogue: Catalogue, violated: Callable[[str], None]) -> Stage[Any, Any, Any, Any]:
    """Make the stage; `violated` is told when a write breaks a constraint of the tables."""

    def prepare(record: Record, _: Any) -> Item:
        value = record.value or b""
        if value.startswith(b"poison"):
            raise Refused("MESSAGE_UNDECODABLE", {"at": "0", "reason": "model"})
        return record, catalogue.commands[value] if record.topic == COMMAND.name else value

    def load(connection: Connection, items: Sequence[Item]) -> Known:
        return connection.tables.schools.load([c for r, c in items if r.topic == COMMAND.name])

    def decide_one(item: Item, known: Known) -> tuple[tuple[Record, Any], Known]:
        record, said = item
        if record.value in catalogue.breaking:
            raise KeyError("model") if len(record.value or b"") % 2 else Corrupt("LOCK_SET_CHANGED")
        if record.topic != COMMAND.name:
            return item, known
        outcome, known = decide(said, known, SO)
        return (record, outcome), known

    def write(connection: Connection, effects: Sequence[tuple[Record, Any]]) -> list[list[Outgoing]]:
        try:
            return [_write(connection.tables, *effect) for effect in effects]
        except AssertionError as error:
            violated(f"constraint: {error}")
            raise

    return Stage("sum", TOPICS, lambda _: None, prepare, load, decide_one, write)


def _write(tables: Tables, record: Record, effect: Any) -> list[Outgoing]:
    tables.effects += (((record.topic, record.part, record.offset), record.key, record.value),)
    if record.topic == ORDER.name:
        return _lock(tables, record)
    return _command(tables, record, effect) if record.topic == COMMAND.name else []


def _command(tables: Tables, record: Record, outcome: Outcome) -> list[Outgoing]:
    tables.schools.apply(outcome)
    message = outcome.repeats or outcome.command.message_sha256
    told = tables.receipts.setdefault(message, repr((outcome.outcome, outcome.codes(), outcome.answers)).encode())
    sent = [Outgoing("receipt", record.key, "Receipt", message.hex(), "/so/x", told)]
    if outcome.closing is not None:
        assert outcome.lock_id is not None
        said = repr(tuple(outcome.closing.key)).encode()
        sent.append(Outgoing(ORDER.name, record.key, "LockOrder", outcome.lock_id.hex(), "/so/x", said))
    return sent


def _lock(tables: Tables, record: Record) -> list[Outgoing]:
    school, year, cohort, number = eval(record.value or b"")
    key = RoundKey(school, year, cohort, number)
    if tables.schools.rounds[key].state == "locked":
        return []  # the order came again
    digests = tables.schools.lock(key)
    told = hashlib.sha256(b"".join(digests)).digest()
    return [Outgoing("locked", record.key, "LockManifest", f"manifest {school} {cohort}", "/so/x", told)]
