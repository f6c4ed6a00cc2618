"""Who is reminded, of what, and when: once for each threshold, with nothing of a person."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.operate import Counts, DeadlineReport, Deadlines, judged
from hub.operate.reminders import (
    AFTER,
    THRESHOLDS,
    Window,
    kind_of,
    reminders_of_round,
    reminders_of_windows,
    threshold_of,
)
from hub.schemas import decode, encode

DUE = datetime(2026, 6, 29, 17, tzinfo=UTC)
DAY = timedelta(days=1)
BUSY = Counts(accepted=100, expected=120, missing=20, state="open")


def a_report(at: datetime, *counted: Counts, cohort: str = "completed", due: datetime | None = DUE) -> DeadlineReport:
    rows = judged([(f"01010{n}", "", c) for n, c in enumerate(counted)], due, timedelta(hours=6), at)
    return DeadlineReport("ha-noi", "2025-2026", cohort, at, Deadlines(due, None), timedelta(hours=6), rows)


@pytest.mark.parametrize(
    ("left", "threshold"),
    [
        (timedelta(days=15), None), (timedelta(days=14), "14"), (timedelta(days=8), "14"), (timedelta(days=7), "7"),
        (timedelta(days=3), "3"), (timedelta(days=1, seconds=1), "3"), (timedelta(days=1), "1"),
        (timedelta(seconds=1), "1"), (timedelta(), AFTER), (timedelta(days=-30), AFTER), (timedelta(days=-31), None),
    ],
)  # fmt: skip
def test_threshold_is_the_nearest_that_was_reached(left: timedelta, threshold: str | None) -> None:
    """Fourteen days before, seven, three, one, and after; a date of a month ago is history."""
    assert threshold_of(DUE, DUE - left) == threshold


@given(st.timedeltas(min_value=timedelta(days=-60), max_value=timedelta(days=60)))
def test_thresholds_only_get_nearer_as_time_goes_by(left: timedelta) -> None:
    """Whoever looks at any two moments meets them in this order."""
    order = [None, *(str(days) for days in sorted(THRESHOLDS, reverse=True)), AFTER, None]
    now, later = (threshold_of(DUE, DUE - left + shift) for shift in (timedelta(), timedelta(hours=9)))
    first = order.index(now) if left > timedelta(days=-30) else len(order) - 1
    assert later in order[first:]


@pytest.mark.parametrize(
    ("counts", "kind"),
    [
        (Counts(expected=10, missing=10), "nothing_submitted"),
        (Counts(), "nothing_submitted"),
        (BUSY, "incomplete"),
        (Counts(accepted=10, expected=10, pending=2, held=1, state="open"), "pending"),
        (Counts(accepted=10, expected=10, held=1, state="open"), "held"),
        (Counts(accepted=10, expected=10, state="open"), "round_open"),
        (Counts(accepted=10, state="open"), "round_open"),
        (Counts(accepted=10, expected=10, locked=10, state="locked"), None),
        (Counts(accepted=10, expected=12, missing=2, locked=10, state="locked"), "incomplete"),
        (Counts(expected=0), None),
    ],
)
def test_school_is_told_what_presses_most(counts: Counts, kind: str | None) -> None:
    """A school that is done is left alone; one that locked with pupils missing is not done."""
    assert kind_of(counts, "completed") == kind


def test_school_that_sent_nothing_is_reminded_of_the_second_round_only_where_a_roster_expects_somebody() -> None:
    """Most schools have nobody in it."""
    assert kind_of(Counts(), "supplementary") is None
    assert kind_of(Counts(expected=2, missing=2), "supplementary") == "nothing_submitted"


def test_reminders_of_one_threshold_are_the_same_at_any_moment_of_it() -> None:
    """Their ids follow from school, round, date and threshold, not from when somebody looked."""
    first = list(reminders_of_round(a_report(DUE - 6 * DAY, BUSY, Counts())))
    again = list(reminders_of_round(a_report(DUE - 5 * DAY, BUSY, Counts())))
    assert [r.reminder_id for r in first] == [r.reminder_id for r in again]
    assert len({r.reminder_id for r in first}) == len(first) == 2
    next_one = list(reminders_of_round(a_report(DUE - 2 * DAY, BUSY, Counts())))
    assert {r.reminder_id for r in next_one}.isdisjoint(r.reminder_id for r in first)


def test_extended_deadline_is_reminded_of_anew() -> None:
    """Another date is another matter."""
    first = {r.reminder_id for r in reminders_of_round(a_report(DUE - DAY, BUSY))}
    later = {r.reminder_id for r in reminders_of_round(a_report(DUE - DAY, BUSY, due=DUE + timedelta(hours=1)))}
    assert first.isdisjoint(later)


def test_round_without_a_date_or_far_from_it_reminds_nobody() -> None:
    """Pupils who leave have no deadline."""
    assert list(reminders_of_round(a_report(DUE, BUSY, due=None))) == []
    assert list(reminders_of_round(a_report(DUE - 20 * DAY, BUSY))) == []


def test_message_says_codes_and_counts_and_nothing_else() -> None:
    """It reads back as it was written."""
    (reminder,) = reminders_of_round(a_report(DUE - 2 * DAY, BUSY))
    value = decode(encode("Reminder", reminder.value()), ("Reminder",)).value
    assert (value["kind"], value["threshold"], value["cohort"], value["number"]) == ("incomplete", "3", "completed", 1)
    assert value["counts"] == {
        "expected": 120, "accepted": 100, "missing": 20, "pending": 0, "held": 0, "locked": 0, "windows": 0,
    }  # fmt: skip
    assert (value["due_at"], value["at"]) == (1_782_752_400_000, 1_782_752_400_000 - 2 * 86_400_000)


def test_window_that_is_about_to_close_is_told_and_one_that_closed_is_not() -> None:
    """`WindowClosed` tells of the end."""
    window = Window("010101", "2025-2026", "correction-1", 4, DUE, 3)
    (reminder,) = reminders_of_windows("ha-noi", [window], DUE - timedelta(hours=5))
    assert (reminder.kind, reminder.cohort, reminder.number, reminder.windows) == ("window_closing", "correction", 4, 3)
    assert list(reminders_of_windows("ha-noi", [window], DUE)) == []
    assert list(reminders_of_windows("ha-noi", [window], DUE - 15 * DAY)) == []
