"""Recalls: a school takes back one of its own transcripts before the lock."""

import pytest

from hub.decision import RoundKey
from tests.unit.decision.builders import OTHER_SCHOOL, SCHOOL, THIRD_SCHOOL, YEAR, a_judged, a_recall, codes_of, sha
from tests.unit.decision.test_submission import a_current, closed, decided

DOCUMENT = a_judged()
DIGEST = DOCUMENT.document_sha256


@pytest.mark.parametrize("state", ["open", "pending", "held"])
def test_recall_takes_a_current_document_back(state: str) -> None:
    """Whatever it waits for."""
    row = a_current(DOCUMENT, state)
    outcome = decided(a_recall(DIGEST), row)
    assert outcome.outcome == "accepted"
    assert [(move.document, move.state) for move in outcome.moves] == [(row, "recalled")]


def test_recall_is_refused_when_the_school_never_sent_that_document() -> None:
    """Another school's document is unknown too."""
    for rows in ((), (a_current(a_judged(school=OTHER_SCHOOL)),)):
        outcome = decided(a_recall(a_judged(school=OTHER_SCHOOL).document_sha256), *rows)
        assert (outcome.outcome, codes_of(outcome), outcome.moves) == ("refused", ["DOCUMENT_UNKNOWN"], ())


@pytest.mark.parametrize("state", ["locked", "superseded"])
def test_recall_is_refused_after_the_lock(state: str) -> None:
    """The refusal says who locked it."""
    outcome = decided(a_recall(DIGEST), a_current(DOCUMENT, state), a=closed("locked"))
    assert codes_of(outcome) == ["RECORD_LOCKED"]
    assert outcome.findings[0].facts["by"] == f"principal {SCHOOL}"


@pytest.mark.parametrize("state", ["recalled", "replaced", "refused"])
def test_recall_is_refused_when_the_document_does_not_stand(state: str) -> None:
    """The state is told."""
    outcome = decided(a_recall(DIGEST), a_current(DOCUMENT, state))
    assert codes_of(outcome) == ["DOCUMENT_NOT_CURRENT"]
    assert outcome.findings[0].facts == {"state": state}


def test_recall_is_refused_when_it_names_another_round() -> None:
    """The statement binds the round that it is about."""
    outcome = decided(a_recall(DIGEST, cohort="supplementary"), a_current(DOCUMENT))
    assert codes_of(outcome) == ["RECALL_OTHER_ROUND"]
    assert outcome.findings[0].facts == {"cohort": "completed"}


def test_recall_is_refused_while_the_round_is_closing() -> None:
    """The set was asked for with this document."""
    outcome = decided(a_recall(DIGEST), a_current(DOCUMENT), a=closed("closing"))
    assert (codes_of(outcome), outcome.moves) == (["ROUND_CLOSED"], ())


def test_recall_means_the_newest_version_when_the_same_bytes_came_again() -> None:
    """The recalled first version does not hide the one that stands."""
    first, second = a_current(DOCUMENT, "recalled"), a_current(DOCUMENT, version=2)
    for rows in ((first, second), (second, first)):
        assert [move.document for move in decided(a_recall(DIGEST), *rows).moves] == [second]


def test_recall_releases_the_one_remaining_claimant() -> None:
    """What was held only for this claim is open again."""
    other = a_current(a_judged(school=OTHER_SCHOOL), "held")
    outcome = decided(a_recall(DIGEST), a_current(DOCUMENT, "held"), other)
    assert [(move.document.record.school, move.state) for move in outcome.moves] == [
        (SCHOOL, "recalled"),
        (OTHER_SCHOOL, "open"),
    ]


def test_recall_releases_nobody_when_two_claimants_remain() -> None:
    """They still contradict each other."""
    others = [a_current(a_judged(school=s), "held") for s in (OTHER_SCHOOL, THIRD_SCHOOL)]
    assert len(decided(a_recall(DIGEST), a_current(DOCUMENT, "held"), *others).moves) == 1


@pytest.mark.parametrize("state", ["pending", "locked"])
def test_recall_releases_nobody_who_is_not_held(state: str) -> None:
    """A pending one waits for its certificate, a locked one is done."""
    other = a_current(a_judged(school=OTHER_SCHOOL), state)
    assert len(decided(a_recall(DIGEST), a_current(DOCUMENT, "held"), other).moves) == 1


@pytest.mark.parametrize("state", ["closing", "locked"])
def test_recall_releases_nobody_into_a_closed_round(state: str) -> None:
    """The lock was asked for without the held document, and it stays so."""
    other = a_current(a_judged(school=OTHER_SCHOOL), "held")
    key = RoundKey(OTHER_SCHOOL, YEAR, "completed", 1)
    outcome = decided(a_recall(DIGEST), a_current(DOCUMENT, "held"), other, a=closed(state, key))
    assert [move.state for move in outcome.moves] == ["recalled"]


def test_recall_of_a_hash_that_nobody_sent_uses_up_its_id() -> None:
    """An authentic command counts, also a refused one."""
    assert decided(a_recall(sha("nothing"))).seen.holds_id
