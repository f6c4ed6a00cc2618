"""The loop's two ports in memory: a log with partitions, and hands that count what they were asked to do."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, field, replace

from hub.agents.stage import Record
from hub.agents.stage.position import Fenced, Place, Position
from hub.errors import Unavailable

Where = tuple[str, int]


@dataclass
class MemoryLog:
    """Records by partition. `starts` says what retention has removed; `away` how many calls find no cluster."""

    records: dict[Where, list[Record]] = field(default_factory=dict)
    ends_at: dict[Where, int] = field(default_factory=dict)  # where markers stand behind the last record
    starts: dict[Where, int] = field(default_factory=dict)
    away: int = 0

    def _there(self) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("KAFKA_UNAVAILABLE", {"error": "test"})

    async def identity(self, topics: Sequence[str]) -> tuple[str, dict[str, str]]:
        self._there()
        return "cluster", dict.fromkeys(topics, "topic-id")

    async def start(self, topic: str, part: int) -> int:
        self._there()
        return self.starts.get((topic, part), 0)

    async def ends(self, places: Iterable[Where]) -> dict[Where, int]:
        self._there()
        return {where: self._end(where) for where in places}

    async def pages(self, topic: str, part: int, start: int, end: int) -> AsyncGenerator[list[Record], None]:
        self._there()
        for record in self.records.get((topic, part), []):
            if start <= record.offset < end:
                yield [record]

    def _end(self, where: Where) -> int:
        last = max((r.offset + 1 for r in self.records.get(where, [])), default=0)
        return self.ends_at.get(where, last)


@dataclass
class MemoryHands:
    """One position a partition; every batch is noted as (offsets, after)."""

    next_offsets: dict[Where, int] = field(default_factory=dict)
    batches: list[tuple[list[int], int]] = field(default_factory=list)
    claims: int = 0
    fenced: bool = False
    last_sha256: bytes | None = None

    async def claim(self, where: Place) -> Position:
        self.claims += 1
        next_offset = self.next_offsets.setdefault((where.topic, where.part), 0)
        return Position(where, next_offset, self.claims, self.last_sha256, 0)

    async def batch(self, position: Position, records: Sequence[Record], after: int) -> Position:
        if self.fenced:
            raise Fenced("test")
        self.batches.append(([r.offset for r in records], after))
        self.next_offsets[position.place.topic, position.place.part] = after
        return replace(position, next_offset=after)
