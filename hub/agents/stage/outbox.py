"""The outbox: messages written with the effects that they tell of, sent afterwards by the relay."""

from collections.abc import Sequence

from psycopg.types.json import Jsonb

from hub.agents.stage.record import Outgoing
from hub.store import Connection
from hub.store.queries import queries_of

__all__ = ["put"]

_SQL = queries_of("common")


def put(connection: Connection, topic: str, part: int, offset: int, messages: Sequence[Outgoing]) -> None:
    """Queue messages under their source record (or log position)."""
    rows = [
        (topic, part, offset, n, m.topic, m.key, m.kind, m.message_id, m.value,
         None if m.reference is None else Jsonb(dict(m.reference)), Jsonb({"ce_source": m.source}))
        for n, m in enumerate(messages)
    ]  # fmt: skip
    if rows:
        connection.cursor().executemany(_SQL["put"], rows)
