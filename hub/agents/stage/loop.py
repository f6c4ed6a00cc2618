"""The one loop: batches of raw records into transactions, partition by partition.

Faust delivers; it guarantees nothing. Here every offset is compared with our own position in PostgreSQL: lower is
done already, equal is done now, higher means that records were skipped on the way: they are read from the log first.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from itertools import groupby
from typing import Any, Protocol, TypeVar

import structlog

from hub.agents.stage.log import Log
from hub.agents.stage.outbox import OutOfTurn
from hub.agents.stage.position import Fenced, Place, Position
from hub.agents.stage.record import Record
from hub.agents.stage.stage import Stage
from hub.errors import Corrupt, Unavailable
from hub.metrics import HEALED

__all__ = ["Hands", "Loop"]

_log = structlog.get_logger()
_PAUSE_S = 2.0
_T = TypeVar("_T")
_Where = tuple[str, int]


class Hands(Protocol):
    """What the loop asks of a database; `Doing` is the real one. Each call waits while the database is not there."""

    async def claim(self, where: Place) -> Position:
        """Take over a partition. Raises Corrupt(POSITION_FOREIGN)."""
        ...

    async def batch(self, position: Position, records: Sequence[Record], after: int) -> Position:
        """Do records in one transaction and move the position to `after`. Raises Fenced."""
        ...


class Loop:
    """Owns the positions of one stage in one process. `kick` is called after every commit."""

    def __init__(self, stage: Stage[Any, Any, Any, Any], hands: Hands, log: Log, kick: Callable[[], None]) -> None:
        self.stage, self.hands, self.log = stage, hands, log
        self.positions: dict[_Where, Position] = {}
        self.assigned: set[_Where] = set()
        self.seen_at: dict[_Where, float] = {}
        self.out_of_turn: set[_Where] = set()  # another partition of a replay must come first
        self.lock = asyncio.Lock()
        self._kick = kick
        self._generation = 0
        self._done_to: dict[_Where, int] = {}  # the highest position that this process has seen committed
        self._identity: tuple[str, dict[str, str]] | None = None

    def assign(self, partitions: Iterable[_Where]) -> None:
        """Note the assignment and forget the positions; no I/O, because this runs inside the rebalance."""
        self.assigned = set(partitions)
        self.positions.clear()
        self.out_of_turn.clear()
        self._identity = None
        self._generation += 1

    async def handle(self, records: Sequence[Record]) -> None:
        """Do one delivered batch. Returns when it is done, or dropped because another worker owns the partition."""
        async with self.lock:
            by_part = sorted(records, key=lambda r: (r.topic, r.part))
            for where, group in groupby(by_part, key=lambda r: (r.topic, r.part)):
                self.seen_at[where] = time.monotonic()
                await self._unless_fenced(where, list(group))

    async def claim_idle(self) -> None:
        """Claim assigned partitions that no batch has reached yet, so that their ends can be compared."""
        async with self.lock:
            for where in sorted(self.assigned - self.positions.keys()):
                await self._claim(where)

    async def heal(self, where: _Where, end: int) -> None:
        """Do what stands between the position and `end` and was never delivered; looked at again under the lock."""
        async with self.lock:
            await self._unless_fenced(where, [], end)

    async def _unless_fenced(self, where: _Where, records: list[Record], end: int = 0) -> None:
        self.out_of_turn.discard(where)
        try:
            if where in self.positions or await self._claim(where):
                await self._partition(where, records, end)
        except Fenced as fenced:
            if isinstance(fenced, OutOfTurn) and where in self.assigned:
                self.out_of_turn.add(where)
            _log.info("batch_fenced", stage=self.stage.name, topic=where[0], part=where[1])
            self.positions.pop(where, None)

    async def _partition(self, where: _Where, records: list[Record], end: int) -> None:
        for run in _runs(records):
            due = [r for r in run if r.offset >= self._next(where)]
            if due:
                await self._fill(where, due[0].offset)
                await self._do(where, due, due[-1].offset + 1)
        await self._fill(where, end)

    async def _fill(self, where: _Where, end: int) -> None:
        """Bring the position up to `end` from the log itself: what it holds is done, what it lacks is passed."""
        while self._next(where) < end:
            await self._patiently(lambda: self._read_through(where, end))

    async def _read_through(self, where: _Where, end: int) -> None:
        (topic, part), first = where, self._next(where)
        await self._kept(where)
        _log.warning("gap_read", stage=self.stage.name, topic=topic, part=part, first=first, end=end)
        async with aclosing(self.log.pages(topic, part, first, end)) as pages:
            async for page in pages:
                if page[0].offset > self._next(where):
                    await self._kept(where)
                await self._do(where, page, page[-1].offset + 1)
                HEALED.labels(self.stage.name).inc(len(page))
        if self._next(where) < end:  # compaction and transaction markers leave offsets that hold nothing
            await self._kept(where)
            await self._do(where, [], end)

    async def _kept(self, where: _Where) -> None:
        """Make sure that retention has removed nothing from the position on; asked again after what was read.

        Raises Corrupt(POSITION_GAP), or Fenced when another owner has done what is gone.
        """
        start = await self.log.start(*where)
        if start > self._next(where) and not self.stage.topic(where[0]).compacted:
            position = self._position(where)
            await self.hands.batch(position, [], position.next_offset)
            raise Corrupt("POSITION_GAP", _facts(position, found=start, reason="retention has passed"))

    def _position(self, where: _Where) -> Position:
        """Return the position. Raises Fenced when a rebalance has taken the partition away meanwhile."""
        if where not in self.positions:
            raise Fenced(f"{where[0]}[{where[1]}]")
        return self.positions[where]

    def _next(self, where: _Where) -> int:
        return self._position(where).next_offset

    async def _do(self, where: _Where, records: Sequence[Record], after: int) -> None:
        if self.stage.topic(where[0]).append_time and not all(r.append_time for r in records):
            raise Corrupt("TOPIC_NOT_APPEND_TIME", {"topic": where[0]})
        generation = self._generation
        moved = await self.hands.batch(self._position(where), records, after)
        self._kick()
        self._done_to[where] = moved.next_offset
        if generation != self._generation:
            raise Fenced(f"{where[0]}[{where[1]}]")
        self.positions[where] = moved

    async def _claim(self, where: _Where) -> bool:
        generation, (topic, part) = self._generation, where
        if where not in self.assigned:
            return False
        cluster_id, topic_ids = await self._patiently(self._who)
        position = await self.hands.claim(Place(self.stage.name, topic, part, cluster_id, topic_ids[topic]))
        if position.next_offset < self._done_to.get(where, 0):
            reason = "the database has forgotten what was committed"
            raise Corrupt("DATABASE_BEHIND", _facts(position, known=self._done_to[where], reason=reason))
        await self._patiently(lambda: self._same_record(position))
        if generation != self._generation:
            return False
        self.positions[where] = position
        self.seen_at.setdefault(where, time.monotonic())
        return True

    async def _who(self) -> tuple[str, dict[str, str]]:
        """Return cluster and topic ids, asked anew after each rebalance: a topic made anew brings one."""
        if self._identity is not None:
            return self._identity
        generation = self._generation
        found = await self.log.identity([topic.name for topic in self.stage.topics])
        if generation == self._generation:
            self._identity = found
        return found

    async def _same_record(self, position: Position) -> None:
        """Compare the last record done with what stands at its offset now; retention may have removed it."""
        place, last = position.place, position.next_offset - 1
        if position.last_sha256 is None or await self.log.start(place.topic, place.part) > last:
            return
        if (await self.log.ends([(place.topic, place.part)]))[place.topic, place.part] <= last:
            return  # the sentinel knows how long a low end may last
        async with aclosing(self.log.pages(place.topic, place.part, last, last + 1)) as pages:
            async for page in pages:
                if page[0].digest() != position.last_sha256:
                    reason = "another record stands at the last offset"
                    raise Corrupt("POSITION_FOREIGN", _facts(position, reason=reason))

    async def _patiently(self, work: Callable[[], Awaitable[_T]]) -> _T:
        """Read from the log, waiting out an absent cluster."""
        while True:
            try:
                return await work()
            except Unavailable as error:
                _log.warning("log_unavailable", stage=self.stage.name, code=error.code, **error.facts)
                await asyncio.sleep(_PAUSE_S)


def _runs(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Split records of one partition where offsets are missing between them."""
    run: list[Record] = []
    for record in records:
        if run and record.offset != run[-1].offset + 1:
            yield run
            run = []
        run.append(record)
    if run:
        yield run


def _facts(position: Position, **facts: object) -> dict[str, str]:
    place = position.place
    return {"stage": place.stage, "topic": place.topic, "part": str(place.part)} | {k: str(v) for k, v in facts.items()}
