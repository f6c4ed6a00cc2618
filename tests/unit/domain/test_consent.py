"""Consent follows age: the guardian, both, and then the pupil alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.consent import age_on, may_read, missing_consent, needed_consent

BORN = date(2010, 9, 5)


@pytest.mark.parametrize(
    ("on", "parties"),
    [
        (date(2017, 9, 4), {"guardian"}),
        (date(2017, 9, 5), {"pupil", "guardian"}),
        (date(2028, 9, 4), {"pupil", "guardian"}),
        (date(2028, 9, 5), {"pupil"}),
    ],
)
def test_consent_is_needed_by_age(on: date, parties: set[str]) -> None:
    assert needed_consent(BORN, on) == parties


@pytest.mark.parametrize(("on", "may"), [(date(2028, 9, 4), True), (date(2028, 9, 5), False)])
def test_guardian_reads_until_the_pupil_is_adult(on: date, may: bool) -> None:
    assert may_read("guardian", BORN, on) is may
    assert may_read("pupil", BORN, on)


def test_leap_day_child_is_older_on_the_first_of_march() -> None:
    assert (age_on(date(2012, 2, 29), date(2019, 2, 28)), age_on(date(2012, 2, 29), date(2019, 3, 1))) == (6, 7)


@given(st.dates(date(1990, 1, 1), date(2025, 1, 1)), st.integers(0, 11_000))
def test_somebody_always_has_to_agree(born: date, days: int) -> None:
    """At no age is a record shared by nobody's will, and whoever agreed is asked no more."""
    on = born + timedelta(days=days)
    needed = needed_consent(born, on)
    assert needed
    assert missing_consent(born, on, ()) == needed
    assert not missing_consent(born, on, needed)


def test_guardian_alone_does_not_share_for_a_child_of_seven() -> None:
    assert missing_consent(BORN, date(2020, 1, 1), ("guardian",)) == {"pupil"}
