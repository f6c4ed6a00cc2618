"""A cluster in memory: partitions with retention, compaction, markers, low ends, and a topic made anew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hub.agents.stage import Record
from hub.errors import Unavailable
from hub.kafka.producer import Sending
from hub.topics import Topic
from tests.unit.agents.model.steps import switch

Where = tuple[str, int]
COMMAND = Topic("command", "so-x", "school", ("Submission",), 2, append_time=True)
ORDER = Topic("order", "so-x", "school", ("LockOrder",), 1)
NOTE = Topic("note", "so-x", "key", ("RegisterEntry",), 1, compacted=True)
TOPICS = (COMMAND, ORDER, NOTE)
WHERES: tuple[Where, ...] = (("command", 0), ("command", 1), ("order", 0), ("note", 0))
AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
_PAGE_RECORDS = 2


@dataclass
class Part:
    """One partition. `slots` is all that was ever appended, by offset: None for a marker."""

    slots: list[Record | None] = field(default_factory=list)
    start: int = 0
    compacted: set[int] = field(default_factory=set)  # offsets whose records are gone
    hidden: int = 0  # so many of the newest are not shown for a while
    incarnation: int = 0

    @property
    def end(self) -> int:
        return max(0, len(self.slots) - self.hidden)

    def kept(self, offset: int) -> Record | None:
        return None if offset < self.start or offset in self.compacted else self.slots[offset]


@dataclass
class Cluster:
    """What all workers share. `away` calls find no cluster; `send_faults` says how the next sends end."""

    parts: dict[Where, Part] = field(default_factory=lambda: {where: Part() for where in WHERES})
    topic_ids: dict[str, str] = field(default_factory=lambda: {t.name: "id-0" for t in TOPICS})
    away: int = 0
    sent: list[Sending] = field(default_factory=list)
    send_faults: list[int | None] = field(default_factory=list)  # so many arrive, then an error; None: all is well

    def append(self, where: Where, key: bytes | None, value: bytes) -> Record:
        part = self.parts[where]
        record = Record(*where, len(part.slots), key, value, (), AT, True)
        part.slots.append(record)
        return record

    def there(self) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("KAFKA_UNAVAILABLE", {"error": "model"})

    def compact(self, where: Where) -> None:
        """Remove what a later record of the same key has replaced."""
        seen: set[bytes | None] = set()
        part = self.parts[where]
        for record in reversed(part.slots):
            if record is not None and record.key in seen:
                part.compacted.add(record.offset)
            if record is not None:
                seen.add(record.key)

    def make_anew(self, topic: str) -> None:
        """Delete the topic and make it again under its name."""
        self.topic_ids[topic] += "+"
        for where, part in self.parts.items():
            if where[0] == topic:
                self.parts[where] = Part(incarnation=part.incarnation + 1)

    def deliver(self, sending: Sending) -> None:
        self.sent.append(sending)
        if sending.topic == ORDER.name:
            self.append((ORDER.name, 0), sending.key, sending.value or b"")


class ModelLog:
    """The loop's port; each answer is under way for a while."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def identity(self, topics: Sequence[str]) -> tuple[str, dict[str, str]]:
        self._cluster.there()
        found = {topic: self._cluster.topic_ids[topic] for topic in topics}
        await switch()
        return "cluster", found

    async def start(self, topic: str, part: int) -> int:
        self._cluster.there()
        found = self._cluster.parts[topic, part].start
        await switch()
        return found

    async def ends(self, places: Iterable[Where]) -> dict[Where, int]:
        self._cluster.there()
        found = {where: self._cluster.parts[where].end for where in places}
        await switch()
        return found

    def pages(self, topic: str, part: int, start: int, end: int) -> Any:
        return _Pages(self._cluster, (topic, part), start, end)


class _Pages:
    """What `hub.kafka.reader.read_pages` yields: what is gone below the log's start is passed without a word.

    No generator, because a generator cannot be closed where it stands.
    """

    def __init__(self, cluster: Cluster, where: Where, offset: int, end: int) -> None:
        self._cluster, self._where, self._offset, self._end = cluster, where, offset, end

    def __aiter__(self) -> "_Pages":
        return self

    async def __anext__(self) -> list[Record]:
        await switch()
        while self._offset < self._end:
            page = self._read()
            if page:
                await switch()
                return page
        raise StopAsyncIteration

    def _read(self) -> list[Record]:
        self._cluster.there()
        log = self._cluster.parts[self._where]
        if log.end < self._end:
            raise Unavailable("KAFKA_UNAVAILABLE", {"error": "the log ends early"})
        self._offset = max(self._offset, log.start)
        page: list[Record] = []
        while self._offset < self._end and len(page) < _PAGE_RECORDS:
            record = log.kept(self._offset)
            page += [] if record is None else [record]
            self._offset += 1
        return page

    async def aclose(self) -> None:
        return


class ModelSender:
    """The relay's producer: what an error leaves behind is a part of the batch, in order."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def send(self, batch: Sequence[Sending]) -> list[tuple[int, int]]:
        await switch()
        self._cluster.there()
        arrive = self._cluster.send_faults.pop(0) if self._cluster.send_faults else None
        for sending in batch[:arrive]:
            self._cluster.deliver(sending)
        await switch()
        if arrive is not None:
            raise Unavailable("KAFKA_UNAVAILABLE", {"error": "model"})
        return []

    async def close(self) -> None:
        return
