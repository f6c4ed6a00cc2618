"""A database in memory that answers the loop's named queries, with transactions and lost connections.

Transactions run one after another, as the row lock of the position makes them do in one partition.
"""

import json
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg

from hub.store.queries import queries_of
from tests.unit.agents.world import Answer
from tests.unit.decision.model import Database as Schools

_NAMES = {sql: name for name, sql in queries_of("common").items()}
Place = tuple[str, int, int]  # topic, part, offset
Key = tuple[str, bytes]  # topic and record key


class Unmodelled(BaseException):
    """A query that the model does not know: no error of the loop's."""


@dataclass(frozen=True)
class PositionRow:
    next_offset: int
    epoch: int
    cluster_id: str
    topic_id: str
    last_sha256: bytes | None = None
    attempt_count: int = 0


@dataclass(frozen=True)
class Message:
    source: tuple[str, int, int, int]
    topic: str
    key: bytes | None
    kind: str
    message_id: str
    value: bytes | None
    reference: Any
    headers: Any
    sent: bool = False


@dataclass(frozen=True)
class Parked:
    key: Key
    resumed: bool = False
    tries: int = 0


@dataclass(frozen=True)
class Aside:
    key: Key
    row: tuple[Any, ...]
    done: bool = False


@dataclass
class Tables:
    """Everything that a transaction can take back; rows are never changed in place."""

    positions: dict[tuple[str, int], PositionRow] = field(default_factory=dict)
    outbox: dict[int, Message] = field(default_factory=dict)
    quarantine: dict[Place, str] = field(default_factory=dict)
    parked: dict[int, Parked] = field(default_factory=dict)
    aside: dict[Place, Aside] = field(default_factory=dict)
    effects: tuple[tuple[Place, bytes | None, bytes | None], ...] = ()
    receipts: dict[bytes, bytes] = field(default_factory=dict)
    schools: Schools = field(default_factory=Schools)

    def copied(self) -> "Tables":
        made = Tables(*[copy(getattr(self, name)) for name in self.__dataclass_fields__])
        s = self.schools
        made.schools = Schools(dict(s.inbox), dict(s.rounds), dict(s.documents), dict(s.answers))
        return made


Watch = Callable[[Tables, Tables], None]


class Memory:
    """The server. `watch` sees the tables before and after each commit; faults come one after another."""

    broken_compare = ""  # a mutation: "epoch", "offset" or "both" are not compared
    holds_parked = True
    resumes_in_order = True
    compares_topic = True

    def __init__(self, watch: Watch) -> None:
        self.tables = Tables()
        self.watch = watch
        self.serial = 0
        self.leader: Connection | None = None
        self.faults: dict[int, list[tuple[str, int]]] = {}

    def connect(self, worker: int) -> "Connection":
        return Connection(self, worker)


@dataclass(frozen=True)
class Url:
    """What stands in the place of a database URL."""

    memory: Memory
    worker: int

    def connect(self) -> "Connection":
        return self.memory.connect(self.worker)


class Connection:
    """One session. A fault ends it: before a statement, before a commit, or after one whose answer is lost."""

    def __init__(self, memory: Memory, worker: int) -> None:
        self.memory, self._worker = memory, worker
        self._dead = False

    @property
    def tables(self) -> Tables:
        return self.memory.tables

    def execute(self, sql: str, parameters: Any = ()) -> Answer:
        self._fault("statement")
        name = _NAMES.get(sql)
        work = getattr(self, f"_{name}", None)
        if work is None:
            raise Unmodelled(sql)
        return work(parameters)  # type: ignore[no-any-return]

    def transaction(self) -> "_Transaction":
        return _Transaction(self)

    def cursor(self) -> "Connection":
        return self

    def executemany(self, sql: str, rows: Sequence[Any]) -> None:
        for row in rows:
            self.execute(sql, row)

    def close(self) -> None:
        self._dead = True
        if self.memory.leader is self:
            self.memory.leader = None

    def _fault(self, at: str) -> None:
        if self._dead:
            raise psycopg.OperationalError("the connection is closed")
        waiting = self.memory.faults.get(self._worker)
        if not waiting or waiting[0][0] != at:
            return
        kind, count = waiting.pop(0)
        if count:
            waiting.insert(0, (kind, count - 1))
            return
        self.close()
        raise psycopg.OperationalError("gone")

    # Positions

    def _claim(self, p: dict[str, Any]) -> Answer:
        where = (p["topic"], p["part"])
        row = self.tables.positions.get(where) or PositionRow(0, 0, p["cluster_id"], p["topic_id"])
        if not self.memory.compares_topic:
            row = replace(row, topic_id=p["topic_id"])
        row = self.tables.positions[where] = replace(row, epoch=row.epoch + 1)
        return Answer([
            (row.next_offset, row.epoch, row.cluster_id, row.topic_id, row.last_sha256, row.attempt_count)
        ])  # fmt: skip

    def _attempt(self, p: tuple[Any, ...]) -> Answer:
        row = self.tables.positions.get((p[1], p[2]))
        if row is None or row.epoch != p[3]:
            return Answer((), 0)
        row = self.tables.positions[p[1], p[2]] = replace(row, attempt_count=row.attempt_count + 1)
        return Answer([(row.attempt_count,)])

    def _advance(self, p: dict[str, Any]) -> Answer:
        where, broken = (p["topic"], p["part"]), self.memory.broken_compare
        row = self.tables.positions[where]
        if row.next_offset != p["before"] and broken not in ("offset", "both"):
            return Answer((), 0)
        if row.epoch != p["epoch"] and broken not in ("epoch", "both"):
            return Answer((), 0)
        digest = p["last_sha256"] or row.last_sha256
        self.tables.positions[where] = replace(row, next_offset=p["after"], last_sha256=digest, attempt_count=0)
        return Answer()

    # Outbox

    def _unmet_exists(self, _: Any) -> Answer:
        return Answer([(False,)])

    def _put(self, p: tuple[Any, ...]) -> Answer:
        if any(m.source == p[:4] for m in self.tables.outbox.values()):
            raise psycopg.errors.UniqueViolation("outbox place")
        self.memory.serial += 1
        reference = None if p[9] is None else p[9].obj
        self.tables.outbox[self.memory.serial] = Message(p[:4], *p[4:9], reference, p[10].obj)
        return Answer()

    def _unsent(self, p: tuple[int]) -> Answer:
        rows = sorted((n, m) for n, m in self.tables.outbox.items() if not m.sent)
        return Answer([
            (n, m.topic, m.key, m.kind, m.message_id, m.value, m.reference, m.headers) for n, m in rows[: p[0]]
        ])  # fmt: skip

    def _sent(self, p: tuple[list[int]]) -> Answer:
        for number in p[0]:
            self.tables.outbox[number] = replace(self.tables.outbox[number], sent=True)
        return Answer()

    def _lead(self, _: Any) -> Answer:
        if self.memory.leader is None:
            self.memory.leader = self
        return Answer([(self.memory.leader is self,)])

    def _quarantine(self, p: tuple[Any, ...]) -> Answer:
        self.tables.quarantine.setdefault((p[1], p[2], p[3]), p[7])
        return Answer()

    def _alive(self) -> list[tuple[int, Parked]]:
        return sorted(self.tables.parked.items(), key=lambda entry: entry[0])

    def _parked_keys(self, p: tuple[str, str]) -> Answer:
        if not self.memory.holds_parked:
            return Answer()
        return Answer([(entry.key[1],) for _, entry in self._alive() if entry.key[0] == p[1]])

    def _parked_count(self, _: Any) -> Answer:
        return Answer([(len(self.tables.parked),)])

    def _park(self, p: tuple[Any, ...]) -> Answer:
        key = (p[1], p[2])
        if all(entry.key != key for entry in self.tables.parked.values()):
            self.memory.serial += 1
            self.tables.parked[self.memory.serial] = Parked(key)
        return Answer()

    def _set_aside(self, p: tuple[Any, ...]) -> Answer:
        place = (p[1], p[2], p[3])
        if place in self.tables.aside:
            raise psycopg.errors.UniqueViolation("parked_record_pkey")
        json.loads(p[7])
        self.tables.aside[place] = Aside((p[1], p[4]), (*place, *p[5:]))
        return Answer()

    def _parked_by_stage(self, _: Any) -> Answer:
        return Answer([(number, entry.resumed) for number, entry in self._alive()])

    def _parked_hold(self, p: tuple[int]) -> Answer:
        entry = self.tables.parked.get(p[0])
        return Answer([("sum", *entry.key)] if entry is not None and entry.resumed else ())

    def _aside_next(self, p: tuple[str, str, bytes]) -> Answer:
        waiting = sorted(place for place, a in self.tables.aside.items() if a.key == p[1:] and not a.done)
        which = 0 if self.memory.resumes_in_order else -1
        return Answer([self.tables.aside[waiting[which]].row] if waiting else ())

    def _aside_done(self, p: tuple[Any, ...]) -> Answer:
        place = (p[1], p[2], p[3])
        self.tables.aside[place] = replace(self.tables.aside[place], done=True)
        return Answer()

    def _resume_try(self, p: tuple[int]) -> Answer:
        entry = self.tables.parked.get(p[0])
        if entry is None or not entry.resumed:
            return Answer()
        self.tables.parked[p[0]] = replace(entry, tries=entry.tries + 1)
        return Answer([(entry.tries + 1,)])

    def _resume_done(self, p: tuple[int]) -> Answer:
        self.tables.parked[p[0]] = replace(self.tables.parked[p[0]], tries=0)
        return Answer()

    def _unpark(self, p: tuple[int]) -> Answer:
        self.tables.parked.pop(p[0])
        return Answer()

    def _park_again(self, p: tuple[Any, ...]) -> Answer:
        self.tables.parked[p[2]] = replace(self.tables.parked[p[2]], resumed=False, tries=0)
        return Answer()


class _Transaction:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection._fault("begin")
        self._before = self._connection.tables.copied()

    def __exit__(self, kind: type | None, *_: object) -> None:
        memory = self._connection.memory
        try:
            if kind is None:
                self._connection._fault("before commit")
        except psycopg.OperationalError:
            memory.tables = self._before
            raise
        if kind is not None:
            memory.tables = self._before
            return
        memory.watch(self._before, memory.tables)
        self._connection._fault("after commit")
