"""Rounds: which document belongs where, and when it is late."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hub.domain.civil import civil_date, effective_on
from hub.domain.rounds import Cohort, cohort_for, cohort_of, deadline_of, is_late, report_deadline_of, round_refusal
from hub.domain.transcript import Result
from hub.errors import Corrupt, Refused
from tests.unit.domain.builders import a_transcript

COMPLETED = a_transcript()
NOT_COMPLETED = a_transcript(result=Result(completed=False))
LEAVING = a_transcript(period="semester_1")


@pytest.mark.parametrize(
    ("transcript", "takes", "expected"),
    [
        (COMPLETED, {"completed", "supplementary", "correction"}, Cohort.COMPLETED),
        (NOT_COMPLETED, {"supplementary", "correction"}, Cohort.SUPPLEMENTARY),
        (LEAVING, {"transfer", "correction"}, Cohort.TRANSFER),
    ],
)
def test_round_takes_only_its_documents(transcript: object, takes: set[str], expected: Cohort) -> None:
    """Completed year documents, any year document, only semester_1, all; the refusal names the right round."""
    assert cohort_for(transcript) is expected
    for cohort in Cohort:
        found = round_refusal(transcript, cohort)
        assert (found is None) == (cohort.value in takes)
        if found is not None:
            assert found.code == "ROUND_NOT_FOR_DOCUMENT"
            assert found.facts == {"cohort": cohort.value, "expected": expected.value}


def test_cohort_refuses_an_unknown_name() -> None:
    """A round of another name is refused with its code."""
    with pytest.raises(Refused) as caught:
        cohort_of("late")
    assert caught.value.code == "COHORT_UNKNOWN"


@pytest.mark.parametrize(
    ("cohort", "instant", "to_bo"),
    [
        ("completed", datetime(2026, 6, 29, 17, tzinfo=UTC), datetime(2026, 7, 9, 17, tzinfo=UTC)),
        ("supplementary", datetime(2026, 8, 14, 17, tzinfo=UTC), datetime(2026, 8, 24, 17, tzinfo=UTC)),
    ],
)
def test_deadline_ends_the_day_before_by_the_letter(cohort: str, instant: datetime, to_bo: datetime) -> None:
    """The letter of "trước ngày 30/6" ends 29/6 24:00 in Việt Nam; an extension moves it, also afterwards."""
    assert deadline_of("2025-2026", cohort) == instant
    assert report_deadline_of("2025-2026", cohort) == to_bo
    assert is_late(instant, "2025-2026", cohort)
    assert not is_late(instant - timedelta(microseconds=1), "2025-2026", cohort)
    assert not is_late(instant, "2025-2026", cohort, extended_to=instant + timedelta(days=1))


@pytest.mark.parametrize("cohort", ["transfer", "correction"])
def test_transfer_and_correction_have_no_deadline(cohort: str) -> None:
    """A leaving pupil is never late, and a corrected document neither."""
    assert deadline_of("2025-2026", cohort) is None
    assert report_deadline_of("2025-2026", cohort) is None
    assert not is_late(datetime(2030, 1, 1, tzinfo=UTC), "2025-2026", cohort)


def test_civil_date_is_that_of_viet_nam() -> None:
    """17:00 UTC is midnight there; the effective date follows it."""
    assert civil_date(datetime(2026, 6, 29, 16, 59, 59, tzinfo=UTC)) == date(2026, 6, 29)
    assert effective_on(datetime(2026, 6, 29, 17, tzinfo=UTC)) == date(2026, 6, 30)


def test_time_without_zone_is_our_own_fault() -> None:
    """A naive time never becomes a date by the machine's own zone."""
    naive = datetime(2026, 6, 29)
    for use in (lambda: civil_date(naive), lambda: is_late(naive, "2025-2026", "completed")):
        with pytest.raises(Corrupt) as caught:
            use()
        assert caught.value.code == "CLOCK_WITHOUT_ZONE"
