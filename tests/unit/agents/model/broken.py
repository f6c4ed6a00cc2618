"""Deliberately broken variants: the machine must find each of them, else it would find nothing."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from hub.agents.stage import parking
from hub.agents.stage.loop import Loop
from hub.agents.stage.position import Position, advance
from hub.agents.stage.record import Record
from hub.agents.stage.relay import Relay
from hub.agents.stage.sentinel import Sentinel
from hub.agents.stage.transaction import decide_all, prepare
from tests.unit.agents.model.database import Memory
from tests.unit.agents.model.worker import HandDoing, Parts

Where = tuple[str, int]


class SkipsGaps(Loop):
    """Goes on behind a gap."""

    async def _fill(self, where: Where, end: int) -> None:
        if self._next(where) < end:
            await self._do(where, [], end)


class ForgetsRetention(Loop):
    """Reads a gap without asking where the log begins by now."""

    async def _read_through(self, where: Where, end: int) -> None:
        first = self._next(where)
        async with aclosing(self.log.pages(*where, first, end)) as pages:
            async for page in pages:
                self._next(where)
                await self._do(where, page, page[-1].offset + 1)
        if self._next(where) < end:
            await self._do(where, [], end)


class DoesAgain(Loop):
    """Takes whatever is delivered for new."""

    async def _partition(self, where: Where, records: list[Record], end: int) -> None:
        if records:
            await self._do(where, records, records[-1].offset + 1)
        await self._fill(where, end)


class MovesFirst(HandDoing):
    """Commits the position before the effects: acknowledged before it is done."""

    async def batch(self, position: Position, records: Sequence[Record], after: int) -> Position:
        moved = await self._in_thread(lambda: self._retry(lambda c: _move(c, position, after, records)))
        await self._in_thread(lambda: self._retry(lambda c: self._effects(c, records, after)))
        return moved

    def _effects(self, connection: Any, records: Sequence[Record], after: int) -> None:
        batch = prepare(self._stage, self._owner, records, after, None, False)
        with connection.transaction():
            decide_all(connection, self._stage, batch)


class MovesLast(MovesFirst):
    """Commits the effects before the position."""

    async def batch(self, position: Position, records: Sequence[Record], after: int) -> Position:
        await self._in_thread(lambda: self._retry(lambda c: self._effects(c, records, after)))
        return await self._in_thread(lambda: self._retry(lambda c: _move(c, position, after, records)))


class DropsParked(HandDoing):
    """Passes over the record that breaks instead of parking its key."""

    def _park(self, position: Position, record: Record, after: int, error: Exception) -> Position:
        return self._retry(lambda c: _move(c, position, after, [record]))


class MarksFirst(Relay):
    """Takes a message for sent before the broker has it."""

    async def _relay_once(self, connection: Any) -> int:
        ids, batch = self._next(connection)
        if ids:
            self._mark(connection, ids)
            await self._sender.send(batch)
        return len(ids)


class NeverHeals(Sentinel):
    """Looks and does nothing."""

    def _skipped(self, where: Where, now: float) -> bool:
        return False


def _move(connection: Any, position: Position, after: int, records: Sequence[Record]) -> Position:
    with connection.transaction():
        return advance(connection, position, after, records[-1].digest() if records else None)


def _park_alone(connection: Any, position: Position, record: Record, after: int, error: Exception) -> Position:
    """Set the record aside without its key: the next ones of the school overtake it."""
    with connection.transaction():
        moved = advance(connection, position, after, record.digest())
        parking.set_aside(connection, position.place.stage, record)
    return moved


class ParksTheRecordAlone(HandDoing):
    """The school goes on without the record."""

    def _park(self, position: Position, record: Record, after: int, error: Exception) -> Position:
        return self._retry(lambda c: _park_alone(c, position, record, after, error))


@dataclass(frozen=True)
class Mutation:
    """What is broken: parts of a worker, or a query of the database."""

    parts: Parts = field(default_factory=Parts)
    database: Callable[[Memory], None] = lambda _: None


def _setting(name: str, value: Any) -> Callable[[Memory], None]:
    return lambda memory: setattr(memory, name, value)


MUTATIONS = {
    "the position is moved without comparing the offset": Mutation(database=_setting("broken_compare", "offset")),
    "the position is moved without comparing anything": Mutation(database=_setting("broken_compare", "both")),
    "the topic's id is not compared": Mutation(database=_setting("compares_topic", False)),
    "later records of a parked key are decided": Mutation(database=_setting("holds_parked", False)),
    "what was set aside is done in the wrong order": Mutation(database=_setting("resumes_in_order", False)),
    "gaps are skipped": Mutation(Parts(loop=SkipsGaps)),
    "retention is not looked at": Mutation(Parts(loop=ForgetsRetention)),
    "what was delivered again is done again": Mutation(Parts(loop=DoesAgain)),
    "the position is committed before the effects": Mutation(Parts(doing=MovesFirst)),
    "the position is committed behind the effects": Mutation(Parts(doing=MovesLast)),
    "a record that breaks is passed over": Mutation(Parts(doing=DropsParked)),
    "a record that breaks is set aside without its key": Mutation(Parts(doing=ParksTheRecordAlone)),
    "a message is marked before it is sent": Mutation(Parts(relay=MarksFirst)),
    "the sentinel does not heal": Mutation(Parts(sentinel=NeverHeals)),
}
