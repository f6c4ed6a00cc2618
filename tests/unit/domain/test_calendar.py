"""Holidays and working days: the breaks that were announced, and deadlines that fall on them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar import HOLIDAYS, next_working_day
from hub.domain.rounds import deadline_of, is_late, report_deadline_of

DAYS = st.dates(date(2020, 8, 1), date(2028, 8, 31))
DAYS_OFF = st.frozensets(DAYS, max_size=10)


def is_working_day(day: date, days_off: frozenset[date] = frozenset()) -> bool:
    """Tell whether a day is free of everything that the calendar knows."""
    return day.weekday() < 5 and day not in HOLIDAYS and day not in days_off


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2021-02-10", "2021-02-16"),
        ("2022-01-29", "2022-02-06"),
        ("2022-04-09", "2022-04-11"),
        ("2022-04-30", "2022-05-03"),
        ("2022-09-01", "2022-09-04"),
        ("2023-01-20", "2023-01-26"),
        ("2023-04-29", "2023-05-03"),
        ("2023-09-01", "2023-09-04"),
        ("2024-02-08", "2024-02-14"),
        ("2025-01-25", "2025-02-02"),
        ("2026-02-14", "2026-02-22"),
        ("2026-04-25", "2026-04-27"),
    ],
)
def test_break_is_as_long_as_it_was_announced(first: str, last: str) -> None:
    """Holidays, week ends and the days that make up for holidays on week ends, and not a day more."""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        assert not is_working_day(day), day
        day += timedelta(days=1)
    assert is_working_day(day)


@pytest.mark.parametrize("year", range(2021, 2028))
def test_calendar_year_has_eleven_holidays_by_law(year: int) -> None:
    """One, five, one, one, one and two: Tết Dương lịch, Tết, Giỗ Tổ, 30/4, 1/5, Quốc khánh."""
    names = [name for day, name in HOLIDAYS.items() if day.year == year]
    assert len([name for name in names if not name.startswith("Nghỉ bù")]) == 11
    for month_day in ("01-01", "04-30", "05-01", "09-02"):
        assert date.fromisoformat(f"{year}-{month_day}") in HOLIDAYS


@given(DAYS, DAYS_OFF)
def test_next_working_day_is_the_first_one_from_a_day_on(day: date, days_off: frozenset[date]) -> None:
    """Nothing between is a working day."""
    found = next_working_day(day, days_off)
    assert found >= day
    assert is_working_day(found, days_off)
    assert not any(is_working_day(day + timedelta(days=n), days_off) for n in range((found - day).days))


def test_holiday_on_a_week_end_is_made_up_for_on_a_week_day() -> None:
    """Each on a day of its own that was no holiday before."""
    made_up = [day for day, name in HOLIDAYS.items() if name.startswith("Nghỉ bù")]
    on_week_ends = [day for day in HOLIDAYS if day.weekday() >= 5]
    assert len(made_up) == len(on_week_ends) > 0
    assert all(day.weekday() < 5 for day in made_up)


@pytest.mark.parametrize(
    ("school_year", "cohort", "last_day", "to_bo"),
    [
        ("2024-2025", "completed", "2025-06-30", "2025-07-09"),  # 29/6 is a Sunday
        ("2023-2024", "completed", "2024-07-01", "2024-07-09"),  # 29/6 is a Saturday
        ("2025-2026", "completed", "2026-06-29", "2026-07-09"),
        ("2026-2027", "supplementary", "2027-08-16", "2027-08-24"),  # 14/8 is a Saturday
        ("2021-2022", "supplementary", "2022-08-15", "2022-08-24"),  # 14/8 is a Sunday
        ("2022-2023", "completed", "2023-06-29", "2023-07-10"),  # 9/7 is a Sunday
    ],
)
def test_deadline_on_a_week_end_ends_with_the_next_working_day(
    school_year: str, cohort: str, last_day: str, to_bo: str
) -> None:
    """Bộ luật Dân sự 2015, Điều 148 khoản 5 [assumed to hold here]: the whole of that day is in time."""

    def after(day: str) -> datetime:
        return datetime.fromisoformat(f"{day}T17:00:00+00:00")  # midnight in Việt Nam

    assert deadline_of(school_year, cohort) == after(last_day)
    assert report_deadline_of(school_year, cohort) == after(to_bo)
    assert not is_late(after(last_day) - timedelta(seconds=1), school_year, cohort)
    assert is_late(after(last_day), school_year, cohort)


@given(DAYS_OFF, st.sampled_from(["completed", "supplementary"]), st.integers(2020, 2027))
def test_further_day_off_never_brings_a_deadline_forward(days_off: frozenset[date], cohort: str, year: int) -> None:
    """And a deadline never ends on a day off."""
    school_year = f"{year}-{year + 1}"
    default, moved = deadline_of(school_year, cohort), deadline_of(school_year, cohort, days_off)
    assert default is not None
    assert moved is not None
    assert moved >= default
    assert is_working_day((moved.astimezone(UTC) - timedelta(hours=1)).date(), days_off)
