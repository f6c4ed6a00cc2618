"""Which of two decisions of a Sở about one matter is the later one: append time first, then the place in the log.

Records that a producer sends in one batch have one append time; partition and offset tell them apart, and are the same
however often the log is read again.
"""

from datetime import UTC, datetime
from typing import NamedTuple

__all__ = ["Decided"]


class Decided(NamedTuple):
    """Compares in the order in which decisions count; `at` is the append time, `number` that of the paper."""

    at: datetime
    part: int
    offset: int
    number: str

    def facts(self) -> dict[str, str]:
        """Return what an earlier decision is told that came too late."""
        return {"number": self.number, "since": self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
