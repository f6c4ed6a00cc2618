"""Reading a range of a log: bounded, in order, and never for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from hub.errors import Unavailable
from hub.kafka import reader


class Silent:
    """A broker that answers, has `has` records, and gives them until it falls silent at offset `until`."""

    def __init__(self, has: int, until: int) -> None:
        self._has, self._until, self._at, self.polls = has, until, 0, 0

    def assign(self, _: Any) -> None:
        """Take any assignment."""

    def seek(self, _: Any, offset: int) -> None:
        self._at = offset

    async def beginning_offsets(self, places: list[Any]) -> dict[Any, int]:
        return dict.fromkeys(places, 0)

    async def end_offsets(self, places: list[Any]) -> dict[Any, int]:
        return dict.fromkeys(places, self._has)

    async def position(self, _: Any) -> int:
        return self._at

    async def getmany(self, place: Any, **_: Any) -> dict[Any, list[Any]]:
        self.polls += 1
        if self._at >= self._until:
            return {}
        self._at += 1
        record = SimpleNamespace(
            topic="t", partition=0, offset=self._at - 1, key=None, value=None, headers=(), timestamp=0, timestamp_type=0
        )
        return {place: [record]}


def read(monkeypatch: pytest.MonkeyPatch, broker: Silent, start: int, end: int) -> list[int]:
    @asynccontextmanager
    async def opened(_: str) -> AsyncIterator[Any]:
        yield broker

    async def offsets() -> list[int]:
        return [found.offset async for found in reader.read_range("broker", "t", 0, start, end)]

    monkeypatch.setattr(reader, "plain_consumer", opened)
    return asyncio.run(offsets())


def test_range_ends_where_it_is_told_or_where_the_log_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both in order."""
    assert read(monkeypatch, Silent(5, 5), 1, 3) == [1, 2]
    assert read(monkeypatch, Silent(5, 5), 3, 2**62) == [3, 4]


def test_range_gives_up_on_a_log_that_falls_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start or an audit that waits for ever tells nobody anything."""
    broker = Silent(5, 2)
    with pytest.raises(Unavailable) as gone:
        read(monkeypatch, broker, 0, 5)
    assert (gone.value.code, broker.polls) == ("KAFKA_UNAVAILABLE", 2 + reader._SILENT_POLLS_MAX + 1)
