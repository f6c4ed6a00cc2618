"""The sentinel: compares position and end of each claimed partition, so that an idle partition hides no loss."""

import asyncio
import time

import structlog

from hub.agents.stage.loop import Loop
from hub.errors import Corrupt, Unavailable
from hub.kafka.admin import end_offsets
from hub.metrics import LAG

__all__ = ["watch"]

_log = structlog.get_logger()
_TICK_S = 3.0
_PATIENCE_S = 30.0  # a broker that was killed answers a low end for a while; a skipped record stays skipped


async def watch(loop: Loop) -> None:
    """Watch until cancelled. Raises Corrupt when a partition's end stays before its position, or is never delivered."""
    wrong_since: dict[tuple[str, int], float] = {}
    while True:
        await asyncio.sleep(_TICK_S)
        try:
            if not loop.lock.locked():  # a batch that waits for the database must not hide its own lag
                await loop.claim_idle()
            places = {place: position.next_offset for place, position in loop.positions.items()}
            found = await asyncio.to_thread(end_offsets, loop.bootstrap, places) if places else {}
        except Unavailable as error:
            _log.warning("sentinel_waits", stage=loop.stage.name, code=error.code)
            continue
        for place, end in found.items():
            _compare(loop, place, end, wrong_since)


def _compare(loop: Loop, place: tuple[str, int], end: int, wrong_since: dict[tuple[str, int], float]) -> None:
    position = loop.positions.get(place)
    if position is None:
        return
    LAG.labels(loop.stage.name, *map(str, place)).set(max(0, end - position.next_offset))
    silent = time.monotonic() - loop.seen_at.get(place, 0.0) > _PATIENCE_S
    wrong = end < position.next_offset or (
        end > position.next_offset and silent and not loop.lock.locked() and not loop.stage.topic(place[0]).compacted
    )
    if not wrong:
        wrong_since.pop(place, None)
    elif time.monotonic() - wrong_since.setdefault(place, time.monotonic()) > _PATIENCE_S:
        code = "POSITION_FOREIGN" if end < position.next_offset else "POSITION_GAP"
        raise Corrupt(code, {"topic": place[0], "part": str(place[1]), "end": str(end)})
