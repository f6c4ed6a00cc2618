"""`hub bench scale`: more worker processes, and much more already stored: does a transcript cost the same?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.bench.balance import draw_balance
from hub.bench.ballast import add_ballast
from hub.bench.dressing import Dressed, dress, register_of
from hub.bench.ground import Ground, a_ground, layout_of
from hub.bench.journey import JourneyOrder, measure_journey
from hub.bench.report import heading, settings_of
from hub.bench.stock import stock_of
from hub.bench.wanted import Wanted
from hub.bench.wave import Wave, run_wave

__all__ = ["ScaleOrder", "measure_scale"]

_SCHOOL_ROOM = 800
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class ScaleOrder:
    """`times`: how many times the first wave is stored before each further wave; `workers`: one run for each."""

    wanted: Wanted
    cache: Path
    jars: Path
    workers: Sequence[int] = (1, 2, 4)
    times: Sequence[int] = (10, 100)
    layout: str = "together"
    processes: int = 2


def measure_scale(order: ScaleOrder, tell: Tell) -> dict[str, Any]:
    """Run every case, each count of workers on servers of its own; `ok` is False when one of them lost anything."""
    report = heading("scale") | {
        "wanted": {
            "transcripts": order.wanted.transcripts, "signatures": order.wanted.signatures,
            "algorithm": order.wanted.algorithm, "layout": order.layout,
        },
    }  # fmt: skip
    by_workers = [_with_workers(order, count, tell) for count in order.workers]
    stored = _with_ballast(order, tell, report) if order.times else []
    cases = [*by_workers, *stored]
    return report | {"workers": by_workers, "stored": stored, "ok": all(case["ok"] for case in cases)}


def _with_workers(order: ScaleOrder, count: int, tell: Tell) -> dict[str, Any]:
    run = JourneyOrder(
        order.wanted, order.cache, order.jars, workers=count, layout=order.layout, processes=order.processes,
        with_floor=False,
    )  # fmt: skip
    found = measure_journey(run, tell)
    named = ("validated_rps", "journey_rps", "published_rps", "cpu_us_each", "memory_peak_mib", "machine_s", "ok")
    return {"workers": count} | {name: found[name] for name in named}


def _with_ballast(order: ScaleOrder, tell: Tell, report: dict[str, Any]) -> list[dict[str, Any]]:
    """Run the same number of other transcripts on empty tables, then behind ballast of 10 and 100 times as many."""
    each, waves = order.wanted.transcripts, 1 + len(order.times)
    wanted = replace(order.wanted, transcripts=waves * (each + _SCHOOL_ROOM))
    stock = stock_of(wanted, order.cache, order.processes, tell)
    with a_ground(order.jars, stock.secrets) as ground:
        at = datetime.now(UTC).replace(microsecond=0)
        parcels = dress(stock, at, [each] * waves, ground.folder)
        ground.send(register_of(stock, at))
        found = [_wave(order, ground, parcels[:1], {}, tell)]
        number = 1
        for n, times in enumerate(order.times):
            number, stored = add_ballast(ground, times * each, number)
            tell("ballast", sum(stored.values()))
            found.append(_wave(order, ground, parcels[: n + 2], stored, tell))
        report["settings"] = settings_of(ground)
    return found


def _wave(
    order: ScaleOrder, ground: Ground, parcels: Sequence[Dressed], stored: Mapping[str, int], tell: Tell
) -> dict[str, Any]:
    """Run the last of these files; everything of all of them must have arrived."""
    ground.start(layout_of(order.workers[0], order.layout))
    wave = run_wave(ground, parcels[-1])
    ground.hub.stop_workers()
    documents = frozenset[bytes]().union(*(dressed.documents for dressed in parcels))
    balance = draw_balance(documents, ground.so_url, ground.bo_url, ground.bootstrap)
    tell("arrived", wave.transcripts)
    return {"rows_before": dict(stored), **_cost(wave), "balance": balance.as_json(), "ok": balance.holds}


def _cost(wave: Wave) -> dict[str, Any]:
    return {
        "validated_rps": wave.rps("validated"),
        "journey_rps": wave.rps("ingested"),
        "cpu_us_each": wave.cpu_us(),
        "databases_cpu_us_each": {
            name: round(seconds * 1e6 / wave.transcripts, 1) for name, seconds in wave.by_database_s.items()
        },
        "machine_s": {name: round(value, 2) for name, value in wave.machine_s.items()},
    }
