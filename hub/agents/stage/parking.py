"""Parking: when an invariant of ours breaks about one record, its school waits aside and all others go on.

The record, and every later one of the same key, is set aside in order; nothing of it is decided. An operator who has
found the cause lets the school go on (`hub parked resume`), and the records are done in their order, each once.
"""

import json

from hub.agents.stage.position import Fenced, Position, advance
from hub.agents.stage.record import Record
from hub.errors import Corrupt, HubError, Unavailable
from hub.kafka.dead_letter import to_keep
from hub.metrics import PARKED
from hub.store import Connection
from hub.store.queries import queries_of

__all__ = ["PARKED_COUNT_MAX", "code_of", "facts_of", "park", "parked_keys", "parks", "set_aside"]

_SQL = queries_of("common")
PARKED_COUNT_MAX = 20  # so many schools at once are no fault of schools: the worker stops instead
_STOPPING_CODES = frozenset({"TOPIC_NOT_APPEND_TIME", "DATABASE_BEHIND", "POSITION_FOREIGN", "POSITION_GAP"})
_STOPPING_SQLSTATES = ("28", "3D", "42")  # no login, no database, no such table or right: nothing about a record


def parks(error: Exception) -> bool:
    """Tell whether an error is about the record in hand: then its school is parked and the partition goes on."""
    if isinstance(error, (Fenced, Unavailable, MemoryError)):
        return False
    if isinstance(error, Corrupt) and error.code == "DATABASE_REFUSED":
        return not error.facts.get("sqlstate", "").startswith(_STOPPING_SQLSTATES)
    return not (isinstance(error, Corrupt) and error.code in _STOPPING_CODES)


def code_of(error: Exception) -> str:
    """Return the code that a school is parked with."""
    return error.code if isinstance(error, HubError) else "UNEXPECTED"


def park(connection: Connection, position: Position, record: Record, after: int, error: Exception) -> Position:
    """Set one record aside, park its key and move the position, in one transaction.

    Raises Fenced; Corrupt(PARKED_TOO_MANY) when so many are parked that the fault cannot be theirs.
    """
    stage = position.place.stage
    with connection.transaction():
        moved = advance(connection, position, after, record.digest())
        if record.own_key not in parked_keys(connection, stage, record.topic):
            _park(connection, stage, record, error)
        set_aside(connection, stage, record)
    return moved


def _park(connection: Connection, stage: str, record: Record, error: Exception) -> None:
    count = connection.execute(_SQL["parked_count"], (stage,)).fetchone()
    if count is not None and count[0] >= PARKED_COUNT_MAX:
        raise Corrupt("PARKED_TOO_MANY", {"stage": stage, "count": str(count[0]), "because": code_of(error)})
    row = (stage, record.topic, record.own_key, code_of(error), facts_of(error), record.part, record.offset)
    connection.execute(_SQL["park"], row)
    PARKED.labels(stage).inc()


def parked_keys(connection: Connection, stage: str, topic: str) -> frozenset[bytes]:
    """Return the keys that are parked, and hold them so until the transaction ends."""
    return frozenset(row[0] for row in connection.execute(_SQL["parked_keys"], (stage, topic)).fetchall())


def set_aside(connection: Connection, stage: str, record: Record) -> None:
    """Keep a record of a parked key for later, with its bytes and its time of receipt."""
    connection.execute(
        _SQL["set_aside"],
        (stage, record.topic, record.part, record.offset, record.own_key, record.key, record.value,
         to_keep(record.headers), record.at, record.append_time),
    )  # fmt: skip


def facts_of(error: Exception) -> bytes:
    """Return what is kept with the code, as JSON; facts never hold personal data."""
    facts = error.facts if isinstance(error, HubError) else {"error": type(error).__name__}
    return json.dumps(dict(facts)).encode()
