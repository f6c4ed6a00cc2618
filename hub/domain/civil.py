"""Civil dates (ngày): the calendar of Việt Nam, UTC+7, without summer time."""

from datetime import UTC, date, datetime, timedelta, timezone

from hub.errors import Corrupt

__all__ = ["VIETNAM", "civil_date", "effective_on", "midnight_utc"]

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
