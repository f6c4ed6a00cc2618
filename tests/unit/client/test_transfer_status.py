"""How many working days a school still has, as `hub transfer status` shows it."""

from datetime import UTC, date, datetime

import pytest

from hub.client.transfer_status import days_left
from hub.domain.civil import midnight_utc
from hub.domain.procedure import due_at


@pytest.mark.parametrize("days", [1, 3, 5, 8])
def test_days_left_are_those_of_the_clock_when_it_begins(days: int) -> None:
    """The same calendar counts on and back, across Tết and week ends too."""
    for since in (datetime(2026, 11, 19, 3, tzinfo=UTC), datetime(2027, 2, 2, 3, tzinfo=UTC)):
        assert days_left(due_at(since, days), since) == days


def test_last_day_has_none_left_and_each_working_day_after_it_counts_back() -> None:
    """At the end of a Friday it is over, and the week end adds nothing."""
    due = midnight_utc(date(2026, 11, 21))
    assert days_left(due, datetime(2026, 11, 20, 10, tzinfo=UTC)) == 0
    assert days_left(due, datetime(2026, 11, 21, 10, tzinfo=UTC)) == -1
    assert days_left(due, datetime(2026, 11, 23, 10, tzinfo=UTC)) == -1
    assert days_left(due, datetime(2026, 11, 24, 10, tzinfo=UTC)) == -2


def test_day_off_of_a_province_is_no_working_day() -> None:
    """As its register declares it."""
    since, off = datetime(2026, 11, 17, 3, tzinfo=UTC), frozenset({date(2026, 11, 18)})
    due = due_at(since, 2, off)
    assert (days_left(due, since, off), days_left(due, since)) == (2, 3)
