"""Since when does a partition wait? The append time of the oldest record that is not done, read from the log itself."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiokafka import TopicPartition

from hub.errors import Unavailable
from hub.kafka.reader import plain_consumer
from hub.kafka.times import instant_of

__all__ = ["Undone", "first_undone"]

TIMEOUT_S = 5.0
_POLL_MS = 200
_FETCH_BYTES = 16_384  # one record is enough; a larger batch is sent whole all the same


@dataclass(frozen=True, slots=True)
class Undone:
    """The oldest record at or after a position: its offset and the time that the log gives it."""

    offset: int
    at: datetime


async def first_undone(
    bootstrap: str, waiting: Mapping[tuple[str, int], tuple[int, int]], *, timeout_s: float = TIMEOUT_S
) -> dict[tuple[str, int], Undone | None]:
    """Return for each (topic, partition) -> (position, end) the first record in [position, end).

    None where nothing stands there: holes of a compacted topic, or markers. Reads without a group and commits nothing.
    Raises Unavailable KAFKA_UNAVAILABLE when the cluster does not answer within the time.
    """
    if not waiting:
        return {}
    plain = plain_consumer(bootstrap, request_timeout_ms=int(timeout_s * 1000), fetch_bytes=_FETCH_BYTES)
    try:
        async with asyncio.timeout(timeout_s), plain as consumer:
            return await _first(consumer, waiting)
    except TimeoutError as error:
        raise Unavailable("KAFKA_UNAVAILABLE", {"error": "timeout"}) from error


async def _first(
    consumer: Any, waiting: Mapping[tuple[str, int], tuple[int, int]]
) -> dict[tuple[str, int], Undone | None]:
    open_ = {TopicPartition(*place): span for place, span in waiting.items()}
    found: dict[tuple[str, int], Undone | None] = {}
    consumer.assign(list(open_))
    for place, (position, _) in open_.items():
        consumer.seek(place, position)
    while open_:
        records = await consumer.getmany(*open_, timeout_ms=_POLL_MS, max_records=len(open_))
        for place, (_, end) in list(open_.items()):
            first = next(iter(records.get(place, ())), None)
            if first is None and await consumer.position(place) < end:
                continue
            found[place.topic, place.partition] = None if first is None or first.offset >= end else _undone(first)
            consumer.pause(place)
            del open_[place]
    return found


def _undone(record: Any) -> Undone:
    return Undone(record.offset, instant_of(record.timestamp))
