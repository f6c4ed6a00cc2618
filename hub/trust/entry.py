"""Mục đăng ký: one version of one register entry, and what a set of dated versions says at a time.

Entries hold from `valid_from` until before `valid_to`. A newer version of the same entry replaces the older one from
its own `valid_from` on: what begins tomorrow leaves today alone, and what begins where the older one did takes its
whole place. Certificates and revocation lists say themselves when they count, and a log is closed once: of these only
the newest version is kept.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

__all__ = ["KINDS", "Entry", "Timeline", "newest", "standing", "standing_of"]

_DATED = frozenset(  # looked up by time
    {
        "school",
        "official",
        "trust_policy",
        "severity_policy",
        "calendar",
        "lock_policy",
        "roster",
        "round_opening",
        "source_system",
        "receiving_key",
    }
)
KINDS = _DATED | {"certificate", "revocation", "log_closing"}
P = TypeVar("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of one register entry, as its signed statement says; times aware, `version` grows with each."""

    kind: str
    entry_id: str
    valid_from: datetime
    valid_to: datetime | None
    payload: Mapping[str, Any] = field(repr=False)
    version: int

    def holds(self, at: datetime) -> bool:
        """Tell whether the entry is in force at `at`."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """Return what is left of all versions of all entries, older versions first; any order may come in."""
    versions: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        versions.setdefault((entry.kind, entry.entry_id), []).append(entry)
    left = (entry for known in versions.values() for entry in standing_of(known))
    return sorted(left, key=lambda entry: (entry.version, entry.entry_id))


def standing_of(versions: list[Entry]) -> Iterator[Entry]:
    """Yield what is left of each version of one entry: the newest whole, an older one until a newer one begins."""
    first, *older = sorted(versions, key=lambda entry: entry.version, reverse=True)
    yield first
    if first.kind not in _DATED:
        return
    until = first.valid_from
    for entry in older:
        if entry.valid_from < until:
            yield entry if entry.valid_to is not None and entry.valid_to <= until else replace(entry, valid_to=until)
            until = entry.valid_from


def newest(items: Iterable[tuple[Entry, P]], at: datetime) -> P | None:
    """Return what the newest version in force at `at` says, or None."""
    held = [(entry.version, said) for entry, said in items if entry.holds(at)]
    return max(held, key=lambda item: item[0])[1] if held else None


class Timeline(Generic[P, T]):
    """What dated entries say together, made once for each span between two changes: a look-up costs a bisection.

    `make` gets what the entries in force say, older versions first.
    """

    def __init__(self, items: Iterable[tuple[Entry, P]], make: Callable[[Sequence[P]], T]) -> None:
        self._items = sorted(items, key=lambda item: item[0].version)
        self._make = make
        moments = (at for entry, _ in self._items for at in (entry.valid_from, entry.valid_to) if at is not None)
        self._bounds = sorted(set(moments))
        self._made: dict[int, T] = {}

    def at(self, at: datetime) -> T:
        """Return what counts at `at`."""
        return self._span(bisect_right(self._bounds, at))

    def between(self, start: datetime, end: datetime | None) -> Iterator[T]:
        """Yield what counts in each span that meets the time from `start` until before `end` (None: for ever)."""
        last = len(self._bounds) if end is None else bisect_left(self._bounds, end)
        yield from (self._span(n) for n in range(bisect_right(self._bounds, start), last + 1))

    def _span(self, n: int) -> T:
        if n not in self._made:
            held = [said for entry, said in self._items if n and entry.holds(self._bounds[n - 1])]
            self._made[n] = self._make(held)
        return self._made[n]
