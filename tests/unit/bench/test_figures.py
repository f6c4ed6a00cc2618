"""Arithmetic of the reports."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.bench.figures import goals_of, minutes_for, per_second, percentiles, us_each


def test_percentiles_lie_between_neighbours() -> None:
    """One to a hundred: the median lies between 50 and 51."""
    found = percentiles(list(range(1, 101)))
    assert found == {"count": 100, "p50": 50.5, "p95": 95.05, "p99": 99.01, "max": 100}


@pytest.mark.parametrize(("values", "expected"), [([], None), ([7.0], 7.0)])
def test_percentiles_of_few_values_say_what_there_is(values: list[float], expected: float | None) -> None:
    """Nothing gives None, one value is every percentile."""
    found = percentiles(values)
    assert (found["count"], found["p50"], found["p99"], found["max"]) == (len(values), expected, expected, expected)


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_percentiles_are_ordered_and_inside(values: list[float]) -> None:
    """From the lowest to the highest value, each at least the one before."""
    found = percentiles(values)
    ordered = [float(found[name] or 0) for name in ("p50", "p95", "p99", "max")]
    assert ordered == sorted(ordered)
    assert min(values) - 0.01 <= ordered[0] <= max(values) + 0.01
    assert abs(ordered[0] - statistics.median(values)) <= 0.01


def test_rates_and_shares_are_of_the_same_run() -> None:
    """A thousand in half a second are 2,000 a second, and 500 µs each."""
    assert (per_second(1000, 0.5), us_each(0.5, 1000)) == (2000.0, 500.0)
    assert (per_second(5, 0.0), us_each(1.0, 0)) == (0.0, 0.0)


def test_minutes_for_a_province_follow_from_the_rate() -> None:
    """2,800 a second: Hà Nội in thirteen minutes; at no rate, never."""
    assert (minutes_for(2_193_326, 2_800), minutes_for(1, 0)) == (13.1, None)


@pytest.mark.parametrize(
    ("floor", "journey", "memory", "reached"),
    [
        (4_000, 2_800, 399.0, {"ratio": True, "journey_rps": True, "hanoi_minutes": True, "worker_mib": True}),
        (5_200, 2_800, 400.0, {"ratio": False, "journey_rps": True, "hanoi_minutes": True, "worker_mib": False}),
        (2_000, 1_400, 1.0, {"ratio": True, "journey_rps": True, "hanoi_minutes": False, "worker_mib": True}),
        (0, 0, 1.0, {"ratio": False, "journey_rps": True, "hanoi_minutes": False, "worker_mib": True}),
    ],
)
def test_goals_tell_which_are_reached(floor: float, journey: float, memory: float, reached: dict[str, bool]) -> None:
    """A slower machine owes the same share of its bare loop, but Hà Nội waits by the clock."""
    found = goals_of(floor, journey, {"so-0": memory, "bo": 1.0})
    assert {name: goal["reached"] for name, goal in found.items()} == reached
