"""Links between identifiers: who is one person from now on, and what that does to what schools reported."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.decision import Known, Outcome, RoundKey, decide
from hub.domain.linking import Links
from tests.unit.decision.builders import (
    AT,
    OTHER_SCHOOL,
    SCHOOL,
    SO,
    YEAR,
    a_judged,
    a_recall,
    a_submission,
    answers_of,
    codes_of,
)
from tests.unit.decision.decision_builders import FORMER, PRESENT, THIRD, a_link, a_ruling
from tests.unit.decision.test_submission import a_current, closed, decided, known_of

OLD, NEW = a_judged(FORMER), a_judged(PRESENT, school=OTHER_SCHOOL)
OTHER_ROUND = RoundKey(OTHER_SCHOOL, YEAR, "completed", 1)


def moved(outcome: Outcome) -> list[tuple[str, str]]:
    return [(move.document.record.school, move.state) for move in outcome.moves]


def linked(known: Known, **changes: Any) -> Known:
    outcome, after = decide(a_link(**changes), known, SO)
    assert outcome.outcome == "accepted", codes_of(outcome)
    return after


@pytest.mark.parametrize("action", ["correct", "merge"])
def test_link_is_made_when_a_document_names_the_former_identifier(action: str) -> None:
    """Nothing moves while one school claims the person."""
    outcome = decided(a_link(action=action), a_current(OLD))
    assert (outcome.outcome, codes_of(outcome), outcome.moves) == ("accepted", [], ())
    assert outcome.linking is not None
    assert (outcome.linking.former, outcome.linking.present) == (FORMER, PRESENT)


def test_link_is_made_when_a_roster_names_the_former_identifier() -> None:
    """A pupil may be expected before anything is reported."""
    outcome, _ = decide(a_link(), Known(heard_of={FORMER}), SO)
    assert outcome.outcome == "accepted"


def test_link_is_refused_when_nobody_has_heard_of_the_former_identifier() -> None:
    """Also when the present one is known."""
    assert codes_of(decided(a_link(), a_current(NEW))) == ["IDENTITY_UNKNOWN"]


def test_link_is_refused_when_both_identifiers_are_one() -> None:
    """There is nothing to correct."""
    assert codes_of(decided(a_link(present=FORMER), a_current(OLD))) == ["IDENTITY_LINK_TO_ITSELF"]


@pytest.mark.parametrize("present", ["id:12345678901", "id:1234567890123", "passport:VN", "school:0101001:", "0" * 12])
def test_link_is_refused_when_the_present_identifier_has_no_known_form(present: str) -> None:
    """A slip of the pen would make a pupil whom no document can name."""
    assert codes_of(decided(a_link(present=present), a_current(OLD))) == ["IDENTITY_FORM_WRONG"]


def test_link_is_told_when_it_stands_already() -> None:
    """The second one changes nothing."""
    known = linked(known_of(a_current(OLD)))
    outcome, known = decide(a_link(command_id="link-0002"), known, SO)
    assert (codes_of(outcome), outcome.linking) == (["IDENTITY_LINK_STANDS"], None)


def test_link_is_refused_when_it_closes_a_circle() -> None:
    """Also over others; ended first, the other way is free."""
    known = linked(known_of(a_current(OLD), a_current(NEW)))
    known = linked(known, former=PRESENT, present=THIRD, command_id="link-0002")
    back = a_link(THIRD, FORMER, command_id="link-0003")
    known.heard_of.add(THIRD)
    outcome, known = decide(back, known, SO)
    assert codes_of(outcome) == ["IDENTITY_LINK_CIRCLE"]
    known = linked(known, action="separate", command_id="link-0004")
    outcome, _ = decide(a_link(THIRD, FORMER, command_id="link-0005"), known, SO)
    assert outcome.outcome == "accepted"


def test_later_link_of_an_identifier_takes_the_place_of_the_earlier() -> None:
    """An identifier has one present."""
    known = linked(linked(known_of(a_current(OLD))), present=THIRD, command_id="link-0002")
    assert known.links == Links({FORMER: THIRD})


_PLACES = [
    ({"at": AT, "part": 5, "offset": 9}, {"at": AT + timedelta(seconds=1), "part": 0, "offset": 0}),
    ({"at": AT, "part": 0, "offset": 9}, {"at": AT, "part": 1, "offset": 0}),
    ({"at": AT, "part": 1, "offset": 2}, {"at": AT, "part": 1, "offset": 3}),
]
"""Two places in the log, the earlier first: by append time, else by partition and offset."""


@pytest.mark.parametrize(("earlier", "later"), _PLACES)
def test_earlier_link_is_refused_when_the_later_one_was_decided_before_it(
    earlier: dict[str, Any], later: dict[str, Any]
) -> None:
    """What is known goes on as the rows say: the later decision of the identifier counts, and is named."""
    known = linked(known_of(a_current(OLD)), present=THIRD, command_id="link-0002", **later)
    for action in ("correct", "separate"):
        late, known = decide(a_link(action=action, command_id=f"late-{action}", **earlier), known, SO)
        assert (codes_of(late), late.linking) == (["IDENTITY_DECIDED_LATER"], None)
        since = later["at"].strftime("%Y-%m-%dT%H:%M:%SZ")
        assert late.findings[0].facts == {"number": "QĐ link-0002", "since": since}
    assert known.links == Links({FORMER: THIRD})


@pytest.mark.parametrize(("earlier", "later"), _PLACES)
@pytest.mark.parametrize("turned", [False, True])
def test_link_that_counts_is_the_later_one_in_whichever_order_they_are_decided(
    earlier: dict[str, Any], later: dict[str, Any], turned: bool
) -> None:
    """The memory of a batch says what the newest of the written rows says."""
    commands = [a_link(**earlier), a_link(present=THIRD, command_id="link-0002", **later)]
    known, written = known_of(a_current(OLD)), []
    for command in reversed(commands) if turned else commands:
        outcome, known = decide(command, known, SO)
        written += [outcome.linking] if outcome.linking is not None else []
    newest = max(written, key=lambda linking: linking.decided)
    assert known.links == Links({FORMER: THIRD}) == Links({newest.former: newest.present or ""})
    assert known.links.decided(FORMER) == newest.decided


def test_earlier_link_is_refused_when_a_separation_was_decided_before_it() -> None:
    """An ended link is remembered too: the later word was that they are two persons."""
    known = linked(known_of(a_current(OLD)))
    known = linked(known, action="separate", command_id="link-0003", offset=3)
    late, known = decide(a_link(present=THIRD, command_id="link-0002", offset=2), known, SO)
    assert codes_of(late) == ["IDENTITY_DECIDED_LATER"]
    assert known.links == Links()


def test_separation_ends_a_link_and_no_other() -> None:
    """The pair must be the one that stands."""
    known = linked(known_of(a_current(OLD)))
    other, known = decide(a_link(present=THIRD, action="separate", command_id="link-0002"), known, SO)
    assert codes_of(other) == ["IDENTITY_LINK_NONE"]
    known = linked(known, action="separate", command_id="link-0003")
    assert known.links == Links()


def test_link_holds_what_two_schools_reported_of_one_person() -> None:
    """They claim one pupil from now on, and each is told about its own transcript."""
    outcome = decided(a_link(), a_current(OLD), a_current(NEW))
    assert moved(outcome) == [(SCHOOL, "held"), (OTHER_SCHOOL, "held")]
    assert codes_of(outcome) == ["IDENTITY_CLAIMED_TWICE"]
    assert outcome.findings[0].facts == {"count": "2"}
    assert [[f.code for f in one.findings] for one in outcome.follow_ups] == [["PUPIL_CLAIMED_TWICE"]] * 2


def test_link_leaves_a_closed_round_as_it_was_asked_for() -> None:
    """What will be locked there is not held; the other one is."""
    outcome = decided(a_link(), a_current(OLD), a_current(NEW), b=closed("closing", OTHER_ROUND))
    assert moved(outcome) == [(SCHOOL, "held")]


def test_separation_releases_what_was_held_for_the_link() -> None:
    """Both claim a pupil of their own again."""
    known = linked(known_of(a_current(OLD), a_current(NEW)))
    outcome, _ = decide(a_link(action="separate", command_id="link-0002"), known, SO)
    assert sorted(moved(outcome)) == [(SCHOOL, "open"), (OTHER_SCHOOL, "open")]


def test_link_tells_of_two_records_of_one_school() -> None:
    """The documents stay as they were signed; the school recalls one."""
    twin = a_judged(PRESENT)
    outcome = decided(a_link(), a_current(OLD), a_current(twin))
    assert (codes_of(outcome), outcome.moves) == (["IDENTITY_RECORD_DOUBLED"], ())
    assert outcome.findings[0].facts == {"count": "2"}


def test_later_submission_of_a_linked_identifier_is_claimed_twice() -> None:
    """Another school's transcript under the present identifier meets the one under the former."""
    known = linked(known_of(a_current(OLD)))
    outcome, _ = decide(a_submission(NEW, school=OTHER_SCHOOL), known, SO)
    assert (answers_of(outcome), codes_of(outcome, 0)) == ([("accepted", "held")], ["PUPIL_CLAIMED_TWICE"])
    assert moved(outcome) == [(SCHOOL, "held")]


def test_second_record_of_one_school_and_person_is_refused() -> None:
    """The hash of the one that stands is told; recalled, it makes room."""
    known = linked(known_of(a_current(OLD)))
    twin = a_judged(PRESENT)
    outcome, known = decide(a_submission(twin), known, SO)
    assert codes_of(outcome, 0) == ["IDENTITY_RECORD_STANDS"]
    assert outcome.answers[0].findings[0].facts == {"current": OLD.document_sha256.hex()}
    _, known = decide(a_recall(OLD.document_sha256), known, SO)
    outcome, _ = decide(a_submission(twin, command_id="submit-0002"), known, SO)
    assert answers_of(outcome) == [("accepted", "open")]


def test_submission_names_no_person_twice_under_two_identifiers() -> None:
    """Which one is meant is not ours to say; the others of the class stand."""
    known = replace(Known(), links=Links({FORMER: PRESENT}))
    rest = a_judged(THIRD)
    outcome, _ = decide(a_submission(a_judged(FORMER), a_judged(PRESENT), rest), known, SO)
    assert [a.outcome for a in outcome.answers] == ["refused", "refused", "accepted"]
    assert codes_of(outcome, 1) == ["PUPIL_TWICE_IN_SUBMISSION"]


def test_recall_under_one_identifier_frees_the_claimant_under_the_other() -> None:
    """They were two claimants of one person."""
    known = linked(known_of(a_current(OLD), a_current(NEW)))
    outcome, _ = decide(a_recall(OLD.document_sha256), known, SO)
    assert moved(outcome) == [(SCHOOL, "recalled"), (OTHER_SCHOOL, "open")]


def test_ruling_finds_the_claimants_under_both_identifiers() -> None:
    """Whichever of them the decision names."""
    for pupil in (FORMER, PRESENT):
        known = linked(known_of(a_current(OLD), a_current(NEW)))
        outcome, known = decide(a_ruling(pupil), known, SO)
        assert sorted(moved(outcome)) == [(SCHOOL, "open"), (OTHER_SCHOOL, "refused")]
        again, _ = decide(a_submission(a_judged(FORMER, school=OTHER_SCHOOL), school=OTHER_SCHOOL), known, SO)
        assert codes_of(again, 0) == ["CONFLICT_RULED_AGAINST"]


def test_same_ruling_is_given_again_for_what_a_link_brought_in() -> None:
    """The school that was ruled against has reported the person under the other identifier before."""
    under = [a_judged(FORMER), a_judged(FORMER, school=OTHER_SCHOOL), a_judged(PRESENT, school=OTHER_SCHOOL)]
    known = known_of(a_current(under[0], "held"), a_current(under[1], "held"), a_current(under[2]))
    _, known = decide(a_ruling(FORMER), known, SO)
    outcome, known = decide(a_link(), known, SO)
    assert moved(outcome) == [(OTHER_SCHOOL, "held")]
    again, _ = decide(a_ruling(PRESENT, command_id="ruling-0002"), known, SO)
    assert (again.outcome, moved(again)) == ("accepted", [(OTHER_SCHOOL, "refused")])
