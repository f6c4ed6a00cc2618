"""Submissions: which transcripts may stand, and why the others do not."""

from dataclasses import replace

import pytest

from hub.decision import Current, Judged, Known, Outcome, Prepared, RecordKey, RoundKey, RoundRow, decide
from hub.domain.findings import finding
from tests.unit.decision.builders import (
    AT,
    LATE,
    OTHER_SCHOOL,
    SCHOOL,
    SO,
    THIRD_SCHOOL,
    YEAR,
    a_judged,
    a_submission,
    answers_of,
    codes_of,
    sha,
)

ROUND = RoundKey(SCHOOL, YEAR, "completed", 1)


def a_current(document: Judged, state: str = "open", version: int = 1, **changes: object) -> Current:
    record = document.record
    assert record is not None
    key = RoundKey(record.school, YEAR, "completed", 1)
    row = Current(sha(f"earlier {version}"), 0, document.document_sha256, record, key, version, state)
    return replace(row, **changes)  # type: ignore[arg-type]


def known_of(*rows: Current, **rounds: RoundRow) -> Known:
    known = Known(rounds={row.key: row for row in rounds.values()})
    known.add(rows)
    return known


def decided(command: Prepared, *rows: Current, **rounds: RoundRow) -> Outcome:
    return decide(command, known_of(*rows, **rounds), SO)[0]


def closed(state: str = "closing", key: RoundKey = ROUND) -> RoundRow:
    return RoundRow(key, state, AT, f"principal {key.school}")


def test_submission_is_accepted_with_every_good_transcript() -> None:
    """The first version of each record stands open, in time."""
    outcome = decided(a_submission(a_judged("id:1"), a_judged("id:2")))
    assert outcome.outcome == "accepted"
    assert answers_of(outcome) == [("accepted", "open")] * 2
    assert [(new.current.version, new.current.round, new.late) for new in outcome.accepted] == [(1, ROUND, False)] * 2
    assert outcome.seen.holds_id


def test_submission_is_partly_accepted_when_one_transcript_is_refused() -> None:
    """A bad transcript does not keep the good ones out, and keeps all its findings."""
    bad = a_judged("id:2", findings=(finding("SCHOOL_UNKNOWN"), finding("SIGNATURE_MISSING")), record=None)
    outcome = decided(a_submission(a_judged("id:1"), bad))
    assert outcome.outcome == "partly_accepted"
    assert answers_of(outcome) == [("accepted", "open"), ("refused", None)]
    assert codes_of(outcome, 1) == ["SCHOOL_UNKNOWN", "SIGNATURE_MISSING"]


def test_submission_is_refused_when_all_its_transcripts_are() -> None:
    """Then nothing stands, but the id is used up."""
    outcome = decided(a_submission(a_judged(findings=(finding("SIGNATURE_MISSING"),), record=None)))
    assert (outcome.outcome, outcome.accepted, outcome.seen.holds_id) == ("refused", (), True)


def test_warning_does_not_keep_a_transcript_out() -> None:
    """It is told with the answer and kept with the document."""
    outcome = decided(a_submission(a_judged(findings=(finding("PERSONAL_ID_SEX_DIFFERS"),))))
    assert answers_of(outcome) == [("accepted", "open")]
    assert codes_of(outcome, 0) == ["PERSONAL_ID_SEX_DIFFERS"]
    assert [f.code for f in outcome.accepted[0].judged.findings] == ["PERSONAL_ID_SEX_DIFFERS"]


def test_all_or_nothing_refuses_good_transcripts_when_one_is_bad() -> None:
    """The good ones say why, the bad one keeps its own code; nothing moves."""
    first = a_judged("id:1")
    bad = a_judged("id:2", findings=(finding("SIGNATURE_MISSING"),), record=None)
    changed = a_judged("id:3", "second", supersedes=a_judged("id:3").document_sha256)
    outcome = decided(a_submission(first, bad, changed, mode="all_or_nothing"), a_current(a_judged("id:3")))
    assert (outcome.outcome, outcome.accepted, outcome.moves) == ("refused", (), ())
    assert [codes_of(outcome, n) for n in range(3)] == [["ALL_OR_NOTHING"], ["SIGNATURE_MISSING"], ["ALL_OR_NOTHING"]]


def test_all_or_nothing_accepts_when_all_are_good() -> None:
    """The mode changes nothing then."""
    outcome = decided(a_submission(a_judged("id:1"), a_judged("id:2"), mode="all_or_nothing"))
    assert (outcome.outcome, len(outcome.accepted)) == ("accepted", 2)


@pytest.mark.parametrize("state", ["open", "pending", "held", "locked"])
def test_current_document_is_unchanged_and_tells_its_state(state: str) -> None:
    """Also after the lock: a late repetition is no fault."""
    document = a_judged()
    outcome = decided(a_submission(document), a_current(document, state), a=closed("locked"))
    assert (outcome.outcome, answers_of(outcome), outcome.accepted) == ("accepted", [("unchanged", state)], ())


def test_changed_document_replaces_the_one_that_it_names() -> None:
    """The named one moves to replaced, the new one is the next version."""
    old = a_current(a_judged())
    outcome = decided(a_submission(a_judged(text="second", supersedes=old.document_sha256)), old)
    assert [(move.document, move.state) for move in outcome.moves] == [(old, "replaced")]
    assert outcome.accepted[0].current.version == 2


@pytest.mark.parametrize("named", [None, sha("something else")])
def test_changed_document_is_refused_unless_it_names_the_current_one(named: bytes | None) -> None:
    """The refusal says which one stands."""
    old = a_current(a_judged())
    outcome = decided(a_submission(a_judged(text="second", supersedes=named)), old)
    assert codes_of(outcome, 0) == ["SUPERSEDES_MISSING"]
    assert outcome.answers[0].findings[0].facts == {"current": old.document_sha256.hex()}


def test_first_document_is_refused_when_it_names_one_to_replace() -> None:
    """There is nothing that it could replace."""
    outcome = decided(a_submission(a_judged(supersedes=sha("nothing"))))
    assert codes_of(outcome, 0) == ["SUPERSEDES_UNKNOWN"]


def test_recalled_document_may_be_sent_again_as_a_new_version() -> None:
    """Also one that names what it replaced when it came first."""
    document = a_judged(text="second", supersedes=sha("first"))
    outcome = decided(a_submission(document), a_current(document, "recalled", version=2))
    assert answers_of(outcome) == [("accepted", "open")]
    assert outcome.accepted[0].current.version == 3


def test_locked_record_is_refused_with_who_locked_it_and_when() -> None:
    """After the lock only an unlock helps."""
    document = a_judged(text="second", supersedes=a_judged().document_sha256)
    outcome = decided(a_submission(document), a_current(a_judged(), "locked"), a=closed("locked"))
    assert codes_of(outcome, 0) == ["RECORD_LOCKED"]
    facts = {"by": f"principal {SCHOOL}", "since": "2026-06-15T03:00:00Z"}
    assert outcome.answers[0].findings[0].facts == facts


def test_locked_record_is_refused_even_when_its_round_is_not_known() -> None:
    """Then the facts say that they do not know."""
    outcome = decided(a_submission(a_judged(text="second")), a_current(a_judged(), "locked"))
    assert outcome.answers[0].findings[0].facts == {"by": "?", "since": "?"}


@pytest.mark.parametrize("state", ["closing", "locked"])
def test_closed_round_takes_no_new_transcript(state: str) -> None:
    """From the moment at which the lock request was accepted."""
    outcome = decided(a_submission(a_judged()), a=closed(state))
    assert codes_of(outcome, 0) == ["ROUND_CLOSED"]


def test_document_of_a_closing_round_is_not_replaced_from_another_round() -> None:
    """The set that was asked for would change before it is locked."""
    old = a_current(a_judged())
    changed = a_judged(text="second", supersedes=old.document_sha256)
    outcome = decided(a_submission(changed, cohort="supplementary"), old, a=closed())
    assert codes_of(outcome, 0) == ["ROUND_CLOSED"]
    assert outcome.moves == ()


def test_pupil_of_two_schools_is_held_at_both() -> None:
    """Both keep their document, both are told, neither may be locked."""
    other = a_current(a_judged(school=OTHER_SCHOOL))
    outcome = decided(a_submission(a_judged()), other)
    assert answers_of(outcome) == [("accepted", "held")]
    assert codes_of(outcome, 0) == ["PUPIL_CLAIMED_TWICE"]
    assert [(move.document, move.state) for move in outcome.moves] == [(other, "held")]


@pytest.mark.parametrize("state", ["held", "pending", "locked"])
def test_other_claimant_stays_as_it_is_when_it_is_not_open(state: str) -> None:
    """Only an open document has to be kept out of a lock."""
    outcome = decided(a_submission(a_judged()), a_current(a_judged(school=OTHER_SCHOOL), state))
    assert (answers_of(outcome), outcome.moves) == ([("accepted", "held")], ())


@pytest.mark.parametrize("state", ["closing", "locked"])
def test_other_claimant_stays_in_its_closed_round(state: str) -> None:
    """Its lock was asked for with it, so only the newcomer is held."""
    key = RoundKey(OTHER_SCHOOL, YEAR, "completed", 1)
    outcome = decided(a_submission(a_judged()), a_current(a_judged(school=OTHER_SCHOOL)), a=closed(state, key))
    assert (answers_of(outcome), outcome.moves) == ([("accepted", "held")], ())


@pytest.mark.parametrize("state", ["recalled", "replaced"])
def test_claim_that_is_gone_holds_nobody(state: str) -> None:
    """What the other school took back counts no more."""
    outcome = decided(a_submission(a_judged()), a_current(a_judged(school=OTHER_SCHOOL), state))
    assert (answers_of(outcome), codes_of(outcome, 0)) == ([("accepted", "open")], [])


def test_same_pupil_of_another_period_is_no_claim() -> None:
    """A transfer in the middle of the year leaves a document at each school."""
    half = a_current(a_judged(school=THIRD_SCHOOL, period="semester_1"))
    assert answers_of(decided(a_submission(a_judged()), half)) == [("accepted", "open")]


def test_unknown_trust_makes_the_document_pending_before_it_can_be_held() -> None:
    """The open claimant is held all the same; both facts are told."""
    other = a_current(a_judged(school=OTHER_SCHOOL))
    outcome = decided(a_submission(a_judged(pending=True)), other)
    assert answers_of(outcome) == [("accepted", "pending")]
    assert [move.state for move in outcome.moves] == ["held"]


def test_late_submission_is_marked_and_not_refused() -> None:
    """Late is a fact beside the document."""
    outcome = decided(a_submission(a_judged(), at=LATE))
    assert (answers_of(outcome), outcome.accepted[0].late) == ([("accepted", "open")], True)


def test_document_without_record_is_refused_also_without_a_finding() -> None:
    """What has no identity cannot stand."""
    outcome = decided(a_submission(a_judged(record=None)))
    assert answers_of(outcome) == [("refused", None)]


def test_new_document_carries_message_number_and_record() -> None:
    """Its row is named by message and number."""
    command = a_submission(a_judged("id:1"), a_judged("id:2"))
    second = decided(command).accepted[1].current
    assert (second.message_sha256, second.n) == (command.message_sha256, 1)
    assert second.record == RecordKey(SCHOOL, "id:2", YEAR, "year")
