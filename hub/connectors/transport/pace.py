"""How often a system is asked. What it allows a minute it allows the connector, not each of its clients."""

import math
from collections import deque
from collections.abc import Callable

from hub.errors import Unavailable

__all__ = ["Pace", "Paces"]

REQUESTS_PER_MINUTE = 120
_MINUTE_S = 60


class Pace:
    """Lets so many requests a minute through. `now`: seconds that only go on."""

    def __init__(self, per_minute: int, now: Callable[[], float]) -> None:
        self._times: deque[float] = deque(maxlen=per_minute)
        self._now = now

    def take(self) -> None:
        """Count one request. Raises Unavailable SYSTEM_BUSY with the seconds until the next may go."""
        now = self._now()
        if len(self._times) == self._times.maxlen:
            wait_s = self._times[0] + _MINUTE_S - now
            if wait_s > 0:
                raise Unavailable("SYSTEM_BUSY", {"retry_after_s": str(math.ceil(wait_s))})
        self._times.append(now)


class Paces:
    """The paces of one connector, by address: whoever asks there, source or sink, now or opened anew, counts."""

    def __init__(self, requests_per_minute: int | None = None) -> None:
        self._per_minute = requests_per_minute or REQUESTS_PER_MINUTE
        self._paces: dict[str, Pace] = {}

    def at(self, base_url: str, now: Callable[[], float]) -> Pace:
        """Return the pace at an address."""
        return self._paces.setdefault(base_url, Pace(self._per_minute, now))
