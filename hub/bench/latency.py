"""`hub bench latency`: submissions arrive at a rate, whatever the hub does; how long until each has its receipt?

Open loop: each command has its own time to leave, and the clock of its latency starts then, also when the sender is
late. A closed loop would send less while the hub is slow, and so hide exactly what is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.bench.dressing import Dressed, dress, register_of
from hub.bench.figures import LATENCY_P99_MS_GOAL, per_second, percentiles
from hub.bench.ground import Ground, a_ground, layout_of
from hub.bench.helper import Helper, wait_for
from hub.bench.receiving import watch_receipts
from hub.bench.report import heading, settings_of
from hub.bench.sampling import Sampler
from hub.bench.sending import open_loop
from hub.bench.stock import stock_of
from hub.bench.wanted import Wanted
from hub.bench.watching import Eyes, watched_of
from hub.store import open_connection

__all__ = ["LatencyOrder", "figures_of", "measure_latency"]

_PATIENCE_S = 120.0
_SCHOOL_ROOM = 800
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class LatencyOrder:
    """`rate` is transcripts a second; `per_submission` 0 hands in whole classes. The first `warm_s` do not count."""

    cache: Path
    jars: Path
    rate: float = 200.0
    seconds: float = 30.0
    warm_s: float = 5.0
    signatures: int = 3
    algorithm: str = "PS256"
    per_submission: int = 0
    workers: int = 1
    layout: str = "together"
    processes: int = 2
    seed: int = 2026

    @property
    def transcripts(self) -> int:
        """How many arrive in that time."""
        return round(self.rate * (self.seconds + self.warm_s))


def measure_latency(order: LatencyOrder, tell: Tell) -> dict[str, Any]:
    """Run it and return the report; `ok` is False when a submission was not answered."""
    wanted = Wanted(order.transcripts + _SCHOOL_ROOM, order.signatures, order.algorithm, order.seed)
    stock = stock_of(wanted, order.cache, order.processes, tell)
    report = heading("latency")
    with a_ground(order.jars, stock.secrets) as ground:
        at = datetime.now(UTC).replace(microsecond=0)
        ground.send(register_of(stock, at))
        dressed = dress(
            stock, at, [order.transcripts], ground.folder, per_submission=order.per_submission, locks=False
        )[0]  # fmt: skip
        ground.start(layout_of(order.workers, order.layout))
        tell("registered", 1)
        lines, answered, memory = _run(ground, dressed, order)
        tell("answered", len(answered))
        report["settings"] = settings_of(ground)
    figures = figures_of(lines, answered, order.warm_s)
    return report | figures | {
        "wanted": {
            "rate": order.rate, "seconds": order.seconds, "warm_s": order.warm_s, "signatures": order.signatures,
            "algorithm": order.algorithm, "per_submission": order.per_submission, "workers": order.workers,
            "layout": order.layout,
        },
        "memory_peak_mib": memory,
    }  # fmt: skip


def _run(
    ground: Ground, dressed: Dressed, order: LatencyOrder
) -> tuple[list[list[Any]], dict[str, float], dict[str, float]]:
    receipts = Helper("receipts", watch_receipts, ground.folder / "receipts.json", ground.bootstrap)
    producer = Helper(
        "producer", open_loop, ground.folder / "sent.json", ground.bootstrap, str(dressed.path), order.rate, order.seed
    )
    try:
        with open_connection(ground.so_url) as so, open_connection(ground.bo_url) as bo:
            receipts.until_ready()
            producer.until_ready()
            eyes = Eyes(so, bo)
            expected = eyes.decided() + dressed.messages
            with Sampler(watched_of(ground, producer, receipts), eyes.progress) as sampler:
                producer.signals.go.set()
                patience_s = order.seconds + order.warm_s + _PATIENCE_S
                lines = producer.result(patience_s)["lines"]
                sampler.stop()
                wait_for("Sở", lambda: eyes.decided() >= expected, _PATIENCE_S)
                wait_for("the relays", lambda: eyes.unsent() == 0, _PATIENCE_S)
                receipts.signals.stop.set()
                answered = receipts.result(_PATIENCE_S)["answered"]
        return lines, answered, {name: round(mib, 1) for name, mib in sampler.peaks_mib.items()}
    finally:
        producer.end()
        receipts.end()


def figures_of(lines: list[list[Any]], answered: dict[str, float], warm_s: float) -> dict[str, Any]:
    """Return percentiles from the intended time on, how late the sender itself was, and the rate that was reached."""
    first = min(line[1] for line in lines)
    counted = [line for line in lines if line[1] - first >= warm_s]
    last = max(counted, key=lambda line: line[2])
    span_s = last[2] - min(line[2] for line in counted)
    latency = percentiles([(answered[line[0]] - line[1]) * 1000 for line in counted if line[0] in answered])
    unanswered = sum(line[0] not in answered for line in lines)
    p99 = latency["p99"]
    return {
        "latency_ms": latency,
        "sender_late_ms": percentiles([(line[2] - line[1]) * 1000 for line in counted]),
        "broker_ms": percentiles([(line[3] - line[2]) * 1000 for line in counted]),
        "rate_reached": per_second(sum(line[6] for line in counted) - last[6], span_s),
        "submissions": len(counted),
        "transcripts": sum(line[6] for line in counted),
        "unanswered": unanswered,
        "goals": {"p99_ms": {"goal": LATENCY_P99_MS_GOAL, "reached": p99 is not None and p99 < LATENCY_P99_MS_GOAL}},
        "ok": unanswered == 0,
    }
