"""A redriven record is the one that first came: its bytes from the quarantine, its time the first time of receipt.

The header names an entry and nothing else, so whoever writes it gains nothing: the bytes must be those of the entry,
an operator must have asked for it, and time and headers are read from the row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.agents.stage.record import Quarantined, Record
from hub.agents.stage.stage import Stage
from hub.kafka.dead_letter import REDRIVEN, EntryId, read_kept
from hub.store import Connection
from hub.store.queries import queries_of
from hub.topics import MESSAGE_BYTES_MAX, Topic

__all__ = ["Redriven", "originals"]

_SQL = queries_of("common")


@dataclass(frozen=True, slots=True)
class Redriven(Record):
    """A record restored from its entry. `offset` is where the copy stands, `first_offset` where the entry does."""

    first_offset: int


def originals(
    connection: Connection, owner: str, stage: Stage[Any, Any, Any, Any], records: Sequence[Record]
) -> tuple[list[Record], list[Quarantined]]:
    """Return the records to prepare, redriven ones as they first came, and those that only claim to be redriven.

    A copy that another reader of the topic asked for is in neither: this one has done the record, or keeps it in its
    own quarantine. The position still goes by the records as they were delivered.
    """
    kept: list[Record] = []
    refused: list[Quarantined] = []
    for record in records:
        claimed = [value for name, value in record.headers if name == REDRIVEN]
        if not claimed or not stage.mine(record):
            kept.append(record)
            continue
        named = EntryId.read(claimed[0]) if len(claimed) == 1 else None
        if named is not None and _of_another(named, owner, stage.topic(record.topic)):
            continue
        restored, reason = _restored(connection, owner, stage.name, record, named)
        if restored is None:
            refused.append(Quarantined(record, "REDRIVE_UNKNOWN", {"reason": reason}))
        else:
            kept.append(restored)
    return kept, refused


def _of_another(named: EntryId, owner: str, topic: Topic) -> bool:
    """Tell whether the entry is another organisation's that reads this topic, too: the register is read by two."""
    return named.owner != owner and named.owner in topic.read_by and named.topic == topic.name


def _restored(
    connection: Connection, owner: str, stage: str, record: Record, named: EntryId | None
) -> tuple[Redriven | None, str]:
    if named is None:
        return None, "header"
    here = (named.owner, named.stage, named.topic, named.part)
    if here != (owner, stage, record.topic, record.part) or named.offset >= record.offset:
        return None, "place"
    place = (stage, named.topic, named.part, named.offset)
    row = connection.execute(_SQL["redriven_original"], (*place, MESSAGE_BYTES_MAX)).fetchone()
    if row is None:
        return None, "entry"
    key, value, kept, at, append_time = row
    headers = read_kept(kept)
    own = sorted((name, value or b"") for name, value in record.headers if name != REDRIVEN)
    if own != sorted((name, data or b"") for name, data in headers) or (key or b"", value or b"") != (
        record.key or b"", record.value or b""
    ):  # fmt: skip
        return None, "bytes"
    timed = record.append_time if append_time is None else append_time
    return Redriven(record.topic, record.part, record.offset, key, value, headers, at, timed, named.offset), ""
