"""Civil dates (ngày): the calendar of Việt Nam, UTC+7, without summer time."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

from hub.errors import Corrupt

__all__ = ["VIETNAM", "civil_date", "effective_on", "last_day", "midnight_utc"]

VIETNAM = timezone(timedelta(hours=7), "UTC+7")


def civil_date(at: datetime) -> date:
    """Return the civil date (UTC+7) of an aware time. Raises Corrupt(CLOCK_WITHOUT_ZONE) for a naive one."""
    if at.tzinfo is None:
        raise Corrupt("CLOCK_WITHOUT_ZONE")
    return at.astimezone(VIETNAM).date()


def effective_on(at: datetime) -> date:
    """Return the effective date (ngày hiệu lực): the civil date of the lock command's append time."""
    return civil_date(at)


def midnight_utc(day: date) -> datetime:
    """Return the instant at which a civil date begins, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM).astimezone(UTC)


def last_day(text: str) -> date:
    """Return the last day of a date of which only the year or the month may be known ("2014", "2014-05").

    Of a birth date: who is as old as it says then surely is. Raises ValueError for what is none.
    """
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    if not month:
        return date(year, 12, 31)
    return date(year, month, day or monthrange(year, month)[1])
