"""The progress watch: a worker that stands still while there is something to do says why, and leaves to be restarted.

It takes no lock and no connection of the loop, so that nothing that hangs there can hang it too. Waiting for an absent
database or cluster is no standstill: that is known, said, and ends by itself.
"""

import asyncio
import faulthandler
import time
from collections.abc import Awaitable, Callable

from hub.agents.stage.loop import Loop
from hub.errors import Corrupt, Unavailable

__all__ = ["Standstill", "pulse", "watch_ownership", "watch_progress"]

_TICK_S = 2.0
_FROZEN_AFTER_S = 120.0
_TURNS = 10  # while others of its stage move, a partition may wait so many times as long: a long backlog goes in turns


class Standstill:
    """Remembers since when a partition with lag has not moved, and since when none of them has."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, int], tuple[int, float]] = {}
        self._moved_at = 0.0

    def look(self, where: tuple[str, int], offset: int, end: int, now: float) -> float:
        """Return for how many seconds the partition has stood still although there is lag."""
        known = self._since.get(where)
        if end <= offset or known is None or known[0] != offset:
            self._since[where] = (offset, now)
            if known is not None and known[0] != offset:
                self._moved_at = now
            return 0.0
        return now - known[1]

    def limit_s(self, standstill_max_s: float, now: float) -> float:
        """Return how long a partition may stand still: longer while others of the stage move."""
        return standstill_max_s * (_TURNS if now - self._moved_at <= standstill_max_s else 1)

    def forget(self) -> None:
        """Start anew: what stood still had a reason."""
        self._since.clear()


async def watch_progress(
    loop: Loop, waits: Callable[[], bool], *, standstill_max_s: float, tick_s: float = _TICK_S
) -> None:
    """Watch until cancelled. Raises Corrupt(NO_PROGRESS) with the place and what the worker was about.

    `waits` tells whether the database is known to be away.
    """
    standstill = Standstill()
    while True:
        await asyncio.sleep(tick_s)
        places = {where: position.next_offset for where, position in list(loop.positions.items())}
        try:
            found = await loop.log.ends(places) if places else {}
        except Unavailable:
            standstill.forget()
            continue
        if waits():
            standstill.forget()
            continue
        now = time.monotonic()
        for where, end in found.items():
            still_s = standstill.look(where, places[where], end, now)
            if still_s > standstill.limit_s(standstill_max_s, now):
                raise Corrupt("NO_PROGRESS", _facts(loop, where, places[where], end, still_s))


async def watch_ownership(
    loop: Loop, unowned: Callable[[], Awaitable[set[tuple[str, int]]]], *, standstill_max_s: float, tick_s: float = 10.0
) -> None:
    """Watch until cancelled that somebody owns every partition. Raises Corrupt(NO_PROGRESS) when this worker has none.

    `unowned` asks the group which partitions no member has: a group may be content to read nothing at all, and a
    client that hangs while it starts never joins one.
    """
    since: float | None = None
    while True:
        await asyncio.sleep(tick_s)
        try:
            nobodys = set() if loop.assigned else await unowned()
        except Unavailable:
            nobodys = set()
        now = time.monotonic()
        since = (since or now) if nobodys else None
        if since is not None and now - since > standstill_max_s:
            topic, part = min(nobodys)
            facts = {"stage": loop.stage.name, "topic": topic, "part": str(part), "doing": "without any partition"}
            raise Corrupt("NO_PROGRESS", facts | {"seconds": str(int(now - since))})


async def pulse() -> None:
    """Show until cancelled that the process itself is alive; one that is frozen is ended, with its stacks on stderr."""
    try:
        while True:
            faulthandler.dump_traceback_later(_FROZEN_AFTER_S, exit=True)
            await asyncio.sleep(_TICK_S)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _facts(loop: Loop, where: tuple[str, int], offset: int, end: int, still_s: float) -> dict[str, str]:
    busy = "in a batch" if loop.lock.locked() else "waiting for a delivery"
    return {
        "stage": loop.stage.name,
        "topic": where[0],
        "part": str(where[1]),
        "position": str(offset),
        "end": str(end),
        "seconds": str(int(still_s)),
        "doing": busy,
    }
