"""The log as the loop sees it: who it is, where it starts and ends, and what stands between two offsets."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from typing import Protocol

from hub.agents.stage.record import Record
from hub.kafka.admin import cluster_id, end_offsets, group_members, topic_ids
from hub.kafka.reader import Found, log_start, read_pages
from hub.topics import Topic

__all__ = ["KafkaLog", "Log"]

_PAGE_RECORDS_MAX = 50
_Where = tuple[str, int]


class Log(Protocol):
    """What the loop asks of a cluster. Every call raises Unavailable while it is not there."""

    async def identity(self, topics: Sequence[str]) -> tuple[str, dict[str, str]]:
        """Return the cluster's id and the id of each topic."""
        ...

    async def start(self, topic: str, part: int) -> int:
        """Return the lowest offset that is still kept."""
        ...

    async def ends(self, places: Iterable[_Where]) -> dict[_Where, int]:
        """Return the offset that the next record of each partition will get."""
        ...

    def pages(self, topic: str, part: int, start: int, end: int) -> AsyncGenerator[list[Record], None]:
        """Yield what stands in [start, end), in order; ends only when everything below `end` was read."""
        ...


class KafkaLog:
    """The real one."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    async def identity(self, topics: Sequence[str]) -> tuple[str, dict[str, str]]:
        """See Log."""
        cluster = await asyncio.to_thread(cluster_id, self._bootstrap)
        return cluster, await asyncio.to_thread(topic_ids, self._bootstrap, topics)

    async def start(self, topic: str, part: int) -> int:
        """See Log."""
        return await log_start(self._bootstrap, topic, part)

    async def ends(self, places: Iterable[_Where]) -> dict[_Where, int]:
        """See Log."""
        return await asyncio.to_thread(end_offsets, self._bootstrap, list(places))

    async def unowned(self, group: str, topics: Sequence[Topic]) -> set[_Where]:
        """Return the partitions of these topics that no member of the group has: all, while it has no members."""
        members = (await asyncio.to_thread(group_members, self._bootstrap, [group]))[group]
        owned = {where for member in members for where in member.partitions}
        return {(t.name, part) for t in topics for part in range(t.partitions)} - owned

    async def pages(self, topic: str, part: int, start: int, end: int) -> AsyncGenerator[list[Record], None]:
        """See Log."""
        async with aclosing(read_pages(self._bootstrap, topic, part, start, end, _PAGE_RECORDS_MAX)) as pages:
            async for page in pages:
                yield [_record(found) for found in page]


def _record(found: Found) -> Record:
    return Record(
        found.topic, found.part, found.offset, found.key, found.value, found.headers, found.at, found.append_time
    )
