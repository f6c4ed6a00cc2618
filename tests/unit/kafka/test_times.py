"""Times of records: whatever number stands there, an instant comes out."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kafka.times import FIRST, LAST, instant_of, is_possible

_INT64 = st.integers(-(2**63), 2**63 - 1)


def test_instant_of_keeps_the_millisecond() -> None:
    """Effective dates and receipts are made from it."""
    assert instant_of(1_781_924_400_123) == datetime(2026, 6, 20, 3, 0, 0, 123_000, tzinfo=UTC)


@given(_INT64)
def test_instant_of_any_timestamp_is_in_the_calendar_in_every_zone(ms: int) -> None:
    """Neither the instant nor its civil date in Việt Nam may raise."""
    at = instant_of(ms)
    assert FIRST <= at <= LAST
    assert at.astimezone(timezone(timedelta(hours=7))).date() >= FIRST.date()
    assert is_possible(at) == (0 < ms < (LAST - FIRST) / timedelta(milliseconds=1))


@pytest.mark.parametrize("ms", [-(2**63), -9_000_000_000_000_000, -1, 0, 253_402_300_800_000, 2**63 - 1])
def test_instant_of_an_impossible_timestamp_is_told_as_impossible(ms: int) -> None:
    """So that its record is refused and not believed."""
    assert not is_possible(instant_of(ms))
