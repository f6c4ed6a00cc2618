"""The two kinds of time that signed JSON holds: instants in UTC and civil dates in Việt Nam (UTC+7)."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from hub.errors import Refused

__all__ = ["VIETNAM", "civil_date", "end_of_day", "instant"]

VIETNAM = timezone(timedelta(hours=7))
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?Z")


def instant(text: str) -> datetime:
    """Return the aware UTC time of "YYYY-MM-DDTHH:MM:SSZ" (milliseconds allowed). Raises Refused TIME_WRONG."""
    try:
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        pass
    raise Refused("TIME_WRONG")


def civil_date(text: str) -> date:
    """Return the civil date of "YYYY-MM-DD". Raises Refused TIME_WRONG."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused("TIME_WRONG")


def end_of_day(day: date) -> datetime:
    """Return the first instant after `day` in Việt Nam, as UTC."""
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC)  # midnight there; the first and last year hold it too
