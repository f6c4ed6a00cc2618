"""Forecast: what is missing, at the present rate, against the deadline."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.operate import Forecast, Outlook, forecast

DEADLINE = datetime(2026, 6, 29, 17, tzinfo=UTC)
WINDOW = timedelta(hours=6)
WEEK, DAY = DEADLINE - timedelta(days=7), DEADLINE - timedelta(days=1)


def a_forecast(**changes: Any) -> Forecast:
    said: dict[str, Any] = {
        "expected": 300, "missing": 60, "recent": 30, "window": WINDOW, "at": WEEK, "deadline": DEADLINE,
        "closed": False,
    }  # fmt: skip
    return forecast(**(said | changes))


def test_forecast_says_when_nobody_is_missing_at_the_present_rate() -> None:
    """Thirty in six hours are five an hour, so sixty take twelve."""
    found = a_forecast()
    assert (found.outlook, found.per_hour, found.done_at) == (Outlook.IN_TIME, 5.0, WEEK + timedelta(hours=12))


@pytest.mark.parametrize(
    ("changes", "outlook"),
    [
        ({"at": DEADLINE - timedelta(hours=12)}, Outlook.BEHIND),  # the deadline is the first instant that is late
        ({"at": DEADLINE - timedelta(hours=12, seconds=1)}, Outlook.IN_TIME),
        ({"at": DEADLINE}, Outlook.MISSED),
        ({"at": DEADLINE, "missing": 0}, Outlook.MISSED),
        ({"at": DEADLINE, "closed": True}, Outlook.DONE),
        ({"missing": 0}, Outlook.TO_LOCK),
        ({"expected": 0, "missing": 0}, Outlook.DONE),
        ({"expected": None, "missing": 0}, Outlook.UNKNOWN),
        ({"recent": 0}, Outlook.SILENT),
        ({"recent": 0, "at": DAY}, Outlook.BEHIND),
        ({"recent": 0, "deadline": None}, Outlook.SILENT),
        ({"deadline": None}, Outlook.IN_TIME),
        ({"missing": 10**9, "recent": 1}, Outlook.BEHIND),
    ],
)
def test_outlook_names_how_a_school_stands(changes: dict[str, Any], outlook: Outlook) -> None:
    """From done to missed, each by the one fact that decides it."""
    assert a_forecast(**changes).outlook is outlook


@given(
    missing=st.integers(0, 10**7), recent=st.integers(0, 10**6), hours=st.integers(1, 168),
    left=st.timedeltas(timedelta(days=-400), timedelta(days=400)), closed=st.booleans(),
    expected=st.none() | st.integers(0, 10**7),
)  # fmt: skip
def test_forecast_has_an_answer_to_every_number(
    missing: int, recent: int, hours: int, left: timedelta, closed: bool, expected: int | None
) -> None:
    """No overflow, no division by nothing; a date only where something is missing and comes in, never in the past."""
    at = DEADLINE - left
    found = a_forecast(
        missing=missing, recent=recent, window=timedelta(hours=hours), at=at, closed=closed, expected=expected
    )
    if found.done_at is not None:
        assert found.done_at > at
        assert min(missing, recent) > 0
    if found.outlook is Outlook.IN_TIME:
        assert found.done_at is not None
        assert found.done_at < DEADLINE


@given(st.integers(1, 10**5), st.integers(1, 10**5), st.integers(1, 10**5))
def test_school_that_reports_faster_is_done_no_later(missing: int, slow: int, more: int) -> None:
    """More in the same window never makes the forecast worse."""
    first, second = a_forecast(missing=missing, recent=slow), a_forecast(missing=missing, recent=slow + more)
    assert second.done_at is not None or first.done_at is None
    if first.done_at is not None:
        assert second.done_at is not None
        assert second.done_at <= first.done_at
