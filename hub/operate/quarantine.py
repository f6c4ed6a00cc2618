"""What an operator sees of the quarantine, and does about it: send again, or dismiss, each with name and reason.

The decision is written before it is carried out. A record that is sent again carries one more header, which names its
entry and nothing else; bytes, key, other headers and partition are those that first came.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.errors import Refused
from hub.kafka.dead_letter import REDRIVEN, EntryId, Pair, is_sendable, read_kept, size_of
from hub.kafka.producer import Sender, Sending
from hub.kafka.tolerant import UNREADABLE
from hub.store import Connection, unavailable
from hub.store.queries import queries_of
from hub.topics import MESSAGE_BYTES_MAX

__all__ = [
    "QUARANTINE_STATES", "QUARANTINE_WAITING", "Decided", "Entry", "Held", "dismiss_entry", "entries_of", "held_entry",
    "redrive_entry",
]  # fmt: skip

_SQL = queries_of("common")
QUARANTINE_WAITING = ("open", "redriving", "returned")
QUARANTINE_STATES = (*QUARANTINE_WAITING, "redriven", "dismissed")
_ROOM_BYTES = 4_096  # the added header, our client's own frame
_REGISTER = ".register.v1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `state`: open, redriving (wanted, perhaps not sent), redriven, returned (still fails), dismissed."""

    id: EntryId
    code: str
    appended_at: datetime
    withheld: bool
    key_bytes: int | None
    value_bytes: int | None
    redriven_offset: int | None
    state: str

    def shown(self) -> dict[str, Any]:
        """Return the entry as one JSON object without anything of its content."""
        return {
            "entry": str(self.id), "code": self.code, "state": self.state, "appended_at": self.appended_at.isoformat(),
            "key_bytes": self.key_bytes, "value_bytes": self.value_bytes, "withheld": self.withheld,
            "redriven_offset": self.redriven_offset,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decided:
    """What was done about an entry: by whom and why; `returned` is the stage's own, with the code that came again."""

    action: str
    at: datetime
    by: str
    reason: str
    redriven_offset: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """One entry with what was kept of it. Holds personal data: `key`, `value`, `value_head`, `headers`."""

    entry: Entry
    key: bytes | None
    value: bytes | None
    headers: tuple[Pair, ...]
    facts: dict[str, str]
    value_sha256: bytes | None
    value_head: bytes | None
    decided: tuple[Decided, ...]


def entries_of(connection: Connection, owner: str, states: Collection[str], limit: int) -> list[Entry]:
    """Return the oldest entries of an organisation in these states. Raises Unavailable."""
    with unavailable():
        rows = connection.execute(_SQL["quarantine_list"], (list(states), limit)).fetchall()
    return [_entry(owner, row) for row in rows]


def held_entry(connection: Connection, entry: EntryId) -> Held:
    """Return one entry with its bytes and history. Raises Refused(QUARANTINE_UNKNOWN), Unavailable."""
    place = (entry.stage, entry.topic, entry.part, entry.offset)
    named = {"stage": entry.stage, "topic": entry.topic, "part": entry.part, "offset": entry.offset}
    with unavailable():
        row = connection.execute(_SQL["quarantine_one"], place).fetchone()
        kept = connection.execute(_SQL["quarantine_bytes"], (MESSAGE_BYTES_MAX, *place)).fetchone()
        actions = connection.execute(_SQL["quarantine_actions"], named).fetchall()
    if row is None or kept is None:
        raise Refused("QUARANTINE_UNKNOWN", {"entry": str(entry)})
    key, value, headers, facts, digest, head = kept
    return Held(
        _entry(entry.owner, row), key, value, read_kept(headers), json.loads(bytes(facts)), digest, head,
        tuple(Decided(*action) for action in actions),
    )  # fmt: skip


def dismiss_entry(connection: Connection, entry: EntryId, by: str, reason: str) -> bool:
    """Note that nothing will be done about an entry. False when it was dismissed before.

    Raises Refused QUARANTINE_UNKNOWN, or QUARANTINE_SETTLED for one that was redriven.
    """
    state = held_entry(connection, entry).entry.state
    if state == "redriven":
        raise Refused("QUARANTINE_SETTLED", {"entry": str(entry), "state": state})
    if state != "dismissed":
        _act(connection, entry, "dismiss", by, reason)
    return state != "dismissed"


async def redrive_entry(
    connection: Connection, sender: Sender, entry: EntryId, by: str, reason: str, *, again: bool = False
) -> tuple[int, bool]:
    """Send a record again as it came; return where the copy stands, and False when it stood there before.

    Call again after Unavailable: a repeated send has no second effect. With `again`, what was redriven is sent once
    more. Raises Refused: QUARANTINE_UNKNOWN, QUARANTINE_WITHHELD, QUARANTINE_NOT_SENDABLE, QUARANTINE_SUPERSEDED.
    """
    if entry.is_of_gone_log:
        raise Refused("QUARANTINE_NOT_SENDABLE", {"entry": str(entry), "reason": "log is gone"})
    found = held_entry(connection, entry)
    if found.entry.state == "redriven" and found.entry.redriven_offset is not None and not again:
        return found.entry.redriven_offset, False
    sending = _sending(found)
    _not_superseded(connection, found)
    _act(connection, entry, "redrive", by, reason)
    ((_, offset),) = await sender.send([sending])
    _act(connection, entry, "redriven", by, reason, offset)
    return offset, True


def _sending(found: Held) -> Sending:
    entry, named = found.entry, {"entry": str(found.entry.id)}
    size = len(found.key or b"") + len(found.value or b"") + size_of(found.headers)
    unread = found.value is None and any(name == UNREADABLE for name, _ in found.headers)  # it stands for a batch
    if entry.withheld or unread or (found.value is None and entry.value_bytes):
        raise Refused("QUARANTINE_WITHHELD", named)
    if any(name == REDRIVEN for name, _ in found.headers):
        raise Refused("QUARANTINE_NOT_SENDABLE", {**named, "reason": f"header {REDRIVEN}"})
    if not is_sendable(found.headers):
        raise Refused("QUARANTINE_NOT_SENDABLE", {**named, "reason": "header name"})
    if size + _ROOM_BYTES > MESSAGE_BYTES_MAX:
        raise Refused("QUARANTINE_NOT_SENDABLE", {**named, "reason": f"{size} bytes"})
    headers = [*found.headers, (REDRIVEN, str(entry.id).encode())]
    return Sending(entry.id.topic, found.key, found.value, headers, entry.id.part)


def _not_superseded(connection: Connection, found: Held) -> None:
    """Keep an old register entry from pushing a later one out of its compacted topic."""
    entry = found.entry.id
    if not entry.topic.endswith(_REGISTER) or b"\0" in (found.key or b""):
        return
    key = (found.key or b"").decode("utf-8", "replace")
    so = entry.topic.split(".")[1].removeprefix("so-")
    with unavailable():
        row = connection.execute(_SQL["quarantine_newer"], (key, so, entry.offset + 1)).fetchone()
    if row is not None and row[0]:
        raise Refused("QUARANTINE_SUPERSEDED", {"entry": str(entry)})


def _act(
    connection: Connection, entry: EntryId, action: str, by: str, reason: str, redriven_offset: int | None = None
) -> None:
    place = (entry.stage, entry.topic, entry.part, entry.offset)
    with unavailable():
        connection.execute(_SQL["quarantine_act"], (*place, action, redriven_offset, by, reason))


def _entry(owner: str, row: Sequence[Any]) -> Entry:
    return Entry(EntryId(owner, *row[:4]), *row[4:])
