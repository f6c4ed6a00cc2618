"""A stage over records of numbers: what it is asked to do, and where it stands."""

from dataclasses import replace
from typing import Any

from hub.agents.stage import Outgoing, Record, Stage
from hub.agents.stage.position import Place, Position
from hub.errors import Refused
from hub.topics import Topic
from tests.unit.agents.world import AT

PLAIN = Topic("plain", "so-x", "key", ("Recall",), 1)
COMPACTED = Topic("compacted", "so-x", "key", ("Recall",), 1, compacted=True)
TIMED = Topic("timed", "so-x", "key", ("Recall",), 1, append_time=True)


def a_record(offset: int, value: bytes = b"1", topic: str = "plain", part: int = 0) -> Record:
    return Record(topic, part, offset, b"key", value, (), AT, True)


def a_position(next_offset: int = 0, topic: str = "plain", part: int = 0, **changes: Any) -> Position:
    position = Position(Place("sum", topic, part, "cluster", "topic-id"), next_offset, 1, None, 0)
    return replace(position, **changes)


def a_stage(**changes: Any) -> Stage[Any, Any, Any, Any]:
    """Sums up numbers; "x" does not read, an odd one is refused when it is decided."""

    def prepare(record: Record, _: Any) -> int:
        try:
            return int(record.value or b"")
        except ValueError:
            raise Refused("MESSAGE_UNDECODABLE", {"at": "0", "reason": "no number"}) from None

    def decide(number: int, total: int) -> tuple[int, int]:
        if number % 2:
            raise Refused("CHUNK_LATE")
        return total + number, total + number

    def load(connection: Any, prepared: Any) -> int:
        connection.execute("load", list(prepared))
        return 0

    def write(connection: Any, effects: Any) -> list[list[Outgoing]]:
        connection.execute("write", list(effects))
        return [[Outgoing("out", b"key", "Receipt", f"id-{e}", "/so/x", b"value")] for e in effects]

    fields: dict[str, Any] = {
        "name": "sum",
        "topics": (PLAIN, COMPACTED, TIMED),
        "read": lambda _: "snapshot",
        "prepare": prepare,
        "load": load,
        "decide": decide,
        "write": write,
    }
    return Stage(**fields | changes)
