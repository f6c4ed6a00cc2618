"""A peer: a plain aiokafka consumer with `executemany`, as one would write it in an afternoon.

The same bytes and the same checks as the hub, the rows into a table of the same columns and indexes. What it lacks
stands in `hub.bench.peers.LACKS`.
"""

import time
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer

from hub.agents.stage import Record
from hub.bench.floor import FloorOrder
from hub.bench.helper import Signals
from hub.bench.peer_rows import Commit, checked_rows, run_peer, store
from hub.bench.wanted import SO
from hub.kafka.times import instant_of
from hub.topics import command
from hub.trust import ChainCache, Snapshot

__all__ = ["consume"]

_RECORDS_MAX = 50  # as many as the hub's loop takes at once
_POLL_MS = 50
_FETCH_BYTES = 8 * 1024 * 1024


def consume(signals: Signals, result: Path, bootstrap: str, order: FloorOrder, topic: str, total: int) -> None:
    """Consume until `total` transcripts are stored; run it in a process of its own."""
    run_peer(
        signals, result, order, lambda connection, snapshot: _consume(bootstrap, connection, snapshot, topic, total)
    )


async def _consume(bootstrap: str, connection: Any, snapshot: Snapshot, topic: str, total: int) -> list[Commit]:
    cache, commits, count = ChainCache(), list[Commit](), 0
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=topic, enable_auto_commit=False, auto_offset_reset="earliest",
        max_partition_fetch_bytes=_FETCH_BYTES,
    )  # fmt: skip
    await consumer.start()
    try:
        while count < total:
            found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_RECORDS_MAX)
            records = [_record(record) for records in found.values() for record in records]
            rows = [row for record in records for row in checked_rows(record, snapshot, cache)]
            if rows:
                store(connection, rows)
                await consumer.commit()
                count += len(rows)
                commits.append((time.time(), len(rows), time.process_time()))
    finally:
        await consumer.stop()
    return commits


def _record(record: Any) -> Record:
    at, topic = instant_of(record.timestamp), command(SO).name
    return Record(topic, record.partition, record.offset, record.key, record.value, tuple(record.headers), at, True)
