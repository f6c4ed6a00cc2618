"""The quarantine: a record that does not read is kept byte for byte, with its reason, and the partition moves on."""

import json

from hub.agents.stage.outbox import put
from hub.agents.stage.record import Outgoing, Quarantined
from hub.store import Connection
from hub.store.queries import queries_of
from hub.topics import quarantine

__all__ = ["keep"]

_SQL = queries_of("common")


def keep(connection: Connection, stage: str, owner: str, entry: Quarantined) -> None:
    """Keep a record byte for byte with its code, and queue the message that tells of it."""
    record = entry.record
    headers = json.dumps([[name, None if value is None else value.hex()] for name, value in record.headers]).encode()
    connection.execute(
        _SQL["quarantine"],
        (stage, record.topic, record.part, record.offset, record.key, record.value, headers, entry.code,
         json.dumps(dict(entry.facts)).encode(), record.at),
    )  # fmt: skip
    reference = {"quarantine": [stage, record.topic, record.part, record.offset]}
    message_id = f"{stage}.{record.topic}.{record.part}.{record.offset}"
    out = Outgoing(quarantine(owner).name, record.key, "Quarantined", message_id, f"/{owner}", reference=reference)
    put(connection, record.topic, record.part, record.offset, [out])
