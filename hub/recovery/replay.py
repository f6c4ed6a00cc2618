"""The replay: input is done again, and what comes out must be what this organisation has said before.

A recovered message is *unmet* until the same was decided again. While there are unmet ones, decisions rest on the
register as it was then, and what has been said is never said in other words.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from hub.errors import Unavailable
from hub.schemas import decode
from hub.store import Connection
from hub.store.queries import queries_of

__all__ = [
    "Met",
    "await_registers",
    "is_replaying",
    "manifest_signature",
    "meet",
    "unmet",
    "unmet_before",
    "unmet_values",
]

_SQL = queries_of("common")
_OVER: WeakKeyDictionary[Connection, bool] = WeakKeyDictionary()
"""Connections on which nothing was unmet: rows are added only while no worker runs, so that stays so."""


class Met(NamedTuple):
    """A message as it was sent: bytes (None where only its hash was kept) and when."""

    value: bytes | None
    sent_at: datetime


def is_replaying(connection: Connection) -> bool:
    """Tell whether recovered messages wait to be decided again; one look a connection once they do not."""
    if _OVER.get(connection):
        return False
    row = connection.execute(_SQL["unmet_exists"]).fetchone()
    waiting = bool(row and row[0])
    if not waiting:
        _OVER[connection] = True
    return waiting


def unmet(connection: Connection, topic: str, kind: str, message_id: str, key: bytes | None) -> Met | None:
    """Return the message as it was sent when it still waits to be decided again."""
    if not is_replaying(connection):
        return None
    row = connection.execute(_SQL["unmet"], _names(topic, kind, message_id, key)).fetchone()
    return None if row is None else Met(*row)


def unmet_before(connection: Connection, topic: str, kind: str, message_id: str, sent_at: datetime) -> bool:
    """Tell whether another message of that kind, sent no later, still waits."""
    row = connection.execute(_SQL["unmet_before"], _names(topic, kind, message_id, None) | {"appended_at": sent_at})
    found = row.fetchone()
    return bool(found and found[0])


def meet(connection: Connection, topic: str, kind: str, message_id: str, key: bytes | None) -> None:
    """Note in the open transaction that the same was decided again."""
    connection.execute(_SQL["meet"], _names(topic, kind, message_id, key))


def unmet_values(connection: Connection, *kinds: str) -> Sequence[tuple[str, bytes, datetime]]:
    """Return (message id, message, sent at) of everything of these kinds that waits, in the order of sending."""
    if not is_replaying(connection):
        return ()
    return connection.execute(_SQL["unmet_values"], (list(kinds),)).fetchall()


def manifest_signature(connection: Connection, topic: str, lock_id: str) -> str | None:
    """Return the signature under which a manifest was published, when it is to be locked again."""
    found = unmet(connection, topic, "LockManifest", lock_id, None)
    if found is None or found.value is None:
        return None
    return str(decode(found.value, ("LockManifest",)).value["signature"])


def await_registers(connection: Connection) -> None:
    """Return when every register is read as far as it was at the recovery. Raises Unavailable(REPLAY_BEHIND) before."""
    if not is_replaying(connection):
        return
    row = connection.execute(_SQL["register_ends"]).fetchone()
    read: dict[str, int] = dict(connection.execute(_SQL["register_positions"]).fetchall())
    ends: dict[str, int] = row[0] if row is not None and row[0] else {}
    late = sorted(topic for topic, end in ends.items() if read.get(topic, 0) < end)
    if late:
        raise Unavailable("REPLAY_BEHIND", {"waits_for": late[0]})


def _names(topic: str, kind: str, message_id: str, key: bytes | None) -> dict[str, Any]:
    return {"topic": topic, "kind": kind, "message_id": message_id, "key": key}
