"""A lock beside the roster: whom it leaves out is told or refuses, as the Sở's policy says; counts only."""

from typing import Any

import pytest
from msgspec.structs import replace as with_fields

from hub.catalogue import Severity
from hub.decision import Known, Outcome, Prepared, RoundRow, decide
from hub.domain.statements import LockRequest, Unreported, encode, read
from hub.trust import LockPolicy
from tests.unit.decision.builders import SO, a_command, a_judged, a_lock_request, a_submission, codes_of
from tests.unit.decision.test_submission import ROUND, a_current

OPEN = RoundRow(ROUND, "open")
DOCUMENT = a_judged("id:1")
ROSTER = ("id:1", "id:2", "id:3")
EVERY = frozenset({"left", "moved", "supplementary"})
WARN, REFUSE, IGNORE = (LockPolicy(word, EVERY) for word in ("warn", "refuse", "ignore"))


def a_request(policy: LockPolicy = REFUSE, cohort: str = "completed", **reasons: str) -> Prepared:
    """Ask to lock the one document; `reasons` are by the number of the pupil (p2="moved")."""
    asked = a_lock_request([DOCUMENT.document_sha256], cohort=cohort)
    assert isinstance(asked.command, LockRequest)
    listed = tuple(Unreported(pupil=f"id:{name[1:]}", reason=reason) for name, reason in reasons.items())  # type: ignore[arg-type]
    statement = with_fields(asked.command, unreported=listed) if listed else asked.command
    return a_command(statement, lock_policy=policy)


def locked(
    request: Prepared, roster: tuple[str, ...] | None = ROSTER, *more: Any, cohort: str = "completed"
) -> Outcome:
    place = ROUND._replace(cohort=cohort)
    known = Known(rounds={place: RoundRow(place, "open")})
    known.add([a_current(DOCUMENT, round=place), *more])
    if roster is not None:
        known.rosters[request.message_sha256] = roster
    return decide(request, known, SO)[0]


@pytest.mark.parametrize(("policy", "outcome"), [(WARN, "accepted"), (REFUSE, "refused")])
def test_missing_pupils_are_counted_and_refuse_only_where_the_policy_demands_it(
    policy: LockPolicy, outcome: str
) -> None:
    """The same finding, as a warning in the receipt of an accepted lock or as the reason of a refusal."""
    found = locked(a_request(policy, p2="moved"))
    assert (found.outcome, codes_of(found)) == (outcome, ["LOCK_ROSTER_INCOMPLETE"])
    assert found.findings[0].facts == {"missing": "1", "expected": "3", "explained": "1"}
    assert (found.findings[0].severity is Severity.REFUSE, found.closing is None) == (
        policy is REFUSE,
        policy is REFUSE,
    )


@pytest.mark.parametrize(
    ("request_", "roster"),
    [
        (a_request(p2="moved", p3="supplementary"), ROSTER),
        (a_request(), ("id:1",)),
        (a_request(IGNORE), ROSTER),
        (a_request(), ()),
    ],
)
def test_lock_closes_the_round_when_every_missing_pupil_is_explained(
    request_: Prepared, roster: tuple[str, ...]
) -> None:
    """Or nobody is missing, or the policy does not ask."""
    found = locked(request_, roster)
    assert (found.outcome, codes_of(found)) == ("accepted", [])
    assert found.closing is not None


def test_reason_that_the_policy_does_not_pass_explains_nobody() -> None:
    """A Sở may accept who moved and not who merely left."""
    found = locked(a_request(LockPolicy("refuse", frozenset({"moved"})), p2="moved", p3="left"))
    assert (found.outcome, found.findings[0].facts["missing"]) == ("refused", "1")


def test_pupil_with_a_document_in_another_round_of_the_year_is_not_missing() -> None:
    """Whoever is in the supplementary round, or left in a transfer round, stands there; a recalled one does not."""
    late = a_current(a_judged("id:2"), round=ROUND._replace(cohort="supplementary"))
    left = a_current(a_judged("id:3", period="semester_1"), round=ROUND._replace(cohort="transfer"))
    assert locked(a_request(), ROSTER, late, left).outcome == "accepted"
    recalled = a_current(a_judged("id:3"), "recalled")
    assert locked(a_request(), ROSTER, late, recalled).findings[0].facts["missing"] == "1"


def test_document_of_another_school_reports_nobody_here() -> None:
    """Only what this school sent counts: a replay of its partition alone must decide the same."""
    other = a_current(a_judged("id:2", school="0101002"))
    assert locked(a_request(), ("id:1", "id:2"), other).outcome == "refused"


def test_lock_of_a_transfer_round_asks_no_roster() -> None:
    """A leaving pupil does not wait for the others."""
    assert codes_of(locked(a_request(cohort="transfer"), cohort="transfer")) == []


@pytest.mark.parametrize(("policy", "codes"), [(REFUSE, ["LOCK_ROSTER_ABSENT"]), (WARN, []), (IGNORE, [])])
def test_school_is_not_turned_away_when_its_roster_was_never_registered(policy: LockPolicy, codes: list[str]) -> None:
    """The Sở has not said whom it expects; that is told where it demands completeness."""
    found = locked(a_request(policy), None)
    assert (found.outcome, codes_of(found)) == ("accepted", codes)


def test_reason_for_a_pupil_who_is_not_missing_is_told_and_harms_nothing() -> None:
    """A mistyped identifier should not pass unseen."""
    found = locked(a_request(p1="left", p9="moved", p2="moved", p3="moved"))
    assert (found.outcome, codes_of(found)) == ("accepted", ["LOCK_UNREPORTED_NEEDLESS"])
    assert found.findings[0].facts == {"count": "2"}


def test_submission_in_the_same_batch_counts_for_the_lock_behind_it() -> None:
    """What was accepted a moment ago is reported."""
    asked = a_request()
    known = Known(rounds={ROUND: OPEN}, rosters={asked.message_sha256: ("id:1",)})
    _, known = decide(a_submission(DOCUMENT), known, SO)
    outcome, _ = decide(asked, known, SO)
    assert (outcome.outcome, codes_of(outcome)) == ("accepted", [])


def test_refused_set_is_told_before_the_roster_is_looked_at() -> None:
    """One thing at a time: another set means another list of missing pupils."""
    asked = a_lock_request([], lock_policy=REFUSE)
    assert codes_of(locked(asked)) == ["LOCK_SET_DIFFERS"]


def test_lock_request_with_unreported_pupils_reads_back_as_it_was_signed() -> None:
    """And one without them has the bytes that it always had."""
    for request in (a_request(p2="moved"), a_request()):
        assert isinstance(request.command, LockRequest)
        assert read(encode(request.command), LockRequest) == request.command
        assert (b"unreported" in request.statement) == (request.command.unreported != a_request().command.unreported)  # type: ignore[union-attr]
