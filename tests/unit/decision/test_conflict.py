"""Rulings between two schools that claim one pupil: what moves, what stays, and what there is nothing to rule about."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.decision import Known, Outcome, RecordKey, RoundKey, decide
from hub.domain.findings import refuses
from tests.unit.decision.builders import (
    AT,
    OTHER_SCHOOL,
    SCHOOL,
    SO,
    THIRD_SCHOOL,
    YEAR,
    a_judged,
    a_recall,
    a_submission,
    codes_of,
)
from tests.unit.decision.decision_builders import a_ruling
from tests.unit.decision.test_submission import a_current, closed, decided, known_of

RIGHT, WRONG, THIRD = (a_judged(school=s) for s in (SCHOOL, OTHER_SCHOOL, THIRD_SCHOOL))
RIGHT_RECORD = RecordKey(SCHOOL, "id:1", YEAR, "year")
ROUND, OTHER_ROUND = (RoundKey(s, YEAR, "completed", 1) for s in (SCHOOL, OTHER_SCHOOL))


def moved(outcome: Outcome) -> list[tuple[str, str]]:
    return [(move.document.record.school, move.state) for move in outcome.moves]


def told(outcome: Outcome) -> list[tuple[str, str, list[str]]]:
    return [(f.document.record.school, f.state, [found.code for found in f.findings]) for f in outcome.follow_ups]


def ruled(known: Known) -> Known:
    """Rule for the first school, in what is known."""
    outcome, after = decide(a_ruling(), known, SO)
    assert outcome.outcome == "accepted"
    return after


def test_ruling_releases_the_right_one_and_refuses_the_other() -> None:
    """Both schools are told, each about its own transcript."""
    outcome = decided(a_ruling(), a_current(RIGHT, "held"), a_current(WRONG, "held"))
    assert (outcome.outcome, codes_of(outcome)) == ("accepted", [])
    assert moved(outcome) == [(OTHER_SCHOOL, "refused"), (SCHOOL, "open")]
    assert told(outcome) == [(OTHER_SCHOOL, "refused", ["CONFLICT_RULED_AGAINST"]), (SCHOOL, "open", [])]
    assert outcome.follow_ups[0].findings[0].facts == {"school": SCHOOL, "number": "QĐ ruling-0001"}
    assert outcome.ruling is not None
    assert (outcome.ruling.school, outcome.ruling.not_of, outcome.ruling.decided.at) == (SCHOOL, OTHER_SCHOOL, AT)


def test_ruling_refuses_a_transcript_that_waits_for_its_certificate() -> None:
    """Whatever its certificate, it is not this school's pupil."""
    outcome = decided(a_ruling(), a_current(RIGHT, "held"), a_current(WRONG, "pending"))
    assert moved(outcome) == [(OTHER_SCHOOL, "refused"), (SCHOOL, "open")]


def test_ruling_leaves_the_right_one_waiting_when_its_certificate_is_unknown() -> None:
    """It is decided when the status is known, and then no rival is left."""
    outcome = decided(a_ruling(), a_current(RIGHT, "pending"), a_current(WRONG, "held"))
    assert moved(outcome) == [(OTHER_SCHOOL, "refused")]


@pytest.mark.parametrize("state", ["open", "locked"])
@pytest.mark.parametrize("round_state", ["closing", "locked"])
def test_ruling_undoes_no_lock(state: str, round_state: str) -> None:
    """What the other school has locked stays; the right one is released beside it, and the receipt says so."""
    rows = (a_current(RIGHT, "held"), a_current(WRONG, state))
    outcome = decided(a_ruling(), *rows, b=closed(round_state, OTHER_ROUND))
    assert (outcome.outcome, codes_of(outcome)) == ("accepted", ["CONFLICT_OTHER_LOCKED"])
    assert outcome.findings[0].facts["by"] == f"principal {OTHER_SCHOOL}"
    assert (moved(outcome), told(outcome)) == ([(SCHOOL, "open")], [(SCHOOL, "open", [])])


@pytest.mark.parametrize("round_state", ["closing", "locked"])
def test_ruling_refuses_the_right_one_when_its_round_was_closed_without_it(round_state: str) -> None:
    """It cannot join a lock that was asked for without it; the further round is named."""
    rows = (a_current(RIGHT, "held"), a_current(WRONG, "held"))
    outcome = decided(a_ruling(), *rows, a=closed(round_state))
    assert (outcome.outcome, codes_of(outcome)) == ("accepted", ["CONFLICT_ROUND_CLOSED"])
    assert not refuses(outcome.findings)
    assert moved(outcome) == [(OTHER_SCHOOL, "refused"), (SCHOOL, "refused")]
    assert told(outcome)[1] == (SCHOOL, "refused", ["CONFLICT_ROUND_CLOSED"])


def test_right_school_reports_again_in_the_further_round_and_is_not_held() -> None:
    """Its first transcript was refused with the round; the ruling still stands for it."""
    known = known_of(a_current(RIGHT, "held"), a_current(WRONG, "locked"), a=closed(), b=closed("locked", OTHER_ROUND))
    outcome, _ = decide(a_submission(RIGHT, number=2), ruled(known), SO)
    assert [(a.outcome, a.state) for a in outcome.answers] == [("accepted", "open")]


def test_ruling_holds_the_right_one_while_a_third_school_claims_the_pupil() -> None:
    """Between these two nothing is decided yet."""
    rows = [a_current(d, "held") for d in (RIGHT, WRONG, THIRD)]
    outcome = decided(a_ruling(), *rows)
    assert (moved(outcome), codes_of(outcome)) == ([(OTHER_SCHOOL, "refused")], ["CONFLICT_OTHERS_REMAIN"])
    known = ruled(known_of(*rows))
    last, _ = decide(a_ruling(not_of=THIRD_SCHOOL, command_id="ruling-0002"), known, SO)
    assert moved(last) == [(THIRD_SCHOOL, "refused"), (SCHOOL, "open")]


def test_ruling_is_refused_when_no_conflict_stands() -> None:
    """The school that has nothing current is named."""
    for rows, absent in (((), SCHOOL), ((a_current(RIGHT),), OTHER_SCHOOL), ((a_current(WRONG),), SCHOOL)):
        outcome = decided(a_ruling(), *rows)
        assert (outcome.outcome, codes_of(outcome)) == ("refused", ["CONFLICT_NOT_STANDING"])
        assert outcome.findings[0].facts == {"school": absent}
        assert (outcome.ruling, outcome.moves) == (None, ())


def test_ruling_is_refused_when_it_is_about_another_period() -> None:
    """The conflict is about one year and period."""
    rows = (a_current(RIGHT, "held"), a_current(WRONG, "held"))
    assert codes_of(decided(a_ruling(period="semester_1"), *rows)) == ["CONFLICT_NOT_STANDING"]


def test_ruling_is_refused_when_it_names_one_school_twice() -> None:
    """Nobody is ruled against himself."""
    outcome = decided(a_ruling(not_of=SCHOOL), a_current(RIGHT, "held"), a_current(WRONG, "held"))
    assert codes_of(outcome) == ["CONFLICT_SAME_SCHOOL"]


def test_ruling_is_told_when_it_stands_already() -> None:
    """The number of the first decision is named."""
    known = ruled(known_of(a_current(RIGHT, "held"), a_current(WRONG, "held")))
    outcome, _ = decide(a_ruling(command_id="ruling-0002", offset=1), known, SO)
    assert codes_of(outcome) == ["CONFLICT_RULED_ALREADY"]
    assert outcome.findings[0].facts == {"number": "QĐ ruling-0001"}


def test_school_that_was_ruled_against_cannot_report_the_pupil_again() -> None:
    """It would hold the right one once more; other periods are not concerned."""
    known = ruled(known_of(a_current(RIGHT, "held"), a_current(WRONG, "held")))
    again = a_judged(school=OTHER_SCHOOL, text="again")
    outcome, known = decide(a_submission(again, school=OTHER_SCHOOL), known, SO)
    assert (codes_of(outcome, 0), outcome.moves) == (["CONFLICT_RULED_AGAINST"], ())
    other = a_judged(school=OTHER_SCHOOL, period="semester_1")
    outcome, _ = decide(a_submission(other, school=OTHER_SCHOOL, cohort="transfer", command_id="submit-2"), known, SO)
    assert [a.outcome for a in outcome.answers] == ["accepted"]


def test_right_school_replaces_its_transcript_without_being_held() -> None:
    """Also beside a locked one of the school that was ruled against."""
    known = known_of(a_current(RIGHT, "held"), a_current(WRONG, "locked"), b=closed("locked", OTHER_ROUND))
    newer = a_judged(text="second", supersedes=RIGHT.document_sha256)
    outcome, _ = decide(a_submission(newer), ruled(known), SO)
    assert [(a.outcome, a.state) for a in outcome.answers] == [("accepted", "open")]


def test_third_school_still_makes_a_conflict() -> None:
    """A ruling stands between two schools only."""
    known = ruled(known_of(a_current(RIGHT, "held"), a_current(WRONG, "held")))
    outcome, _ = decide(a_submission(THIRD, school=THIRD_SCHOOL), known, SO)
    assert ([a.state for a in outcome.answers], moved(outcome)) == (["held"], [(SCHOOL, "held")])


def test_later_ruling_for_the_other_school_turns_the_first_one_round() -> None:
    """What is open is refused, the bar falls, and the other school reports anew."""
    known = ruled(known_of(a_current(RIGHT, "held"), a_current(WRONG, "held")))
    turned = a_ruling(school=OTHER_SCHOOL, not_of=SCHOOL, command_id="ruling-0002", at=AT + timedelta(hours=1))
    outcome, known = decide(turned, known, SO)
    assert (outcome.outcome, moved(outcome)) == ("accepted", [(SCHOOL, "held"), (SCHOOL, "refused")])
    again, _ = decide(a_submission(WRONG, school=OTHER_SCHOOL), known, SO)
    assert [(a.outcome, a.state) for a in again.answers] == [("accepted", "open")]


_PLACES = [
    ({"at": AT, "part": 5, "offset": 9}, {"at": AT + timedelta(seconds=1), "part": 0, "offset": 0}),
    ({"at": AT, "part": 0, "offset": 9}, {"at": AT, "part": 1, "offset": 0}),
    ({"at": AT, "part": 1, "offset": 2}, {"at": AT, "part": 1, "offset": 3}),
]
"""Two places in the log, the earlier first: by append time, else by partition and offset."""


@pytest.mark.parametrize(("earlier", "later"), _PLACES)
def test_earlier_ruling_is_refused_when_the_later_one_was_decided_before_it(
    earlier: dict[str, Any], later: dict[str, Any]
) -> None:
    """Their keys differ, so they may come in either order: the pupil keeps one transcript that stands."""
    known = known_of(a_current(RIGHT, "held"), a_current(WRONG, "held"))
    for_other = {"school": OTHER_SCHOOL, "not_of": SCHOOL, "command_id": "ruling-0002"}
    first, known = decide(a_ruling(**for_other, **later), known, SO)
    assert moved(first) == [(SCHOOL, "refused"), (OTHER_SCHOOL, "open")]
    late, known = decide(a_ruling(**earlier), known, SO)
    assert (late.outcome, codes_of(late), late.moves, late.ruling) == ("refused", ["CONFLICT_RULED_LATER"], (), None)
    since = later["at"].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert late.findings[0].facts == {"number": "QĐ ruling-0002", "since": since}
    again, _ = decide(a_submission(RIGHT), known, SO)
    assert codes_of(again, 0) == ["CONFLICT_RULED_AGAINST"]


@pytest.mark.parametrize(("earlier", "later"), _PLACES)
@pytest.mark.parametrize("turned", [False, True])
def test_ruling_that_counts_is_the_later_one_in_whichever_order_they_are_decided(
    earlier: dict[str, Any], later: dict[str, Any], turned: bool
) -> None:
    """Also when the rows that were written are read again, in any order."""
    commands = [
        a_ruling(**earlier), a_ruling(school=OTHER_SCHOOL, not_of=SCHOOL, command_id="ruling-0002", **later),
    ]  # fmt: skip
    known = known_of(a_current(RIGHT, "held"), a_current(WRONG, "held"))
    for command in reversed(commands) if turned else commands:
        _, known = decide(command, known, SO)
    written = known.rulings["id:1", YEAR, "year"]
    for rows in (written, written[::-1]):
        counting = replace(known, rulings={("id:1", YEAR, "year"): rows}).ruling(RIGHT_RECORD, OTHER_SCHOOL)
        assert counting is not None
        assert (counting.school, counting.decided.number) == (OTHER_SCHOOL, "QĐ ruling-0002")


def test_refusal_frees_whom_the_wrong_school_alone_held_up() -> None:
    """Here the right school has nothing current: a third one is alone now."""
    known = ruled(known_of(a_current(RIGHT, "held"), a_current(WRONG, "held")))
    _, known = decide(a_submission(THIRD, school=THIRD_SCHOOL), known, SO)
    turned = a_ruling(school=OTHER_SCHOOL, not_of=SCHOOL, command_id="ruling-0002", at=AT + timedelta(hours=1))
    outcome, _ = decide(turned, known, SO)
    assert moved(outcome) == [(SCHOOL, "refused"), (THIRD_SCHOOL, "open")]
    assert told(outcome)[1] == (THIRD_SCHOOL, "open", [])


def test_recall_of_the_last_rival_frees_the_one_for_whom_was_ruled() -> None:
    """The locked transcript that was ruled against counts as no rival."""
    known = known_of(
        a_current(RIGHT, "held"), a_current(WRONG, "locked"), a_current(THIRD, "held"),
        b=closed("locked", OTHER_ROUND),
    )  # fmt: skip
    recall = a_recall(THIRD.document_sha256, school=THIRD_SCHOOL)
    outcome, _ = decide(recall, ruled(known), SO)
    assert moved(outcome) == [(THIRD_SCHOOL, "recalled"), (SCHOOL, "open")]
