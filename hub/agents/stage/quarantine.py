"""The quarantine: a record that does not read is kept byte for byte, with its reason, and the partition moves on.

One that is larger than any message (it came compressed) would stop whoever loads it: of that only size, hash and first
bytes are kept. A redriven copy that still does not stand opens its entry again; there is never a second one.
"""

import hashlib
import json

from hub.agents.stage.outbox import put
from hub.agents.stage.record import Outgoing, Quarantined, Record
from hub.agents.stage.redriven import Redriven
from hub.kafka.dead_letter import size_of, to_keep
from hub.metrics import QUARANTINE_OLDEST, QUARANTINE_WAITING
from hub.store import Connection
from hub.store.queries import queries_of
from hub.topics import MESSAGE_BYTES_MAX, quarantine

__all__ = ["keep", "observe_quarantine"]

_SQL = queries_of("common")
_HEAD_BYTES = 256
_SMALL_BYTES_MAX = 65_536  # key and headers up to here are kept, whatever the value is


def keep(connection: Connection, stage: str, owner: str, entry: Quarantined) -> None:
    """Keep a record byte for byte with its code, and queue the message that tells of it."""
    record, facts = entry.record, json.dumps(dict(entry.facts)).encode()
    place = (stage, record.topic, record.part, record.offset)
    if isinstance(record, Redriven):
        connection.execute(_SQL["return_to_quarantine"], (*place, record.first_offset, entry.code, facts))
        return
    key, headers, *value = _kept(record)
    connection.execute(
        _SQL["quarantine"],
        (*place, key, value[0], headers, entry.code, facts, record.at, record.append_time, *value[1:]),
    )
    reference = {"quarantine": list(place)}
    message_id = f"{stage}.{record.topic}.{record.part}.{record.offset}"
    out = Outgoing(quarantine(owner).name, key, "Quarantined", message_id, f"/{owner}", reference=reference)
    put(connection, record.topic, record.part, record.offset, [out])


def observe_quarantine(connection: Connection, stage: str) -> None:
    """Refresh the gauges of one stage: entries that wait for a person, and the age of the oldest in seconds."""
    row = connection.execute(_SQL["quarantine_waiting"], (stage,)).fetchone()
    waiting, oldest_s = (0, 0.0) if row is None else row
    QUARANTINE_WAITING.labels(stage).set(waiting)
    QUARANTINE_OLDEST.labels(stage).set(oldest_s)


def _kept(
    record: Record,
) -> tuple[bytes | None, bytes, bytes | None, bool, int | None, bytes | None, bytes | None]:
    """Return key, headers, value, and for a value that is withheld: True, its size, SHA-256 and first bytes."""
    key, value = record.key, record.value
    header_bytes = size_of(record.headers)
    if len(key or b"") + len(value or b"") + header_bytes <= MESSAGE_BYTES_MAX:
        return key, to_keep(record.headers), value, False, None, None, None
    short_key = key if len(key or b"") <= _SMALL_BYTES_MAX else None
    headers = to_keep(record.headers if header_bytes <= _SMALL_BYTES_MAX else ())
    data = value or b""
    return short_key, headers, None, True, len(data), hashlib.sha256(data).digest(), data[:_HEAD_BYTES]
