"""Plain reading of a topic, without group or framework: single records, ranges, whole topics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from hub.errors import Unavailable
from hub.topics import MESSAGE_BYTES_MAX

__all__ = ["Found", "read_one", "read_range", "read_topic"]

_TIMEOUT_MS = 10_000
_NO_END = 2**62


@dataclass(frozen=True, slots=True)
class Found:
    """One record as it stands in the log."""

    topic: str
    part: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    at: datetime


@asynccontextmanager
async def _consumer(bootstrap: str) -> AsyncIterator[Any]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        request_timeout_ms=_TIMEOUT_MS,
        max_partition_fetch_bytes=8 * MESSAGE_BYTES_MAX,
    )
    try:
        await consumer.start()
        yield consumer
    except KafkaError as error:
        raise Unavailable("KAFKA_UNAVAILABLE", {"error": type(error).__name__}) from error
    finally:
        await consumer.stop()


async def read_one(bootstrap: str, topic: str, part: int, offset: int) -> Found | None:
    """Return the record at `offset`, or the next one kept after it, or None when nothing stands there any more."""
    async for found in read_range(bootstrap, topic, part, offset, offset + 1):
        return found
    return None


async def read_range(bootstrap: str, topic: str, part: int, start: int, end: int) -> AsyncIterator[Found]:
    """Yield the records of [start, end) that the log still has, in order; stops at the log's end."""
    place = TopicPartition(topic, part)
    async with _consumer(bootstrap) as consumer:
        consumer.assign([place])
        log_end = (await consumer.end_offsets([place]))[place]
        log_start = (await consumer.beginning_offsets([place]))[place]
        consumer.seek(place, max(start, log_start))
        while await consumer.position(place) < min(end, log_end):
            for record in (await consumer.getmany(place, timeout_ms=_TIMEOUT_MS)).get(place, []):
                if record.offset >= end:
                    return
                yield _found(record)


async def read_topic(bootstrap: str, topic: str, partitions: int) -> AsyncIterator[Found]:
    """Yield every record that stands in a topic now, partition by partition."""
    for part in range(partitions):
        async for found in read_range(bootstrap, topic, part, 0, _NO_END):
            yield found


def _found(record: Any) -> Found:
    at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return Found(record.topic, record.partition, record.offset, record.key, record.value, tuple(record.headers), at)
