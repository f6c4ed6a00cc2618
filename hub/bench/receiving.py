"""The schools' other side: reads the topic of receipts while they come, and notes when each command was answered."""

import asyncio
import json
import time
from pathlib import Path

from aiokafka import TopicPartition

from hub.bench.helper import Signals
from hub.bench.wanted import SO
from hub.kafka.reader import plain_consumer
from hub.schemas import decode
from hub.topics import receipt

__all__ = ["watch_receipts"]

_POLL_MS = 50
_RECORDS_MAX = 500


def watch_receipts(signals: Signals, result: Path, bootstrap: str) -> None:
    """Read from the end of now until told to stop, then until nothing comes; {"answered": {command: Unix seconds}}."""
    answered = asyncio.run(_watch(signals, bootstrap))
    result.write_text(json.dumps({"answered": answered}), encoding="utf-8")


async def _watch(signals: Signals, bootstrap: str) -> dict[str, float]:
    topic, answered = receipt(SO), dict[str, float]()
    async with plain_consumer(bootstrap) as consumer:
        places = [TopicPartition(topic.name, part) for part in range(topic.partitions)]
        consumer.assign(places)
        await consumer.seek_to_end(*places)
        for place in places:
            await consumer.position(place)
        signals.ready.set()
        while True:
            stopping = signals.stop.is_set()
            found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_RECORDS_MAX)
            now = time.time()
            for record in (record for records in found.values() for record in records):
                answered.setdefault(decode(record.value, topic.messages).value["command_id"], now)
            if stopping and not found:
                return answered
