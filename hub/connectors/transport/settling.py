"""Half-written files: a file counts when it has stood still. Its times are compared with nothing but themselves."""

from collections.abc import Callable, Iterable

from hub.connectors.transport.files import Entry

__all__ = ["SETTLE_S", "Settling"]

SETTLE_S = 5.0
DAMAGED_AFTER_SETTLES = 120  # ten minutes: a transfer that broke off is taken up again by then, or never


class Settling:
    """Remembers since when each file is as it is. `now`: seconds that only go on; the memory ends with the process."""

    def __init__(self, now: Callable[[], float], settle_s: float = SETTLE_S) -> None:
        self._now = now
        self._settle_s = settle_s
        self._since: dict[str, tuple[Entry, float]] = {}

    def settled(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """Note a listing, and return the files that were the same in one at least `settle_s` ago (0: at once)."""
        now = self._now()
        before, self._since = self._since, {}
        for entry in entries:
            known = before.get(entry.name)
            self._since[entry.name] = known if known is not None and known[0] == entry else (entry, now)
        return tuple(entry for entry, since in self._since.values() if now - since >= self._settle_s)

    def settles_in_s(self, entries: Iterable[Entry]) -> float | None:
        """Return after how many seconds the next of these may be settled; None where none waits for that alone."""
        now = self._now()
        known = (self._since.get(entry.name) for entry in entries)
        left = [self._settle_s - (now - each[1]) for each in known if each is not None]
        return max(0.0, min(left)) if left else None

    def is_left_so(self, entry: Entry) -> bool:
        """Tell whether a file that cannot be read has stood still so long that nobody is writing it any more."""
        known = self._since.get(entry.name)
        return (
            known is not None and known[0] == entry and self._now() - known[1] >= self._settle_s * DAMAGED_AFTER_SETTLES
        )
