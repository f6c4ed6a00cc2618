"""A system that takes a few answers a minute gets each answer of a large group once, over any number of processes."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from hub.connect.check import Subject
from hub.connect.check.systems import playing
from hub.connectors.sdk import Answer
from hub.connectors.simulating import Faults
from hub.errors import Unavailable
from tests.connectors.checking import a_subject
from tests.connectors.generic.test_shapes import SHAPES, a_file

PER_MINUTE, COUNT = 5, 12


def an_answer(number: int) -> Answer:
    """Return a receipt of a group."""
    return Answer(
        answer_id=f"{number:064x}", kind="receipt", group="g", school="87020001", school_year="2025-2026",
        at="2026-06-10T03:00:00Z", outcome="accepted", record_key=f"87020001/2025-2026/{number}/CN",
    )  # fmt: skip


def a_slow_subject(folder: Path) -> Subject:
    """Return a connector whose system takes few requests a minute."""
    file = a_file(folder, *SHAPES["http-json"])
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("limits = { ", f"limits = {{ requests_per_minute = {PER_MINUTE}, "), encoding="utf-8")
    return a_subject(str(file), folder / "work")


def test_reading_and_answering_share_what_the_system_allows(tmp_path: Path) -> None:
    """One look and four answers are five requests, whichever client sends them."""
    subject = a_slow_subject(tmp_path)

    async def written() -> int:
        async with playing(subject, "slow", 1, Faults()) as (simulator, settings):
            opened = replace(subject.opened(settings, "both"), now=lambda: 1_000.0)
            source, sink = subject.connector.source(opened), subject.connector.sink(opened)
            assert sink is not None
            await source.pull(None, 10)
            with pytest.raises(Unavailable, match="SYSTEM_BUSY"):
                await sink.write([an_answer(number) for number in range(COUNT)])
            await source.close()
            await sink.close()
            return len(simulator.answers())

    assert asyncio.run(written()) == PER_MINUTE - 1


@pytest.mark.parametrize("restarts", [False, True], ids=["one process", "a new one each time"])
def test_a_group_larger_than_a_minute_takes_arrives_once(restarts: bool, tmp_path: Path) -> None:
    """It goes on where it broke off; without that it would begin again at the first answer for ever."""
    subject = a_slow_subject(tmp_path)
    assert subject.connector.manifest.limits["requests_per_minute"] == PER_MINUTE
    group, clock = [an_answer(number) for number in range(COUNT)], [1_000.0]

    async def written() -> tuple[int, list[int]]:
        async with playing(subject, "slow", 1, Faults()) as (simulator, settings):
            opened = replace(subject.opened(settings, "sink"), now=lambda: clock[0])
            sink = subject.connector.sink(opened)
            for tries in range(1, 10):
                try:
                    await sink.write(group)
                except Unavailable as busy:
                    clock[0] += float(busy.facts["retry_after_s"])
                else:
                    await sink.close()
                    return tries, [row["offered"] for row in simulator.answers()]
                if restarts:
                    await sink.close()
                    sink = subject.connector.sink(opened)
            raise AssertionError("no end")

    tries, offered = asyncio.run(written())
    assert offered == [1] * COUNT
    assert tries == 3
