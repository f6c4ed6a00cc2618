"""How long the sources of one call may take together, and whose fault it is when that is over.

Time in which a child was ready to run and got no processor, or was still starting, is the machine's and no source's
(`waited_s`): where that is most of what was spent, the record waits; else what is left is refused.
"""

import time
from contextlib import suppress
from pathlib import Path

from hub.errors import Unavailable

__all__ = ["CALL_S", "Budget", "processor_wait_s", "starved"]

CALL_S = 30.0  # half of the minute after which a worker that stands still is replaced
_NS = 1_000_000_000


class Budget:
    """The time of one call, counted from now."""

    def __init__(self, call_s: float) -> None:
        self._call_s = call_s
        self._began = time.monotonic()
        self.waited_s = 0.0  # of it, what no source is to blame for

    def left_s(self) -> float:
        """Return how many seconds are left; not below 0."""
        return max(0.0, self._call_s - (time.monotonic() - self._began))

    def spent(self) -> bool:
        """Tell whether the time is over, by the sources. Raises Unavailable where the machine is to blame for it."""
        if self.left_s() > 0:
            return False
        if self.waited_s * 2 > self._call_s:
            raise starved()
        return True


def starved() -> Unavailable:
    """Return the error of a child that got no processor."""
    return Unavailable("SOURCE_READER_UNAVAILABLE", {"reason": "no processor for it"})


def processor_wait_s(process_id: int) -> float:
    """Return how long a process has been ready to run without a processor; 0 where the system does not tell."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{process_id}/schedstat").read_text("ascii").split()[1]) / _NS
    return 0.0
