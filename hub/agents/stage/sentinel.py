"""The sentinel: compares position and end of each claimed partition, so that an idle partition hides no loss.

A record that is never delivered is read from the log after a few seconds. An end before the position is foreign only
when it lasts: a broker that was killed answers a low end for a while.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol

import structlog

from hub.agents.stage.loop import Loop
from hub.agents.stage.position import Position
from hub.errors import Corrupt, Unavailable

__all__ = ["Sentinel"]

_log = structlog.get_logger()
_TICK_S = 3.0
_TURN_S = 0.2
_SILENCE_S = 3.0
_QUIET_S = 1.0  # a loop that gets nothing at all has nothing of this partition on its way either
_SILENCE_MAX_S = 30.0  # and one that is always busy looks by now
_FOREIGN_AFTER_S = 30.0
Tend = Callable[[], Awaitable[object]]
"""What else is done at each tick, such as going on with a parked school."""


class Meter(Protocol):
    """Tells the numbers of what the sentinel saw; `LagMeter` is the real one."""

    async def observe(
        self, positions: Mapping[tuple[str, int], Position], ends: Mapping[tuple[str, int], int], at: datetime
    ) -> object:
        """Take note of positions and ends at an aware time."""
        ...


class Sentinel:
    """Watches one loop."""

    def __init__(self, loop: Loop, meter: Meter, tend: Tend) -> None:
        self._loop, self._meter, self._tend = loop, meter, tend
        self._low_since: dict[tuple[str, int], float] = {}

    async def watch(self) -> None:
        """Watch until cancelled. Raises Corrupt(POSITION_FOREIGN) when a partition's end stays before its position."""
        while True:
            try:
                await self._pause()
                await self.look()
            except Unavailable as error:
                _log.warning("sentinel_waits", stage=self._loop.stage.name, code=error.code)

    async def _pause(self) -> None:
        """Let a tick pass; what is out of turn in a replay is tried again meanwhile, since others go on quickly."""
        until = time.monotonic() + _TICK_S
        while time.monotonic() < until:
            await asyncio.sleep(_TURN_S if self._loop.out_of_turn else until - time.monotonic())
            await self.turns()

    async def turns(self) -> None:
        """Try once more whatever another partition had to come before."""
        places = sorted(self._loop.out_of_turn)
        if not places or self._loop.lock.locked():
            return
        ends = await self._loop.log.ends(places)
        for where in places:
            await self._loop.heal(where, ends[where])

    async def look(self) -> None:
        """Look once at every partition."""
        if not self._loop.lock.locked():  # a batch that waits for the database must not hide its own lag
            await self._loop.claim_idle()
        places = list(self._loop.positions)
        ends = await self._loop.log.ends(places) if places else {}
        await self._meter.observe(self._loop.positions, ends, datetime.now(UTC))
        for where, end in ends.items():
            await self.compare(where, end, time.monotonic())
        if not self._loop.lock.locked():
            await self._tend()

    async def compare(self, where: tuple[str, int], end: int, now: float) -> None:
        """Compare one partition with its end at a monotonic time; heal it when it was skipped."""
        position = self._loop.positions.get(where)
        if position is None:
            return
        if end >= position.next_offset:
            self._low_since.pop(where, None)
        elif now - self._low_since.setdefault(where, now) > _FOREIGN_AFTER_S:
            raise Corrupt("POSITION_FOREIGN", {"topic": where[0], "part": str(where[1]), "end": str(end)})
        if end > position.next_offset and self._skipped(where, now):
            await self._loop.heal(where, end)

    def _skipped(self, where: tuple[str, int], now: float) -> bool:
        seen_at = self._loop.seen_at
        silent_s, quiet_s = now - seen_at.get(where, 0.0), now - max(seen_at.values(), default=0.0)
        if self._loop.lock.locked():
            return False
        return silent_s > _SILENCE_MAX_S or (silent_s > _SILENCE_S and quiet_s > _QUIET_S)
