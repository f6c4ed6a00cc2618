"""Going on with a parked school: what was set aside is done in its order, each record once."""

from collections.abc import Sequence
from typing import Any

from hub.agents.stage.parking import code_of, facts_of
from hub.agents.stage.record import Record
from hub.agents.stage.stage import Stage
from hub.agents.stage.transaction import decide_all, prepare_delivered
from hub.errors import Corrupt
from hub.kafka.dead_letter import read_kept
from hub.metrics import PARKED
from hub.store import Connection
from hub.store.queries import queries_of

__all__ = ["begin", "park_again", "resumable", "resume_one"]

_SQL = queries_of("common")
_TRIES_MAX = 3


def resumable(connection: Connection, stage: str) -> list[int]:
    """Return the parked entries that an operator has let go on."""
    rows = connection.execute(_SQL["parked_by_stage"], (stage,)).fetchall()
    PARKED.labels(stage).set(len(rows))
    return [number for number, resumed in rows if resumed]


def begin(connection: Connection, entry: int) -> bool:
    """Note, before a record is touched, that it is tried; True when earlier tries ended the process each time.

    Three that never came back end the resumption: the school is parked again with RECORD_DEADLY.
    """
    row = connection.execute(_SQL["resume_try"], (entry,)).fetchone()
    if row is not None and row[0] > _TRIES_MAX:
        raise Corrupt("RECORD_DEADLY", {"attempts": str(_TRIES_MAX)})
    return row is not None and row[0] > 1


def resume_one(
    connection: Connection, stage: Stage[Any, Any, Any, Any], owner: str, snapshot: Any, entry: int, *, suspicious: bool
) -> bool:
    """Do the next record that was set aside; False when none is left and the school goes on as before.

    The entry's row lock and the record's own mark take the place of the position: each record is done once.
    """
    with connection.transaction():
        held = connection.execute(_SQL["parked_hold"], (entry,)).fetchone()
        if held is None:
            return False
        row = connection.execute(_SQL["aside_next"], held).fetchone()
        if row is None:
            connection.execute(_SQL["unpark"], (entry,))
            return False
        record = _record(row)
        connection.execute(_SQL["aside_done"], (held[0], record.topic, record.part, record.offset))
        batch = prepare_delivered(connection, stage, owner, [record], record.offset + 1, snapshot, suspicious)
        effects, _ = decide_all(connection, stage, batch)
        connection.execute(_SQL["resume_done"], (entry,))
    stage.done(effects)
    return True


def park_again(connection: Connection, entry: int, error: Exception) -> None:
    """The cause is still there: wait for the next operator."""
    connection.execute(_SQL["park_again"], (code_of(error), facts_of(error), entry))


def _record(row: Sequence[Any]) -> Record:
    topic, part, offset, key, value, headers, at, append_time = row
    return Record(topic, part, offset, _bytes(key), _bytes(value), read_kept(headers), at, append_time)


def _bytes(data: Any) -> bytes | None:
    return None if data is None else bytes(data)
