"""A peer: a plain Faust agent, one record at a time, as the tutorials show it.

The same bytes, checks and table as the other peer. What it lacks stands in `hub.bench.peers.LACKS`.
"""

import asyncio
import time
from pathlib import Path
from typing import Any

import faust

from hub.agents.stage import Record
from hub.bench.floor import FloorOrder
from hub.bench.helper import Signals
from hub.bench.peer_rows import Commit, checked_rows, run_peer, store
from hub.bench.wanted import SO
from hub.kafka.times import instant_of
from hub.topics import command
from hub.trust import ChainCache, Snapshot

__all__ = ["consume"]


def consume(signals: Signals, result: Path, bootstrap: str, order: FloorOrder, topic: str, total: int) -> None:
    """Consume until `total` transcripts are stored; run it in a process of its own."""
    app = _app(bootstrap, topic, order.parcels.parent)
    run_peer(signals, result, order, lambda connection, snapshot: _consume(app, connection, snapshot, topic, total))


async def _consume(app: Any, connection: Any, snapshot: Snapshot, topic: str, total: int) -> list[Commit]:
    cache, commits, done = ChainCache(), list[Commit](), asyncio.Event()
    source = app.topic(topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    async def agent(stream: Any) -> None:
        count = 0
        async for event in stream.events():
            rows = checked_rows(_record(event.message), snapshot, cache)
            store(connection, rows)
            count += len(rows)
            commits.append((time.time(), len(rows), time.process_time()))
            if count >= total:
                done.set()

    app.agent(source, name="peer")(agent)
    await app.start()
    await done.wait()
    await app.stop()
    return commits


def _app(bootstrap: str, topic: str, folder: Path) -> Any:
    return faust.App(
        topic, broker=f"kafka://{bootstrap}", store="memory://", datadir=folder / "faust",
        web_enabled=False, topic_allow_declare=False, topic_disable_leader=True, consumer_auto_offset_reset="earliest",
        key_serializer="raw", value_serializer="raw",
    )  # fmt: skip


def _record(message: Any) -> Record:
    headers = message.headers.items() if isinstance(message.headers, dict) else message.headers or ()
    at = instant_of(round(message.timestamp * 1000))
    return Record(
        command(SO).name, message.partition, message.offset, message.key, message.value,
        tuple((name, None if value is None else bytes(value)) for name, value in headers), at, True,
    )  # fmt: skip
