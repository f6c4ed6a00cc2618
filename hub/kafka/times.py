"""Times of Kafka records: milliseconds that whoever sends them may choose, on a topic that keeps CreateTime."""

from datetime import UTC, datetime, timedelta

__all__ = ["FIRST", "LAST", "instant_of", "is_possible"]

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 30, tzinfo=UTC)  # a day short of the last, so that it has a civil date (UTC+7)
_MS = timedelta(milliseconds=1)
_LAST_MS = (LAST - FIRST) // _MS


def instant_of(ms: int) -> datetime:
    """Return the instant of a record's timestamp, any 64-bit number of milliseconds; never raises.

    What lies outside the calendar becomes FIRST or LAST: such a record has to be read before it can be refused, and
    its quarantine entry needs a time. Kafka's "no timestamp" (-1) becomes FIRST too. A broker that appends with its
    own time (LogAppendTime) writes no such timestamp.
    """
    return FIRST + min(max(ms, 0), _LAST_MS) * _MS


def is_possible(at: datetime) -> bool:
    """Tell whether a record can have been sent at `at`: False for what `instant_of` had to bring into the calendar."""
    return FIRST < at < LAST
