"""Thủ tục chuyển trường: which procedure a day has, and when a term of working days ends."""

from datetime import UTC, date, datetime

import pytest

from hub.domain.civil import VIETNAM
from hub.domain.lifecycle import options, states
from hub.domain.procedure import PROCEDURES, awaited_in, due_at, procedure_on

OLD, NEW = PROCEDURES


def _at(text: str) -> datetime:
    """Return an instant written in Vietnamese time."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def _last_day(since: str, days: int, *off: str) -> str:
    """Return the civil date with whose end the term ends."""
    due = due_at(_at(since), days, frozenset(date.fromisoformat(one) for one in off))
    assert due.tzinfo is UTC
    local = due.astimezone(VIETNAM)
    assert (local.hour, local.minute) == (0, 0)
    return date.fromordinal(local.date().toordinal() - 1).isoformat()


@pytest.mark.parametrize(("day", "id_"), [
    ("1999-01-01", "QD51-2002"), ("2026-05-09", "QD51-2002"), ("2026-05-10", "TT15-2026"), ("2030-01-01", "TT15-2026"),
])  # fmt: skip
def test_procedure_follows_from_the_day_of_the_request(day: str, id_: str) -> None:
    """The earlier procedure ends with 9/5/2026."""
    assert procedure_on(date.fromisoformat(day)).id == id_


@pytest.mark.parametrize(("awaited", "same_so", "days"), [
    ("answer", True, 5), ("answer", False, 8), ("release", True, 3), ("release", False, 3),
    ("acknowledgement", False, 5), ("nothing of the kind", False, None),
])  # fmt: skip
def test_days_of_the_present_procedure(awaited: str, same_so: bool, days: int | None) -> None:
    assert NEW.days_for(awaited, same_so=same_so) == days


@pytest.mark.parametrize("same_so", [True, False])
def test_earlier_procedure_had_no_days_but_referrals(same_so: bool) -> None:
    assert (OLD.days_for("answer", same_so=same_so), OLD.days_for("release", same_so=same_so)) == (None, None)
    assert (OLD.refers, NEW.refers) == (True, False)


@pytest.mark.parametrize(("since", "days", "last"), [
    ("2026-09-14T10:00", 3, "2026-09-17"),  # Monday to Thursday
    ("2026-09-17T10:00", 3, "2026-09-22"),  # over a week end
    ("2026-09-19T10:00", 1, "2026-09-21"),  # from a Saturday
    ("2026-09-14T23:59", 1, "2026-09-15"),  # still the same civil day
    ("2026-09-15T00:00", 1, "2026-09-16"),
    ("2027-02-01T09:00", 5, "2027-02-15"),  # Tết 2027: 4-8/2 off, two days on a week end made up for on 9 and 10/2
    ("2027-02-03T09:00", 8, "2027-02-22"),
    ("2026-04-24T09:00", 3, "2026-05-04"),  # Giỗ Tổ on a Sunday made up for on Monday; 30/4; 1/5 a Friday
    ("2026-12-31T09:00", 1, "2027-01-04"),
])  # fmt: skip
def test_term_counts_working_days_from_the_day_after(since: str, days: int, last: str) -> None:
    """Week ends, holidays and their substitutes are not counted, and a term never ends on one."""
    assert _last_day(since, days) == last


def test_days_that_the_register_declares_free_are_not_counted() -> None:
    assert _last_day("2026-09-14T10:00", 3, "2026-09-16", "2026-09-18") == "2026-09-21"


def test_every_state_that_goes_on_waits_for_something() -> None:
    """Only what has ended waits for nothing."""
    ended = {state for state in states("transfer") if "cancel" not in options("transfer", state)} - {"amended"}
    assert ended == {"closed", "refused", "withdrawn", "cancelled"}
    for state in states("transfer"):
        assert (awaited_in(state) is None) == (state in ended)


def test_referral_is_awaited_before_the_answer_where_it_is_due() -> None:
    assert awaited_in("consented", refers=True) == "referral"
    assert awaited_in("consented") == "answer"
    assert awaited_in("accepted", refers=True) == "release"
