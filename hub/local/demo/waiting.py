"""Waiting for the hub, with an end to patience: every wait says what it waited for."""

import asyncio
import time
from collections.abc import Callable

from hub.errors import Unavailable
from hub.kafka import end_offsets
from hub.local.hub import LocalHub
from hub.store import open_connection
from hub.store.queries import queries_of
from hub.topics import command, register

__all__ = ["until", "until_commands_answered", "until_ingested", "until_registered"]

_SQL = queries_of("common")
_POLL_S = 0.25
_PATIENCE_S = 180.0


async def until(what: str, done: Callable[[], bool], patience_s: float = _PATIENCE_S) -> None:
    """Poll until `done`. Raises Unavailable(WAITED_IN_VAIN) when patience ends."""
    deadline = time.monotonic() + patience_s
    while not await asyncio.to_thread(done):
        if time.monotonic() > deadline:
            raise Unavailable("WAITED_IN_VAIN", {"what": what, "seconds": str(int(patience_s))})
        await asyncio.sleep(_POLL_S)


async def until_registered(hub: LocalHub) -> None:
    """Wait until every register is projected by its Sở and by Bộ."""
    registers = [register(so).name for so in hub.slugs]
    ends = end_offsets(hub.bootstrap, [(name, 0) for name in registers])
    for so, name in zip(hub.slugs, registers, strict=True):
        await until(f"register of {so}", _reached(hub.so_url(so), "register", {(name, 0): ends[name, 0]}))
    await until("registers at Bộ", _reached(hub.bo_url, "register", ends))


async def until_commands_answered(hub: LocalHub) -> None:
    """Wait until every command in every topic is decided."""
    for so in hub.slugs:
        topic = command(so)
        ends = end_offsets(hub.bootstrap, [(topic.name, part) for part in range(topic.partitions)])
        await until(f"commands of {so}", _reached(hub.so_url(so), "validate", ends))


async def until_ingested(hub: LocalHub) -> None:
    """Wait until every locked round has Bộ's answer, and everything is sent."""
    for so in hub.slugs:
        await until(f"locks of {so}", _all_locks_answered(hub.so_url(so)))
    await until("the national stream", _nothing_unsent(hub.bo_url))
    for so in hub.slugs:
        await until(f"messages of {so}", _nothing_unsent(hub.so_url(so)))


def _reached(url: str, stage: str, ends: dict[tuple[str, int], int]) -> Callable[[], bool]:
    def done() -> bool:
        with open_connection(url) as connection:
            rows = connection.execute(_SQL["positions"]).fetchall()
        there = {(topic, part): offset for name, topic, part, offset, _ in rows if name == stage}
        return all(there.get(place, 0) >= end for place, end in ends.items())

    return done


def _all_locks_answered(url: str) -> Callable[[], bool]:
    def done() -> bool:
        with open_connection(url) as connection:
            row = connection.execute(queries_of("so")["unanswered_count"]).fetchone()
        return row is not None and row[0] == 0

    return done


def _nothing_unsent(url: str) -> Callable[[], bool]:
    def done() -> bool:
        with open_connection(url) as connection:
            row = connection.execute(_SQL["unsent_count"]).fetchone()
        return row is not None and row[0] == 0

    return done
