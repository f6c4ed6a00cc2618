"""Anchoring: where the portal's logs of reads and shares end is kept in a file, outside the database.

In:  the ends of the chains in Bộ's database, every few seconds; the file as it was written last.
Out: the file, moved on; gauges of rows and of rows that are gone.
Invariant: it never goes back by itself; a chain that lost its end is told until an operator says that it was a restore.
"""

import asyncio
from pathlib import Path

import structlog

from hub.errors import Corrupt, Unavailable
from hub.metrics import LOOK_LOG_LOST, LOOK_LOG_ROWS
from hub.store import open_connection
from hub.store.bo.anchor import LostTail, follow

__all__ = ["anchoring"]

_log = structlog.get_logger()
_POLL_S = 5.0


async def anchoring(url: str, path: Path, key: bytes) -> None:
    """Follow until cancelled; without database or file it waits and tells so."""
    told: list[LostTail] = []
    while True:
        try:
            rows, lost = await asyncio.to_thread(_followed, url, path, key)
        except (Unavailable, Corrupt) as error:
            _log.warning("look_anchor_waits", code=error.code, **error.facts)
        else:
            LOOK_LOG_ROWS.set(rows)
            LOOK_LOG_LOST.set(sum(tail.count for tail in lost))
            if lost and lost != told:
                _log.error("look_log_lost", chains=" ".join(f"{t.chain}:{t.n}" for t in lost))
            told = lost
        await asyncio.sleep(_POLL_S)


def _followed(url: str, path: Path, key: bytes) -> tuple[int, list[LostTail]]:
    with open_connection(url) as connection:
        return follow(connection, path, key)
