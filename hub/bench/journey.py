"""`hub bench journey`: the bare loop and the whole way from the first send to the last row at Bộ, in one run."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

from hub.bench.apart import in_own_process
from hub.bench.balance import draw_balance
from hub.bench.dressing import Dressed, dress, register_of
from hub.bench.figures import PUPILS_OF_HANOI, PUPILS_OF_VIETNAM, goals_of, minutes_for, per_second
from hub.bench.floor import FloorOrder, measure_floor
from hub.bench.ground import Ground, a_ground, layout_of
from hub.bench.report import heading, settings_of
from hub.bench.sizes import Sizes, codec_of, measure_sizes, sizes_each, tables_each
from hub.bench.stock import Stock, stock_of
from hub.bench.wanted import SO, Wanted
from hub.bench.wave import Wave, run_wave
from hub.kafka.producer import Sending
from hub.topics import bo_transcript, command, locked

__all__ = ["JourneyOrder", "journey_figures", "measure_journey"]

_FLOOR_TRANSCRIPTS_MAX = 4_000
_COMPRESSED = (command(SO), locked(SO), bo_transcript())
_PARCEL_ROOM = 800  # of one more school: each file begins with a school of its own
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class JourneyOrder:
    """What to run. `warm`: transcripts sent and finished before the clock starts; `samples`: a line each second."""

    wanted: Wanted
    cache: Path
    jars: Path
    workers: int = 1
    layout: str = "together"
    warm: int = 0
    processes: int = 2
    samples: Path | None = None
    keep: Path | None = None
    with_floor: bool = True


@dataclass
class _Run:
    order: JourneyOrder
    stock: Stock
    ground: Ground
    register: list[Sending]
    parcels: list[Dressed]
    report: dict[str, Any] = field(default_factory=dict)


def measure_journey(order: JourneyOrder, tell: Tell) -> dict[str, Any]:
    """Run it and return the report. `ok` is False when anything was lost, doubled, changed or left over."""
    size = order.wanted.transcripts + order.warm + (_PARCEL_ROOM if order.warm else 0)
    stock = stock_of(replace(order.wanted, transcripts=size), order.cache, order.processes, tell)
    report = heading("journey") | {"wanted": _said(order), "stock": {"fresh": stock.fresh}}
    with a_ground(order.jars, stock.secrets, order.keep) as ground:
        at = datetime.now(UTC).replace(microsecond=0)
        counts = [n for n in (order.wanted.transcripts, order.warm) if n]
        run = _Run(order, stock, ground, register_of(stock, at), dress(stock, at, counts, ground.folder), report)
        tell("prepared", size)
        floors = _floors(run, tell)
        wave, before, after = _journey(run, tell)
        ground.hub.stop_workers()
        documents = frozenset[bytes]().union(*(p.documents for p in run.parcels))
        balance = draw_balance(documents, ground.so_url, ground.bo_url, ground.bootstrap)
        tell("balanced", len(documents))
        _floor_again(run, floors, tell)
        report["settings"] = settings_of(ground) | {
            "compression": {t.name: codec_of(ground.kafka_log, t.name) for t in _COMPRESSED}
        }
    report |= journey_figures(order, wave, floors) | {
        "bytes_each": sizes_each(before, after, wave.transcripts),
        "tables_bytes_each": tables_each(before, after, wave.transcripts),
        "submitted_value_bytes_each": round(run.parcels[0].value_bytes / wave.transcripts),
        "balance": balance.as_json(),
        "ok": balance.holds,
    }
    return report


def _said(order: JourneyOrder) -> dict[str, object]:
    w = order.wanted
    return {
        "transcripts": w.transcripts, "signatures": w.signatures, "algorithm": w.algorithm, "seed": w.seed,
        "workers": order.workers, "layout": order.layout, "warm": order.warm,
    }  # fmt: skip


def _floors(run: _Run, tell: Tell) -> list[dict[str, Any]]:
    """Measure the bare loop while no worker runs, on copies of the still empty database; keep two for afterwards."""
    if not run.order.with_floor:
        return []
    copies = [(run.ground.copy_so_database(f"floor_{n}"), run.ground.copy_so_database(f"stage_{n}")) for n in (0, 1)]
    found = _floor(run, *copies[0])
    tell("bare loop", found["transcripts"])
    return [found, {"url": copies[1]}]


def _floor_again(run: _Run, floors: list[dict[str, Any]], tell: Tell) -> None:
    """Measure it once more behind the journey: the machine may have become slower or faster meanwhile."""
    if floors:
        floors[1] = _floor(run, *floors[1]["url"])
        tell("bare loop", floors[1]["transcripts"])


def _floor(run: _Run, url: str, stage_url: str) -> dict[str, Any]:
    count = min(run.order.wanted.transcripts, _FLOOR_TRANSCRIPTS_MAX)
    order = FloorOrder(url, stage_url, run.stock.secrets, tuple(run.register), run.parcels[0].path, count)
    return in_own_process(measure_floor, order)


def _journey(run: _Run, tell: Tell) -> tuple[Wave, Sizes, Sizes]:
    ground, order = run.ground, run.order
    ground.send(run.register)
    seconds = ground.start(layout_of(order.workers, order.layout))
    run.report["register"] = {"entries": len(run.register), "seconds": round(seconds, 1)}
    tell("registered", len(run.register))
    if order.warm:
        run_wave(ground, run.parcels[1])
        tell("warmed", order.warm)
    before = measure_sizes(ground)
    wave = run_wave(ground, run.parcels[0], order.samples)
    tell("arrived", wave.transcripts)
    return wave, before, measure_sizes(ground)


def journey_figures(order: JourneyOrder, wave: Wave, floors: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of one wave and of the bare loops before and behind it (none, or both)."""
    rate = wave.rps("ingested")
    floor_rps = _mean_rate(floors, "floor_rps")
    workers = {name: mib for name, mib in wave.peaks_mib.items() if name.startswith("so-") or name == "bo"}
    return {
        "floor_rps": floor_rps,
        "floor_cpu_us_each": _mean_cpu_us(floors),
        "stage_rps": _mean_rate(floors, "stage_rps"),
        "validated_rps": wave.rps("validated"),
        "journey_rps": rate,
        "published_rps": wave.rps("published"),
        "ratio": round(rate / floor_rps, 3) if floor_rps else None,
        "floor": {"before": floors[0], "after": floors[1]} if floors else None,
        "seconds": {name: round(value, 2) for name, value in wave.seconds.items()},
        "cpu_s": {name: round(value, 2) for name, value in wave.cpu_s.items()},
        "cpu_us_each": wave.cpu_us(),
        "databases_cpu_s": {name: round(value, 2) for name, value in wave.by_database_s.items()},
        "machine_s": {name: round(value, 2) for name, value in wave.machine_s.items()},
        "memory_peak_mib": {name: round(mib, 1) for name, mib in wave.peaks_mib.items()},
        "latency_ms": wave.latency_ms,
        "goals": goals_of(floor_rps, rate, workers) if floors else None,
        "minutes_at_this_rate": {
            "hanoi": minutes_for(PUPILS_OF_HANOI, rate), "vietnam": minutes_for(PUPILS_OF_VIETNAM, rate),
        },
    }  # fmt: skip


def _mean_rate(floors: list[dict[str, Any]], name: str) -> float:
    """Return the rate over all passes together: their transcripts by their time."""
    if not floors:
        return 0.0
    seconds = sum(found["transcripts"] / found[name] for found in floors)
    return per_second(sum(found["transcripts"] for found in floors), seconds)


def _mean_cpu_us(floors: list[dict[str, Any]]) -> float | None:
    """Return processor time of the bare loop and the backend behind it: it moves less than its rate."""
    each = [found["floor_us"]["cpu"] + found["floor_us"]["backend_cpu"] for found in floors]
    return round(mean(each), 2) if each else None
