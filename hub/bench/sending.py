"""The schools' side: sends prepared commands with the hub's own sender, as fast as it goes or at intended times.

Run in a process of its own (`Helper`). The result has one line a command: when it was meant to leave, when it left and
when the broker had it (Unix time, seconds), with its place in the topic; and the processor seconds of all sending.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from hub.bench.dressing import Parcel, read_parcels
from hub.bench.helper import Signals
from hub.bench.wanted import SO
from hub.kafka.producer import Sender
from hub.local.population.chance import stream
from hub.topics import command

__all__ = ["arrivals", "flood", "open_loop"]

_BATCH = 32  # messages that are on their way at once
Line = tuple[
    str, float, float, float, int, int, int
]  # command, intended, sent, acknowledged, part, offset, transcripts


def flood(signals: Signals, result: Path, bootstrap: str, parcels: str, topic: str | None = None) -> None:
    """Send everything as fast as the broker takes it, in order."""
    asyncio.run(_flood(signals, result, bootstrap, Path(parcels), topic or command(SO).name))


def open_loop(signals: Signals, result: Path, bootstrap: str, parcels: str, rate: float, seed: int) -> None:
    """Send each command at its own time, whether earlier ones were answered or not; `rate` is transcripts a second."""
    asyncio.run(_open_loop(signals, result, bootstrap, Path(parcels), rate, seed))


def arrivals(parcels: Iterator[Parcel], rate: float, seed: int) -> Iterator[tuple[float, Parcel]]:
    """Yield each parcel with its intended time in seconds from the start: independent schools (Poisson), `rate` in sum.

    The gap behind a parcel is drawn about its own size, so that the rate holds for transcripts.
    """
    rng, at_s = stream(seed, "arrivals"), 0.0
    for parcel in parcels:
        yield at_s, parcel
        at_s += rng.expovariate(1.0) * parcel.transcripts / rate


async def _flood(signals: Signals, result: Path, bootstrap: str, parcels: Path, topic: str) -> None:
    sender, lines = Sender(bootstrap), list[Line]()
    await sender.send([])
    source = read_parcels(parcels)
    batch = list(islice(source, _BATCH))
    signals.ready.set()
    signals.go.wait()
    cpu_s = time.process_time()
    while batch:
        sent_at = time.time()
        places = await sender.send([parcel.sending(topic) for parcel in batch])
        lines += _lines(batch, places, sent_at, sent_at, time.time())
        batch = list(islice(source, _BATCH))
    await sender.close()
    _write(result, lines, cpu_s)


async def _open_loop(signals: Signals, result: Path, bootstrap: str, path: Path, rate: float, seed: int) -> None:
    sender, lines, topic = Sender(bootstrap), list[Line](), command(SO).name
    await sender.send([])
    due = list(arrivals(read_parcels(path), rate, seed))
    signals.ready.set()
    signals.go.wait()
    started, cpu_s, tasks = time.time(), time.process_time(), set[asyncio.Task[None]]()

    async def send(parcel: Parcel, intended: float) -> None:
        sent_at = time.time()
        places = await sender.send([parcel.sending(topic)])
        lines.extend(_lines([parcel], places, intended, sent_at, time.time()))

    for at_s, parcel in due:
        await asyncio.sleep(max(0.0, started + at_s - time.time()))
        tasks.add(asyncio.create_task(send(parcel, started + at_s)))
    await asyncio.gather(*tasks)
    await sender.close()
    _write(result, lines, cpu_s)


def _lines(
    batch: list[Parcel], places: list[tuple[int, int]], intended: float, sent_at: float, acknowledged_at: float
) -> list[Line]:
    return [
        (p.command_id, intended, sent_at, acknowledged_at, part, offset, p.transcripts)
        for p, (part, offset) in zip(batch, places, strict=True)
    ]


def _write(result: Path, lines: list[Line], since_cpu_s: float) -> None:
    found: dict[str, Any] = {"lines": lines, "cpu_s": time.process_time() - since_cpu_s}
    result.write_text(json.dumps(found), encoding="utf-8")
