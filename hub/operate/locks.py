"""Đợt chốt bị treo: why a lock does not go on, letting it go on, and sending it to Bộ again with the same bytes.

A message goes out again as a reference to the row that it was first sent from; whoever has it already takes it as a
repetition. Who asked for it and why stands beside the new row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub.decision import RoundKey
from hub.domain.statements import IngestStatement, read, read_lock_asked
from hub.errors import Corrupt, Refused
from hub.operate.parked import resume_school
from hub.schemas import decode, encode
from hub.store import Connection, unavailable
from hub.store.queries import queries_of
from hub.topics import lock_command, locked

__all__ = ["HangingLock", "Resent", "hanging_locks", "resend_lock", "retry_lock"]

_SQL, _COMMON = queries_of("so"), queries_of("common")


@dataclass(frozen=True, slots=True)
class HangingLock:
    """A closed round that Bộ has not ingested. `cause` is where it stands, `codes` say why, where a code does.

    Causes: parked, order_missing, order_unsent, order_sent (the lock stage has not done it), unsealed (no place in the
    log yet), unsent, unanswered, refused (by Bộ). `parked` names the entry that a person must let go on.
    """

    school: str
    school_year: str
    cohort: str
    number: int
    lock_id: str
    since: datetime
    cause: str
    codes: tuple[str, ...] = ()
    parked: int | None = None
    order: int | None = None

    def shown(self) -> dict[str, Any]:
        """Return the lock as one JSON object."""
        return {**asdict(self), "since": self.since.isoformat(), "codes": list(self.codes)}


@dataclass(frozen=True, slots=True)
class Resent:
    """What was queued again: message ids by kind."""

    lock_id: str
    chunks: int
    tree_size: int

    def shown(self) -> dict[str, Any]:
        """Return it as one JSON object."""
        return asdict(self)


def hanging_locks(connection: Connection, so: str, school: str | None = None) -> Iterator[HangingLock]:
    """Yield the closed rounds of a Sở that Bộ has not ingested, oldest first, with the reason of each."""
    with unavailable():
        rows = connection.execute(_SQL["hanging_locks"], {"school": school}).fetchall()
        orders = _orders(connection, so) if any(row[4] == "closing" for row in rows) else {}
        for row in rows:
            yield _hanging(connection, so, orders, row)


def retry_lock(connection: Connection, so: str, lock: HangingLock, by: str, reason: str) -> str:
    """Let a hanging lock go on; return what was done: resumed, ordered, or waits when nothing here can move it.

    An order that goes out twice locks once. Raises Corrupt(LOCK_SET_CHANGED) for a round that no command closed.
    """
    with unavailable(), connection.transaction():
        if lock.parked is not None:
            resume_school(connection, lock.parked, by, reason)
            return "resumed"
        if lock.cause == "order_sent":
            rows = connection.execute(_SQL["messages_by_id"], ([lock.order],)).fetchall()
            _queue(connection, f"retry/{lock.lock_id}", rows, by, reason)
            return "ordered"
        if lock.cause == "order_missing":
            _order(connection, so, lock, by, reason)
            return "ordered"
    return "waits"


def _order(connection: Connection, so: str, lock: HangingLock, by: str, reason: str) -> None:
    """Queue the order that validate wrote with the transaction that closed the round, from the request of that time."""
    acting = _acting(connection, lock)
    for kind, command_id, _, statement, *_ in connection.execute(_SQL["closed_by"], (acting, lock.since)):
        asked = read_lock_asked(kind, statement, acting)
        if (asked.school_year, asked.round.cohort, asked.round.number) == (lock.school_year, lock.cohort, lock.number):
            value = {
                "command_id": command_id, "lock_id": lock.lock_id, "school": lock.school,
                "school_year": lock.school_year, "cohort": lock.cohort, "number": lock.number, "so": so,
                "appended_at_ms": int(lock.since.timestamp() * 1000),
            }  # fmt: skip
            place = (f"retry/{lock.lock_id}", 0, _turn(connection, f"retry/{lock.lock_id}"), 0)
            message = (lock_command(so).name, lock.school.encode(), "LockOrder", command_id, encode("LockOrder", value))
            extra = Jsonb({"ce_source": f"/so/{so}", "by": by, "reason": reason})
            connection.execute(_COMMON["put"], (*place, *message, None, extra))
            return
    raise Corrupt("LOCK_SET_CHANGED", {"lock_id": lock.lock_id, "state": "closing"})


def _acting(connection: Connection, lock: HangingLock) -> str:
    """Return the school under which the request stands: in a correction it may be the round's successor."""
    key = RoundKey(lock.school, lock.school_year, lock.cohort, lock.number).correction
    row = connection.execute(_SQL["acting_school"], key).fetchone() if key else None
    return lock.school if row is None else str(row[0])


def resend_lock(connection: Connection, so: str, key: RoundKey, by: str, reason: str) -> Resent:
    """Send chunks, manifest and the first head over them to Bộ again.

    Raises Refused: ROUND_UNKNOWN, LOCK_NOT_SEALED while it has no place in the log.
    """
    with unavailable(), connection.transaction():
        row = connection.execute(_SQL["lock_of_round"], tuple(key)).fetchone()
        if row is None or row[0] == "open":
            raise Refused("ROUND_UNKNOWN")
        lock_id, log_index = row[1].hex(), row[2]
        size = _covering(connection, log_index)
        if size is None:
            raise Refused("LOCK_NOT_SEALED", {"school": key.school})
        chunks = _chunks(connection, so, lock_id)
        rest = _sent(connection, so, [lock_id, str(size)])
        in_order = [*chunks, *sorted(rest, key=lambda sent: sent[3] == "Checkpoint")]
        _queue(connection, f"resend/{lock_id}", in_order, by, reason)
    return Resent(lock_id, len(chunks), size)


def _covering(connection: Connection, log_index: int | None) -> int | None:
    if log_index is None:
        return None
    row = connection.execute(_SQL["covering_head"], (log_index,)).fetchone()
    return None if row is None else row[0]


def _chunks(connection: Connection, so: str, lock_id: str) -> list[Any]:
    """Return the rows of all chunks in order; the first one says how many they are."""
    first = _sent(connection, so, [f"{lock_id}/0"])
    of = first[0][7]["chunk"][2]
    by_id = {row[4]: row for row in _sent(connection, so, [f"{lock_id}/{n}" for n in range(of)])}
    return [by_id[f"{lock_id}/{n}"] for n in range(of)]


def _sent(connection: Connection, so: str, ids: Sequence[str]) -> list[Any]:
    rows = connection.execute(_SQL["sent_messages"], (locked(so).name, list(ids))).fetchall()
    if len(rows) != len(ids):  # rows of the outbox stay for ever
        raise Corrupt("LOG_BEHIND", {"messages": str(len(ids) - len(rows))})
    return rows


def _queue(connection: Connection, source: str, rows: Sequence[Any], by: str, reason: str) -> None:
    turn = _turn(connection, source)
    queued = [
        (source, 0, turn, n, topic, key, kind, message_id, None, Jsonb({"again": number}),
         Jsonb({**headers, "by": by, "reason": reason}))
        for n, (number, topic, key, kind, message_id, headers, *_) in enumerate(rows)
    ]  # fmt: skip
    connection.cursor().executemany(_COMMON["put"], queued)


def _turn(connection: Connection, source: str) -> int:
    counted = connection.execute(_SQL["sent_again"], (source,)).fetchone()
    return 0 if counted is None else int(counted[0])


def _hanging(
    connection: Connection, so: str, orders: Mapping[str, tuple[int, bool]], row: Sequence[Any]
) -> HangingLock:
    school, year, cohort, number, state, lock_id, since, log_index, outcome, answer = row
    known = (school, year, cohort, number, lock_id.hex(), since)
    if state == "closing":
        return _closing(connection, orders.get(lock_id.hex()), known)
    if log_index is None:
        return HangingLock(*known, "unsealed")
    if outcome == "refused":
        return HangingLock(*known, "refused", read(answer, IngestStatement).codes)
    sent = connection.execute(_SQL["sent_messages"], (locked(so).name, [lock_id.hex()])).fetchone()
    return HangingLock(*known, "unanswered" if sent is not None and sent[6] else "unsent")


def _closing(
    connection: Connection, order: tuple[int, bool] | None, known: tuple[str, str, str, int, str, datetime]
) -> HangingLock:  # fmt: skip
    parked = connection.execute(_SQL["parked_of_school"], (known[0].encode(),)).fetchone()
    if parked is not None:
        entry, code, resuming = parked
        return HangingLock(*known, "parked", (code,), None if resuming else entry)
    if order is None:
        return HangingLock(*known, "order_missing")
    return HangingLock(*known, "order_sent" if order[1] else "order_unsent", order=order[0])


def _orders(connection: Connection, so: str) -> dict[str, tuple[int, bool]]:
    """Return, by lock, the row of its first order and whether that is sent."""
    found: dict[str, tuple[int, bool]] = {}
    for number, value, sent in connection.execute(_SQL["orders"], (lock_command(so).name,)):
        found.setdefault(decode(value, ("LockOrder",)).value["lock_id"], (number, sent))
    return found
