"""The one loop: batches of raw records into transactions, partition by partition.

Faust delivers; it guarantees nothing. Here every offset is compared with our own position in PostgreSQL: lower is
done already, equal is done now, higher means that a record was skipped on the way. In a compacted topic a hole is
legal; anywhere else the partition stops loudly.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any, TypeVar

import structlog

from hub.agents.stage.position import Fenced, Place, Position, claim
from hub.agents.stage.record import Record
from hub.agents.stage.stage import Stage
from hub.agents.stage.transaction import prepare, transact
from hub.errors import Corrupt, Unavailable
from hub.kafka.reader import read_one
from hub.metrics import BATCH_RECORDS, BATCH_SECONDS, QUARANTINED, RETRIES
from hub.store import Connection, open_connection, unavailable

__all__ = ["Loop"]

_log = structlog.get_logger()
_T = TypeVar("_T")
_BACKOFF_FIRST_S = 0.1
_BACKOFF_MAX_S = 2.0


class Loop:
    """Owns the positions of one stage in one process; its database work runs in one thread of its own."""

    def __init__(
        self, stage: Stage[Any, Any, Any, Any], owner: str, database_url: str, bootstrap: str, cluster_id: str,
        topic_ids: dict[str, str], kick: Callable[[], None],
    ) -> None:  # fmt: skip
        self.stage, self.owner, self.bootstrap = stage, owner, bootstrap
        self.positions: dict[tuple[str, int], Position] = {}
        self.assigned: set[tuple[str, int]] = set()
        self.seen_at: dict[tuple[str, int], float] = {}
        self.lock = asyncio.Lock()
        self._url, self._cluster_id, self._topic_ids, self._kick = database_url, cluster_id, topic_ids, kick
        self._thread = ThreadPoolExecutor(1, f"{stage.name}-database")
        self._connection: Connection | None = None
        self._generation = 0
        self._closing = False

    def assign(self, partitions: Iterable[tuple[str, int]]) -> None:
        """Note the assignment and forget the positions; no I/O, because this runs inside the rebalance."""
        self.assigned = set(partitions)
        self.positions.clear()
        self._generation += 1

    async def handle(self, records: Sequence[Record]) -> None:
        """Do one delivered batch. Returns when it is done, or dropped because another worker owns the partition."""
        async with self.lock:
            by_part = sorted(records, key=lambda r: (r.topic, r.part))
            for place, group in groupby(by_part, key=lambda r: (r.topic, r.part)):
                self.seen_at[place] = time.monotonic()
                await self._partition(place, list(group))

    async def claim_idle(self) -> None:
        """Claim assigned partitions that no batch has reached yet, so that their ends can be compared."""
        async with self.lock:
            for place in sorted(self.assigned - self.positions.keys()):
                await self._claim(place)

    async def _partition(self, place: tuple[str, int], records: list[Record]) -> None:
        position = self.positions.get(place) or await self._claim(place)
        if position is None:
            return
        todo = self._due(position, records)
        if not todo:
            return
        try:
            self.positions[place] = await self._in_thread(lambda: self._do(position, todo))
            self._kick()
        except Fenced:
            _log.info("batch_fenced", stage=self.stage.name, topic=place[0], part=place[1])
            self.positions.pop(place, None)

    def _due(self, position: Position, records: list[Record]) -> list[Record]:
        """Return the records that are not done; Corrupt(POSITION_GAP) when one is missing between them."""
        expected, due = position.next_offset, []
        holes_are_legal = self.stage.topic(position.place.topic).compacted
        for record in records:
            if record.offset < expected:
                continue
            if record.offset > expected and not holes_are_legal:
                raise Corrupt("POSITION_GAP", _facts(position, expected=expected, found=record.offset))
            due.append(record)
            expected = record.offset + 1
        return due

    def _do(self, position: Position, records: list[Record]) -> Position:
        """Runs in the database thread: prepare, then the transaction, retried while the world is not there."""
        started, stage = time.perf_counter(), self.stage
        snapshot = self._retry(stage.read)
        batch = prepare(stage, self.owner, records, records[-1].offset + 1, snapshot, position.suspicious)
        done = self._retry(lambda connection: transact(connection, stage, position, batch))
        stage.done(done.effects)
        BATCH_RECORDS.labels(stage.name).observe(len(records))
        BATCH_SECONDS.labels(stage.name).observe(time.perf_counter() - started)
        for entry in done.quarantined:
            QUARANTINED.labels(stage.name, entry.code).inc()
        return done.position

    async def _claim(self, place: tuple[str, int]) -> Position | None:
        generation, (topic, part) = self._generation, place
        if place not in self.assigned:
            return None
        where = Place(self.stage.name, topic, part, self._cluster_id, self._topic_ids[topic])
        position = await self._in_thread(lambda: self._retry(lambda connection: claim(connection, where)))
        try:
            await self._same_record(position)
        except Unavailable as error:
            _log.warning("claim_waits", stage=self.stage.name, code=error.code)
            await asyncio.sleep(_BACKOFF_MAX_S)
            return await self._claim(place)
        if generation != self._generation:
            return None
        self.positions[place] = position
        return position

    async def _same_record(self, position: Position) -> None:
        """Compare the last record done with what stands at its offset now; retention may have removed it."""
        if position.last_sha256 is None:
            return
        place = position.place
        found = await read_one(self.bootstrap, place.topic, place.part, position.next_offset - 1)
        if found is None:
            return
        record = Record(place.topic, place.part, found.offset, found.key, found.value, (), found.at, True)
        if found.offset == position.next_offset - 1 and record.digest() != position.last_sha256:
            raise Corrupt("POSITION_FOREIGN", _facts(position, reason="another record stands at the last offset"))

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _retry(self, work: Callable[[Connection], _T]) -> _T:
        """Try until the database is there. Only Unavailable is retried; a commit whose answer was lost ends Fenced."""
        pause_s = _BACKOFF_FIRST_S
        while True:
            try:
                with unavailable():
                    return work(self._connect())
            except Unavailable as error:
                RETRIES.labels(self.stage.name).inc()
                _log.warning("database_unavailable", stage=self.stage.name, **error.facts)
                self._disconnect()
                if self._closing:
                    raise
                time.sleep(pause_s)
                pause_s = min(pause_s * 2, _BACKOFF_MAX_S)

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = open_connection(self._url)
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Let the running transaction end, then close; called once at shutdown."""
        self._closing = True
        self._thread.submit(self._disconnect)
        self._thread.shutdown(wait=True)


def _facts(position: Position, **facts: object) -> dict[str, str]:
    place = position.place
    return {"stage": place.stage, "topic": place.topic, "part": str(place.part)} | {k: str(v) for k, v in facts.items()}
