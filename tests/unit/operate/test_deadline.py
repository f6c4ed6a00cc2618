"""The table before the deadline: order, causes, totals."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.operate import Counts, DeadlineReport, Deadlines, Outlook, count_totals, judged
from hub.operate.deadline import by_cause
from hub.operate.forecast import URGENCY

DEADLINE = datetime(2026, 6, 29, 17, tzinfo=UTC)
AT, WINDOW = DEADLINE - timedelta(days=7), timedelta(hours=6)
some_counts = st.builds(
    Counts,
    accepted=st.integers(0, 300), recent=st.integers(0, 60), missing=st.integers(0, 300), refused=st.integers(0, 50),
    expected=st.none() | st.integers(0, 600), state=st.sampled_from(["none", "open", "closing", "locked"]),
)  # fmt: skip


def a_report(*counted: Counts, at: datetime = AT, deadline: datetime | None = DEADLINE) -> DeadlineReport:
    rows = judged([(f"01010{n}", f"Trường {n}", c) for n, c in enumerate(counted)], deadline, WINDOW, at)
    return DeadlineReport("ha-noi", "2025-2026", "completed", at, Deadlines(deadline, None), WINDOW, rows)


@given(st.lists(some_counts, max_size=12))
def test_schools_stand_in_the_order_in_which_they_press(counted: list[Counts]) -> None:
    """Every school once; by outlook, then by how many are missing."""
    rows = a_report(*counted).schools
    assert sorted(row.school for row in rows) == sorted(f"01010{n}" for n in range(len(counted)))
    keys = [(URGENCY.index(row.forecast.outlook), -row.counts.missing, row.school) for row in rows]
    assert keys == sorted(keys)


@given(st.lists(some_counts, max_size=12))
def test_totals_add_up_what_the_rows_show(counted: list[Counts]) -> None:
    """A school without a roster adds to what was accepted and not to what is expected."""
    summed = count_totals(counted)
    assert summed.accepted == sum(c.accepted for c in counted)
    known = [c.expected for c in counted if c.expected is not None]
    assert summed.expected == (sum(known) if known else None)
    shown = a_report(*counted).shown_totals()
    assert sum(shown["outlooks"].values()) == shown["schools"] == len(counted)


def test_report_is_behind_when_one_school_is() -> None:
    """One of a thousand is enough to be looked at."""
    good, bad = Counts(expected=10, missing=0, state="locked"), Counts(expected=10, missing=10)
    assert not a_report(good, bad).is_behind  # silent, with a week left
    assert a_report(good, bad, at=DEADLINE - timedelta(hours=1)).is_behind
    assert a_report(good, bad, at=DEADLINE).schools[0].forecast.outlook is Outlook.MISSED
    assert not a_report(good, at=DEADLINE).is_behind


def test_report_of_a_so_whose_log_is_closed_is_never_behind() -> None:
    """Nobody could do anything about it any more; it says who follows."""
    report = replace(a_report(Counts(expected=3, missing=3), at=DEADLINE), followed_by="dong-thap")
    assert not report.is_behind
    assert replace(report, followed_by=None).is_behind
    assert report.shown_totals()["followed_by"] == "dong-thap"


def test_time_left_is_negative_after_the_deadline_and_absent_without_one() -> None:
    """A transfer round has none."""
    assert a_report(at=DEADLINE + timedelta(hours=2)).shown_totals()["left_s"] == -7200
    assert a_report(deadline=None).shown_totals()["left_s"] is None


def test_causes_are_the_codes_that_refused_most_and_none_that_only_tell() -> None:
    """A warning beside a refusal is no cause; alone it is: a policy raised it."""
    found = by_cause(
        [
            (["PERSONAL_ID_SEX_DIFFERS", "SUPERSEDES_MISSING"], 3),
            (["ROUND_CLOSED"], 5),
            (["PERSONAL_ID_SEX_DIFFERS"], 1),
        ]
    )
    assert found == (("ROUND_CLOSED", 5), ("SUPERSEDES_MISSING", 3), ("PERSONAL_ID_SEX_DIFFERS", 1))


def test_extra_are_reported_pupils_whom_the_roster_has_not() -> None:
    """Ten stand, eight of them on the roster of twelve."""
    assert Counts(accepted=10, expected=12, missing=4).extra == 2
    assert Counts(accepted=10).extra == 0
