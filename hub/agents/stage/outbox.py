"""The outbox: messages written with the effects that they tell of, sent afterwards by the relay.

After a recovery, a message that stands in its topic already is noted with the bytes that were sent then, and not sent
again; one that would say something else is stopped here (see hub.recovery).
"""

from collections.abc import Sequence

from psycopg.types.json import Jsonb

from hub.agents.stage.position import Fenced
from hub.agents.stage.record import Outgoing
from hub.errors import Corrupt
from hub.recovery import Met, differences, has_unmet, meet, unmet, unmet_before
from hub.store import Connection
from hub.store.queries import queries_of
from hub.topics import VALUE_BYTES_MAX

__all__ = ["OutOfTurn", "as_decided", "put"]

_SQL = queries_of("common")
_SHOWN_MAX = 5  # fields that differ
_PUBLISHED_AGAIN = "Transcript"  # of a lock's transcripts some may have been sent and some not: all go again


class OutOfTurn(Fenced):
    """Another partition of the replay must come before the record at `offset`: drop the batch and claim again."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset


def put(connection: Connection, topic: str, part: int, offset: int, messages: Sequence[Outgoing]) -> None:
    """Queue messages under their source record (or log position).

    Raises Corrupt: RECOVERED_DIFFERS when a message was sent before with another content, OUTGOING_TOO_LARGE for one
    that no topic takes: its record is parked, where the relay would never come past it.
    """
    if not messages:
        return
    for message in messages:
        _check_size(message)
    rows = [
        (topic, part, offset, n, m.topic, m.key, m.kind, m.message_id, m.value,
         None if m.reference is None else Jsonb(dict(m.reference)), Jsonb({"ce_source": m.source}))
        for n, m in enumerate(messages)
    ]  # fmt: skip
    if not has_unmet(connection):
        connection.cursor().executemany(_SQL["put"], rows)
        return
    for row, message in zip(rows, messages, strict=True):
        met = _met(connection, message)
        if met is None:
            connection.execute(_SQL["put"], row)
        else:
            value = met.value if message.value is not None else None
            connection.execute(_SQL["put_sent"], (*row[:8], value, *row[9:], met.sent_at))


def _check_size(message: Outgoing) -> None:
    size = len(message.value or b"")
    if size > VALUE_BYTES_MAX:
        facts = {"size": f"{size} bytes", "limit": f"{VALUE_BYTES_MAX} bytes"}
        raise Corrupt("OUTGOING_TOO_LARGE", {"kind": message.kind, "message_id": message.message_id} | facts)


def _met(connection: Connection, message: Outgoing) -> Met | None:
    """Return the message as it was sent, when it need not be sent again, and note that it was decided again."""
    place = (message.topic, message.kind, message.message_id, message.key)
    met = unmet(connection, *place)
    if met is None:
        return None
    differing = [] if message.value is None else differences(message.kind, met.value or b"", message.value)
    if differing:
        raise _differs(message.kind, message.message_id, differing)
    meet(connection, *place)
    return None if message.kind == _PUBLISHED_AGAIN else met


def as_decided(connection: Connection, topic: str, kind: str, message_id: str, value: bytes, *, offset: int) -> bytes:
    """Return the bytes under which the decision on the record at `offset` was sent before, or `value` if it never was.

    Raises OutOfTurn when the decision comes out otherwise while an earlier one still waits in another partition, and
    Corrupt(RECOVERED_DIFFERS) when nothing does.
    """
    met = unmet(connection, topic, kind, message_id, None)
    if met is None or met.value is None:
        return value
    differing = differences(kind, met.value, value)
    if not differing:
        return met.value
    if unmet_before(connection, topic, kind, met):
        raise OutOfTurn(offset, f"{kind} {message_id}")
    raise _differs(kind, message_id, differing)


def _differs(kind: str, message_id: str, differing: Sequence[str]) -> Corrupt:
    shown = " ".join(differing[:_SHOWN_MAX])
    return Corrupt("RECOVERED_DIFFERS", {"kind": kind, "message_id": message_id, "fields": shown})
