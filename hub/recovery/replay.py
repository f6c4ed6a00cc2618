"""The replay: input is done again, and what comes out must be what this organisation has said before.

A recovered message is *unmet* until the same was decided again. While there are unmet ones, decisions rest on the
register as it was then, and what has been said is never said in other words.
"""

from collections.abc import Collection, Sequence
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
    "has_unmet",
    "is_aside",
    "is_replaying",
    "manifest_signature",
    "meet",
    "pass_over",
    "unmet",
    "unmet_before",
    "unmet_first",
    "unmet_values",
]

_SQL = queries_of("common")
_OVER: WeakKeyDictionary[Connection, "_Open"] = WeakKeyDictionary()
"""By connection, what was open when nothing was waited for: rows are added only while no worker runs."""


class _Open(NamedTuple):
    """Whether the replay is behind, and whether anything at all is unmet."""

    replaying: bool
    unmet: bool


class Met(NamedTuple):
    """A message as it was sent: bytes (None where only its hash was kept), when, and where it stands.

    `sequence` is its place in the order of decisions, 0 where its headers did not tell it.
    """

    value: bytes | None
    sent_at: datetime
    part: int
    offset: int
    sequence: int


def is_replaying(connection: Connection) -> bool:
    """Tell whether recovered messages wait to be decided again; one look a connection once they do not.

    Quarantined records hold nobody up: one that stands now is never met. Nor does what was passed over.
    """
    return _open(connection).replaying


def has_unmet(connection: Connection) -> bool:
    """Tell whether any recovered message may still be met, be it only a quarantined record."""
    return _open(connection).unmet


def _open(connection: Connection) -> _Open:
    known = _OVER.get(connection)
    if known is not None:
        return known
    row = connection.execute(_SQL["unmet_exists"]).fetchone()
    found = _Open(bool(row[0]), bool(row[-1])) if row is not None else _Open(False, False)
    if not found.replaying:
        _OVER[connection] = found
    return found


def unmet(connection: Connection, topic: str, kind: str, message_id: str, key: bytes | None) -> Met | None:
    """Return the message as it was sent when it still waits to be decided again."""
    if not has_unmet(connection):
        return None
    row = connection.execute(_SQL["unmet"], _names(topic, kind, message_id, key)).fetchone()
    return None if row is None else Met(*row)


def unmet_before(connection: Connection, topic: str, kind: str, met: Met) -> bool:
    """Tell whether a message of that kind that was decided before `met` still has its turn; parked schools have none.

    Of two without a sequence and of the same millisecond, the one with the lower (partition, offset) is the earlier, so
    that one may always go.
    """
    place = {"sequence": met.sequence, "appended_at": met.sent_at, "part": met.part, "offset": met.offset}
    row = connection.execute(_SQL["unmet_before"], {"topic": topic, "kind": kind} | place).fetchone()
    return bool(row and row[0])


def unmet_first(connection: Connection, topic: str, but: Collection[str]) -> tuple[str, bytes] | None:
    """Return (message id, message) of the receipt whose turn it is by the same rule, passing over the ids in `but`."""
    row = connection.execute(_SQL["unmet_first"], {"topic": topic, "but": sorted(but)}).fetchone()
    return None if row is None else (row[0], row[1])


def is_aside(connection: Connection, stage: str, key: bytes) -> bool:
    """Tell whether a school (record key) waits for a person at a stage."""
    row = connection.execute(_SQL["is_aside"], (stage, key)).fetchone()
    return bool(row and row[0])


def meet(connection: Connection, topic: str, kind: str, message_id: str, key: bytes | None) -> None:
    """Note in the open transaction that the same was decided again."""
    connection.execute(_SQL["meet"], _names(topic, kind, message_id, key))


def pass_over(connection: Connection, topic: str, kind: str, message_id: str) -> None:
    """Note for good that the message comes out otherwise now: it stays unmet, and the replay ends without it."""
    connection.execute(_SQL["note_difference"], {"topic": topic, "kind": kind, "message_id": message_id})


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
