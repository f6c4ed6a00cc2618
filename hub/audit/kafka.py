"""Reads topics with a plain consumer: no group, no commit, nothing written."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from hub.audit.sources import Record

__all__ = ["KafkaLog"]

_T = TypeVar("_T")
_TIMEOUT_MS = 30_000
_POLL_MS = 1_000
_SILENT_POLLS_MAX = 30
_FETCH_BYTES_MAX = 8_388_608
_DESCRIBE_ATTEMPTS_MAX = 6
_DESCRIBE_PAUSE_S = 0.5
_FETCH_WAIT_MS = 20  # whoever reads to the end once need not wait for more


class KafkaLog:
    """Context manager with an event loop of its own: enter it where no loop runs. One topic is open at a time."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._loop = asyncio.new_event_loop()
        self._admin: Any = None
        self._consumer: Any = None
        self._open: tuple[str, dict[TopicPartition, tuple[int, int]]] = ("", {})

    def __enter__(self) -> Self:
        self._wait(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._wait(self._close())
            self._wait(self._admin.close())
        finally:
            self._loop.close()

    def extent(self, topic: str) -> Mapping[int, tuple[int, int]]:
        """Return [start, end) of each partition; empty when there is no such topic."""
        return {place.partition: ends for place, ends in self._wait(self._extent(topic)).items()}

    def records(self, topic: str) -> Iterator[Record]:
        """Yield what stands in a topic, in order within each partition. TimeoutError when the broker is silent."""
        places = self._wait(self._extent(topic))
        left = {place: end for place, (start, end) in places.items() if start < end}
        silent = 0
        while left:
            batches = self._wait(self._consumer.getmany(*left, timeout_ms=_POLL_MS))
            silent = 0 if batches else silent + 1
            if silent > _SILENT_POLLS_MAX:
                raise TimeoutError(f"{topic}: the broker gives no more records")
            for place, batch in batches.items():
                yield from (_record(r) for r in batch if r.offset < left[place])
            left = {place: end for place, end in left.items() if self._wait(self._consumer.position(place)) < end}
        self._wait(self._close())

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self._loop.run_until_complete(work)

    async def _start(self) -> None:
        self._admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=_TIMEOUT_MS)
        await self._admin.start()

    async def _close(self) -> None:
        consumer, self._consumer, self._open = self._consumer, None, ("", {})
        if consumer is not None:
            await consumer.stop()

    async def _extent(self, topic: str) -> dict[TopicPartition, tuple[int, int]]:
        """Open a topic at its beginning; records then stops at the end that is noted here."""
        if self._open[0] != topic:
            await self._close()
            places = await self._partitions(topic)
            if not places:
                return {}
            self._consumer = consumer = self._new_consumer()
            await consumer.start()
            consumer.assign(places)
            starts, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
            for place in places:
                consumer.seek(place, starts[place])
            self._open = topic, {place: (starts[place], ends[place]) for place in places}
        return self._open[1]

    async def _partitions(self, topic: str) -> list[TopicPartition]:
        """Return the partitions of a topic, none if it stays unknown: a broker that has just started learns them."""
        for attempt in range(_DESCRIBE_ATTEMPTS_MAX):
            described = (await self._admin.describe_topics([topic]))[0]
            if described["error_code"] == 0 and described["partitions"]:
                return sorted(TopicPartition(topic, part["partition"]) for part in described["partitions"])
            if attempt < _DESCRIBE_ATTEMPTS_MAX - 1:
                await asyncio.sleep(_DESCRIBE_PAUSE_S)
        return []

    def _new_consumer(self) -> Any:
        return AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=_TIMEOUT_MS,
            max_partition_fetch_bytes=_FETCH_BYTES_MAX,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
        )


def _record(record: Any) -> Record:
    return Record(
        record.topic, record.partition, record.offset, record.key, record.value, tuple(record.headers), record.timestamp
    )
