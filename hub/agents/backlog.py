"""Backlog: what waits beside the topics, told at /metrics.

In:  the outbox, the parked schools and the quarantine of the worker's own database; at Bộ the pairs of forks.
Out: gauges by owner and kind; every worker of an organisation tells the same, so take their maximum.
Invariant: it reads, and holds nothing up: without a database it waits.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

import structlog

from hub.agents.stage.quarantine import observe_quarantine
from hub.errors import Unavailable
from hub.metrics import FORKS, WAITING, WAITING_SECONDS
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of

__all__ = ["backlog", "show"]

_log = structlog.get_logger()
_SQL = queries_of("common")
_POLL_S = 5.0


async def backlog(owner: str, url: str, stages: Collection[str]) -> None:
    """Tell until cancelled; an outage of the database is waited out."""
    while True:
        try:
            connection = await asyncio.to_thread(open_connection, url)
            try:
                while True:
                    show(owner, await asyncio.to_thread(_rows, connection, stages))
                    if owner == "bo":
                        await asyncio.to_thread(_forks, connection)
                    await asyncio.sleep(_POLL_S)
            finally:
                connection.close()
        except Unavailable as error:
            _log.warning("backlog_waits", owner=owner, code=error.code)
            await asyncio.sleep(_POLL_S)


def _rows(connection: Connection, stages: Collection[str]) -> list[Any]:
    with unavailable():
        for stage in stages:
            observe_quarantine(connection, stage)
        return connection.execute(_SQL["waiting"]).fetchall()


def _forks(connection: Connection) -> None:
    with unavailable():
        for so, count in connection.execute(queries_of("bo")["fork_counts"]).fetchall():
            FORKS.labels(so).set(count)


def show(owner: str, rows: Sequence[tuple[str, int, float | None]]) -> None:
    """Set the gauges by rows of (kind, count, age of the oldest in seconds or None)."""
    for kind, count, oldest_s in rows:
        WAITING.labels(owner, kind).set(count)
        WAITING_SECONDS.labels(owner, kind).set(max(0.0, oldest_s or 0.0))
