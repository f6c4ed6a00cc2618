"""Arithmetic of the reports: rates, shares of a transcript, percentiles, how long a province takes."""

import statistics
from collections.abc import Mapping, Sequence

__all__ = ["PUPILS_OF_HANOI", "PUPILS_OF_VIETNAM", "goals_of", "minutes_for", "per_second", "percentiles", "us_each"]

PUPILS_OF_HANOI = 2_193_326
PUPILS_OF_VIETNAM = 18_000_000
RATIO_GOAL, JOURNEY_RPS_GOAL, JOURNEY_FLOOR_RPS = 0.7, 2_800.0, 4_000.0
WORKER_MIB_GOAL, LATENCY_P99_MS_GOAL, HANOI_MINUTES_GOAL = 400.0, 1_000.0, 15.0


def per_second(count: int, seconds: float) -> float:
    """Return a rate; 0.0 for no time."""
    return round(count / seconds, 1) if seconds > 0 else 0.0


def us_each(seconds: float, count: int) -> float:
    """Return microseconds for each of `count`; 0.0 for none."""
    return round(seconds * 1e6 / count, 2) if count else 0.0


def minutes_for(count: int, rate: float) -> float | None:
    """Return how many minutes `count` takes at `rate` a second; None for a rate of nothing."""
    return round(count / rate / 60, 1) if rate > 0 else None


def percentiles(values: Sequence[float]) -> dict[str, float | int | None]:
    """Return count, p50, p95, p99 and max (interpolated between neighbours), None where there is no value."""
    if not values:
        return {"count": 0, "p50": None, "p95": None, "p99": None, "max": None}
    cuts = statistics.quantiles(values, n=100, method="inclusive") if len(values) > 1 else [values[0]] * 99
    return {
        "count": len(values),
        "p50": round(cuts[49], 2),
        "p95": round(cuts[94], 2),
        "p99": round(cuts[98], 2),
        "max": round(max(values), 2),
    }


def goals_of(floor_rps: float, journey_rps: float, memory_mib: Mapping[str, float]) -> dict[str, dict[str, object]]:
    """Compare a journey with the goals of the design; `memory_mib` holds the peaks of the workers alone.

    The rate is asked for where the bare loop makes 4,000 a second; a slower machine owes as much less.
    """
    ratio = journey_rps / floor_rps if floor_rps else 0.0
    rate_goal = JOURNEY_RPS_GOAL * min(1.0, floor_rps / JOURNEY_FLOOR_RPS)
    hanoi = minutes_for(PUPILS_OF_HANOI, journey_rps)
    heaviest = max(memory_mib.values(), default=0.0)
    return {
        "ratio": {"goal": RATIO_GOAL, "reached": ratio >= RATIO_GOAL},
        "journey_rps": {"goal": round(rate_goal, 1), "reached": journey_rps >= rate_goal},
        "hanoi_minutes": {"goal": HANOI_MINUTES_GOAL, "reached": hanoi is not None and hanoi < HANOI_MINUTES_GOAL},
        "worker_mib": {"goal": WORKER_MIB_GOAL, "reached": heaviest < WORKER_MIB_GOAL},
    }
