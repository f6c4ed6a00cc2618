"""Plain reading of a topic, without group or framework: pages, ranges, whole topics."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from hub.errors import Unavailable
from hub.kafka.times import instant_of
from hub.topics import MESSAGE_BYTES_MAX

__all__ = ["Found", "log_start", "plain_consumer", "read_pages", "read_range", "read_topic"]

_TIMEOUT_MS = 10_000
_NO_END = 2**62
_POLL_MS = 200  # a call gives nothing and waits when only markers stand there, though the position moves
_SILENT_POLLS_MAX = 150  # a broker that answers, has more, and gives nothing so often is not one to wait for
_LOG_APPEND_TIME = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One record as it stands in the log."""

    topic: str
    part: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    at: datetime
    append_time: bool


@asynccontextmanager
async def plain_consumer(
    bootstrap: str, *, request_timeout_ms: int = _TIMEOUT_MS, fetch_bytes: int = 8 * MESSAGE_BYTES_MAX
) -> AsyncIterator[Any]:
    """Give a consumer without a group, which commits nothing. Raises Unavailable(KAFKA_UNAVAILABLE)."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        request_timeout_ms=request_timeout_ms,
        max_partition_fetch_bytes=fetch_bytes,
    )
    try:
        await consumer.start()
        yield consumer
    except (KafkaError, TimeoutError) as error:
        raise Unavailable("KAFKA_UNAVAILABLE", {"error": type(error).__name__}) from error
    finally:
        await consumer.stop()


async def log_start(bootstrap: str, topic: str, part: int) -> int:
    """Return the lowest offset that the partition still keeps. Raises Unavailable(KAFKA_UNAVAILABLE)."""
    place = TopicPartition(topic, part)
    async with plain_consumer(bootstrap) as consumer:
        return int((await consumer.beginning_offsets([place]))[place])


async def read_pages(
    bootstrap: str, topic: str, part: int, start: int, end: int, records_max: int
) -> AsyncGenerator[list[Found], None]:
    """Yield the records of [start, end) that the log still has, in order, at most `records_max` at once. Close it.

    Ends only when everything below `end` was read; Unavailable when the log does not reach so far (yet).
    """
    place = TopicPartition(topic, part)
    async with plain_consumer(bootstrap) as consumer:
        consumer.assign([place])
        if (await consumer.end_offsets([place]))[place] < end:
            raise Unavailable("KAFKA_UNAVAILABLE", {"error": "the log ends early"})
        async with aclosing(_pages(consumer, place, start, end, records_max)) as pages:
            async for page in pages:
                yield page


async def read_range(bootstrap: str, topic: str, part: int, start: int, end: int) -> AsyncGenerator[Found, None]:
    """Yield the records of [start, end) that the log still has, in order; stops at the log's end. Close it.

    Raises Unavailable(KAFKA_UNAVAILABLE), also when the log gives nothing more before its end.
    """
    place = TopicPartition(topic, part)
    async with plain_consumer(bootstrap) as consumer:
        consumer.assign([place])
        last = min(end, (await consumer.end_offsets([place]))[place])
        async with aclosing(_pages(consumer, place, start, last, None)) as pages:
            async for page in pages:
                for found in page:
                    yield found


async def _pages(
    consumer: Any, place: TopicPartition, start: int, end: int, records_max: int | None
) -> AsyncGenerator[list[Found], None]:
    consumer.seek(place, max(start, (await consumer.beginning_offsets([place]))[place]))
    silent = 0
    while await consumer.position(place) < end:
        found = (await consumer.getmany(place, timeout_ms=_POLL_MS, max_records=records_max)).get(place, [])
        page = [_found(record) for record in found if record.offset < end]
        silent = 0 if page else silent + 1
        if silent > _SILENT_POLLS_MAX:
            raise Unavailable("KAFKA_UNAVAILABLE", {"error": "the log gives nothing"})
        if page:
            yield page


async def read_topic(bootstrap: str, topic: str, partitions: int) -> AsyncIterator[Found]:
    """Yield every record that stands in a topic now, partition by partition."""
    for part in range(partitions):
        async with aclosing(read_range(bootstrap, topic, part, 0, _NO_END)) as records:
            async for found in records:
                yield found


def _found(record: Any) -> Found:
    at = instant_of(record.timestamp)
    append_time = record.timestamp_type == _LOG_APPEND_TIME
    headers = tuple(record.headers)
    return Found(record.topic, record.partition, record.offset, record.key, record.value, headers, at, append_time)
