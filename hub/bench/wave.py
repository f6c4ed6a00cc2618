"""One wave: everything of one file is sent, locked, ingested and published, while processes are watched."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.bench.dressing import Dressed
from hub.bench.figures import per_second, percentiles, us_each
from hub.bench.ground import SO_DATABASE, Ground
from hub.bench.helper import Helper, wait_for
from hub.bench.machine import busy
from hub.bench.receiving import watch_receipts
from hub.bench.sampling import Sampler
from hub.bench.sending import flood
from hub.bench.watching import MEASUREMENT, Eyes, watched_of
from hub.errors import Corrupt
from hub.store import open_connection

__all__ = ["Wave", "latencies_ms", "run_wave"]

_POLL_S = 0.05
_PATIENCE_S, _PATIENCE_S_EACH = 120.0, 0.02  # a machine that makes 50 a second is given up


@dataclass(frozen=True)
class Wave:
    """What one wave took: seconds from the first send, and processor seconds by name until all is published."""

    transcripts: int
    submissions: int
    seconds: Mapping[str, float]
    cpu_s: Mapping[str, float]
    by_database_s: Mapping[str, float]
    machine_s: Mapping[str, float]
    peaks_mib: Mapping[str, float]
    latency_ms: Mapping[str, float | int | None]

    def rps(self, until: str) -> float:
        """Return transcripts a second from the first send until "validated", "ingested" or "published"."""
        return per_second(self.transcripts, self.seconds[until])

    def cpu_us(self) -> dict[str, float]:
        """Return processor microseconds a transcript by name, and their sum."""
        each = {name: us_each(seconds, self.transcripts) for name, seconds in self.cpu_s.items()}
        return each | {"all": round(sum(value for name, value in each.items() if name != MEASUREMENT), 2)}


def run_wave(ground: Ground, dressed: Dressed, samples: Path | None = None) -> Wave:
    """Send a file and wait for the national stream. Raises Unavailable when it takes too long, Corrupt on a restart."""
    patience_s = _PATIENCE_S + len(dressed.documents) * _PATIENCE_S_EACH
    receipts = Helper("receipts", watch_receipts, ground.folder / "receipts.json", ground.bootstrap)
    producer = Helper("producer", flood, ground.folder / "sent.json", ground.bootstrap, str(dressed.path))
    try:
        with (
            open_connection(ground.so_url) as so, open_connection(ground.bo_url) as bo,
            open_connection(ground.so_url) as so_2, open_connection(ground.bo_url) as bo_2,
        ):  # fmt: skip
            receipts.until_ready()
            producer.until_ready()
            eyes = Eyes(so, bo)
            watched = watched_of(ground, producer, receipts)
            with Sampler(watched, Eyes(so_2, bo_2).progress, samples) as sampler:
                return _measured(ground, dressed, eyes, sampler, (producer, receipts), patience_s)
    finally:
        producer.end()
        receipts.end()


def _measured(
    ground: Ground, dressed: Dressed, eyes: Eyes, sampler: Sampler, helpers: tuple[Helper, Helper], patience_s: float
) -> Wave:
    producer, receipts = helpers
    sampler.look()  # who is there already has used something before
    before, machine_before, databases_before = sampler.watched.cpu_s(), busy(), dict(sampler.by_database_s)
    seconds, began = _until_published(ground, dressed, eyes, producer, patience_s)
    used, machine = sampler.watched.cpu_s(), busy().since(machine_before)
    sampler.look()
    receipts.signals.stop.set()
    sent, answered = producer.result(patience_s), receipts.result(patience_s)["answered"]
    cpu = {name: used[name] - before[name] for name in used} | {"producer": sent["cpu_s"]}
    return Wave(
        transcripts=len(dressed.documents),
        submissions=dressed.submissions,
        seconds=seconds | {"sent": max(line[3] for line in sent["lines"]) - began},
        cpu_s=cpu,
        by_database_s=_by_database(databases_before, sampler.by_database_s),
        machine_s={
            "busy": machine.busy_s, "idle": machine.idle_s, "iowait": machine.iowait_s,
            "others": machine.busy_s - sum(cpu.values()),
        },
        peaks_mib={name: mib for name, mib in sampler.peaks_mib.items() if name != MEASUREMENT},
        latency_ms=percentiles(latencies_ms(sent["lines"], answered)),
    )  # fmt: skip


def _until_published(
    ground: Ground, dressed: Dressed, eyes: Eyes, producer: Helper, patience_s: float
) -> tuple[dict[str, float], float]:
    """Start the producer; return the seconds until each station had everything, and when it began (Unix time)."""
    decided, at_bo = eyes.decided() + dressed.messages, eyes.ingested() + len(dressed.documents)
    restarts = ground.restarts()

    def broken() -> object:
        return "a worker was started again" if ground.restarts() != restarts else None

    stations: dict[str, tuple[str, Callable[[], bool]]] = {
        "validated": ("Sở", lambda: eyes.decided() >= decided),
        "ingested": ("Bộ", lambda: eyes.ingested() >= at_bo),
        "published": ("the relays", lambda: eyes.unsent() == 0),
    }
    started, began = time.monotonic(), time.time()
    producer.signals.go.set()
    found = {
        name: wait_for(what, there, patience_s, broken, _POLL_S) - started for name, (what, there) in stations.items()
    }
    if broken():
        raise Corrupt("BALANCE_DIFFERS", {"problems": "a worker was started again"})
    return found, began


def latencies_ms(lines: list[list[Any]], answered: Mapping[str, float]) -> list[float]:
    """Return submission → receipt in milliseconds, from the intended send time, of every submission answered."""
    return [(answered[line[0]] - line[1]) * 1000 for line in lines if line[6] and line[0] in answered]


def _by_database(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    named = {SO_DATABASE: "so", "bo": "bo", "server": "server"}
    return {short: after.get(name, 0.0) - before.get(name, 0.0) for name, short in named.items()}
