"""A round that the Sở opened beside the first: for pupils of whom nothing stands."""

import pytest

from hub.decision import Known, decide
from tests.unit.decision.builders import SO, a_judged, a_recall, a_submission, answers_of, codes_of


@pytest.mark.parametrize("cohort", ["completed", "supplementary"])
def test_further_round_takes_a_pupil_who_was_never_reported(cohort: str) -> None:
    """As the first one does."""
    made, known = decide(a_submission(a_judged("id:9"), cohort=cohort, number=2), Known(), SO)
    assert answers_of(made) == [("accepted", "open")]
    assert [key.number for key in known.by_round] == [2]


def test_further_round_is_refused_for_a_pupil_who_stands_in_another() -> None:
    """Not even as a replacement: the set of the first round is the school's to change there."""
    first = a_judged("id:1")
    _, known = decide(a_submission(first), Known(), SO)
    moved = a_judged("id:1", "second", supersedes=first.document_sha256)
    made, _ = decide(a_submission(moved, command_id="submit-0002", number=2), known, SO)
    assert (answers_of(made), codes_of(made, 0)) == ([("refused", None)], ["ROUND_PUPIL_REPORTED"])
    assert made.answers[0].findings[0].facts == {"cohort": "completed", "number": "1"}


def test_further_round_takes_a_pupil_whose_transcript_was_recalled() -> None:
    """Nothing of the pupil stands any more."""
    first = a_judged("id:1")
    _, known = decide(a_submission(first), Known(), SO)
    _, known = decide(a_recall(first.document_sha256), known, SO)
    made, _ = decide(a_submission(a_judged("id:1", "second"), command_id="submit-0002", number=2), known, SO)
    assert answers_of(made) == [("accepted", "open")]


def test_transcript_within_a_further_round_is_replaced_as_anywhere() -> None:
    """The rule is about other rounds alone."""
    first = a_judged("id:1")
    _, known = decide(a_submission(first, number=2), Known(), SO)
    changed = a_judged("id:1", "second", supersedes=first.document_sha256)
    made, _ = decide(a_submission(changed, command_id="submit-0002", number=2), known, SO)
    assert answers_of(made) == [("accepted", "open")]
