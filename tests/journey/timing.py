"""Whether two things take the same time, asked of measurements that took turns on a machine with other work.

The superiority of one sample over another (Mann-Whitney's U by the number of pairs) hangs on ranks alone: a pause of
the machine weighs as much as any other value, and what makes the whole machine slow makes both alike.
"""

import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

__all__ = ["superiority", "told_apart", "took"]


def superiority(one: Sequence[float], other: Sequence[float]) -> float:
    """Return how often a value of `other` is above one of `one`, ties by half: 0.5 for samples of one distribution."""
    ranked = sorted(other)
    above = sum(2 * len(ranked) - bisect_left(ranked, x) - bisect_right(ranked, x) for x in one)
    return above / (2 * len(one) * len(other))


def took(tries: Mapping[str, Callable[[], None]], rounds: int, seed: int) -> dict[str, list[float]]:
    """Return the seconds of each try; in every round all take turns, in an order drawn anew."""
    drawn, found = random.Random(seed), {name: list[float]() for name in tries}
    for _ in range(rounds):
        for name in drawn.sample(sorted(tries), len(tries)):
            began = time.perf_counter()
            tries[name]()
            found[name].append(time.perf_counter() - began)
    return found


def told_apart(samples: Mapping[str, Sequence[float]]) -> float:
    """Return how far the two samples that differ most are from 0.5."""
    return max(abs(superiority(samples[a], samples[b]) - 0.5) for a, b in combinations(sorted(samples), 2))
