"""Who may issue a look-up slip: the school with the newest locked transcript, or with the pupil on its roster."""

from collections.abc import Mapping

import pytest

from hub.decision import Known, Outcome, decide
from hub.decision.known import SlipGround
from hub.domain.locator import derive
from hub.domain.statements import SlipIssue
from tests.unit.decision.builders import OTHER_SCHOOL, SCHOOL, SO, YEAR, a_command, codes_of

LOCATOR = derive(b"k" * 32, "01", "id:1", 0)


def a_slip(
    locator: str = LOCATOR, student_code: str = "HS1", command_id: str = "slip-0001", school_year: str = YEAR
) -> SlipIssue:
    return SlipIssue(
        by="school", command_id=command_id, commitment="ab" * 32, issued_at="2026-06-15T02:59:00Z", locator=locator,
        school=SCHOOL, school_year=school_year, so=SO, student_code=student_code, type="vn.hocba.slip/1",
    )  # fmt: skip


def decided(
    newest: str | None, codes: Mapping[str, str], schools: frozenset[str] = frozenset(), **changes: str
) -> Outcome:
    known = Known(slips={LOCATOR: SlipGround(newest, codes, schools)})
    return decide(a_command(a_slip(**changes)), known, SO)[0]


def test_school_of_the_newest_locked_transcript_issues_a_slip() -> None:
    outcome = decided(SCHOOL, {SCHOOL: "HS1", OTHER_SCHOOL: "X"})
    assert (outcome.outcome, outcome.slip) == ("accepted", True)


def test_school_that_expects_the_pupil_issues_a_slip() -> None:
    """A pupil who has moved: the new school has locked nothing yet."""
    outcome = decided(OTHER_SCHOOL, {OTHER_SCHOOL: "X"}, frozenset({SCHOOL}))
    assert (outcome.outcome, outcome.slip) == ("accepted", True)


@pytest.mark.parametrize(
    ("newest", "codes", "code"),
    [
        (OTHER_SCHOOL, {SCHOOL: "HS1", OTHER_SCHOOL: "X"}, "HS1"),  # the pupil has moved on
        (SCHOOL, {SCHOOL: "HS1"}, "HS2"),  # another pupil's code
        (None, {}, "HS1"),
    ],
)
def test_slip_of_another_pupil_is_refused_with_one_code(
    newest: str | None, codes: Mapping[str, str], code: str
) -> None:
    """A school does not learn from the answer where a pupil is."""
    outcome = decided(newest, codes, student_code=code)
    assert (outcome.outcome, codes_of(outcome), outcome.slip) == ("refused", ["SLIP_PUPIL_NOT_YOURS"], False)


def test_slip_for_a_locator_of_nobody_is_refused_with_the_same_code() -> None:
    outcome = decide(a_command(a_slip()), Known(), SO)[0]
    assert codes_of(outcome) == ["SLIP_PUPIL_NOT_YOURS"]


def test_slip_for_a_mistyped_locator_is_refused() -> None:
    wrong = LOCATOR[:-1] + ("0" if LOCATOR[-1] != "0" else "1")
    assert codes_of(decided(SCHOOL, {}, locator=wrong)) == ["LOCATOR_CHECK_SYMBOL"]


def test_slip_for_no_school_year_is_refused() -> None:
    assert codes_of(decided(SCHOOL, {SCHOOL: "HS1"}, school_year="2025-2027")) == ["SCHOOL_YEAR_NOT_CONSECUTIVE"]


@pytest.mark.parametrize("told", ["accepted", "refused"])
def test_replay_gives_the_answer_that_was_given(told: str) -> None:
    """What was locked by then may be locked sooner or later now."""
    command = a_command(a_slip())
    ground = SlipGround(SCHOOL, {SCHOOL: "HS1"}) if told == "refused" else None
    known = Known(slips={} if ground is None else {LOCATOR: ground}, slips_told={command.message_sha256: told})
    assert decide(command, known, SO)[0].outcome == told
