"""Which command is which: repetitions, ids used twice, commands of strangers."""

from dataclasses import replace

from hub.decision import Known, decide
from hub.domain.findings import finding
from tests.unit.decision.builders import SO, a_judged, a_recall, a_submission, answers_of, codes_of, sha

COMMAND = a_submission(a_judged())


def test_same_message_is_answered_with_its_first_receipt() -> None:
    """It changes nothing, whatever has happened since."""
    _, known = decide(COMMAND, Known(), SO)
    outcome, _ = decide(replace(COMMAND, offset=9), known, SO)
    assert (outcome.repeats, outcome.accepted, outcome.answers) == (COMMAND.message_sha256, (), ())


def test_same_statement_under_another_signature_is_a_repetition() -> None:
    """A client that signed again means the same command."""
    _, known = decide(COMMAND, Known(), SO)
    outcome, known = decide(replace(COMMAND, message_sha256=sha("again")), known, SO)
    assert outcome.repeats == COMMAND.message_sha256
    assert sha("again") not in known.messages


def test_same_id_with_another_statement_is_refused_whole() -> None:
    """Every transcript counts as refused, and the first statement keeps the id."""
    _, known = decide(COMMAND, Known(), SO)
    outcome, known = decide(a_submission(a_judged("id:2")), known, SO)
    assert (outcome.outcome, codes_of(outcome)) == ("refused", ["COMMAND_ID_REUSED"])
    assert (answers_of(outcome), outcome.seen.holds_id) == ([("refused", None)], False)
    assert known.commands[COMMAND.school, COMMAND.command_id].message_sha256 == COMMAND.message_sha256


def test_refused_reuse_is_repeated_with_its_own_answer() -> None:
    """The second statement has an answer of its own, which a repetition gets."""
    _, known = decide(COMMAND, Known(), SO)
    other = a_submission(a_judged("id:2"))
    _, known = decide(other, known, SO)
    assert decide(other, known, SO)[0].repeats == other.message_sha256


def test_strangers_command_is_refused_and_uses_up_no_id() -> None:
    """Otherwise anyone could block a school's next id."""
    stranger = replace(COMMAND, message_sha256=sha("x"), authentic=False, findings=(finding("SIGNER_UNKNOWN"),))
    outcome, known = decide(stranger, Known(), SO)
    assert (outcome.outcome, codes_of(outcome), outcome.seen.holds_id) == ("refused", ["SIGNER_UNKNOWN"], False)
    assert answers_of(outcome) == [("refused", None)]
    assert decide(COMMAND, known, SO)[0].outcome == "accepted"


def test_strangers_repetition_gets_the_first_answer() -> None:
    """One outcome for each distinct message, also for a refused one."""
    stranger = replace(COMMAND, authentic=False)
    _, known = decide(stranger, Known(), SO)
    assert decide(stranger, known, SO)[0].repeats == stranger.message_sha256


def test_authentic_command_with_a_refusing_finding_does_not_stand() -> None:
    """It is refused whole but has used up its id."""
    outcome, _ = decide(replace(COMMAND, findings=(finding("ENVELOPE_DISAGREES"),)), Known(), SO)
    assert (outcome.outcome, outcome.seen.holds_id, outcome.accepted) == ("refused", True, ())


def test_command_without_a_readable_statement_is_refused() -> None:
    """It has no round and no transcripts to decide."""
    broken = replace(COMMAND, command=None, authentic=False, documents=(), findings=(finding("STATEMENT_INVALID"),))
    assert broken.round is None
    assert codes_of(decide(broken, Known(), SO)[0]) == ["STATEMENT_INVALID"]


def test_ids_of_two_schools_are_independent() -> None:
    """Each school chooses its own."""
    _, known = decide(a_recall(sha("a"), command_id="same-id-1"), Known(), SO)
    other, _ = decide(a_recall(sha("b"), command_id="same-id-1", school="0101002"), known, SO)
    assert codes_of(other) == ["DOCUMENT_UNKNOWN"]


def test_codes_of_an_outcome_are_sorted_and_named_once() -> None:
    """They go into a column, where order must not matter."""
    found = (finding("SIGNER_UNKNOWN"), finding("ENVELOPE_DISAGREES"), finding("SIGNER_UNKNOWN"))
    outcome, _ = decide(replace(COMMAND, authentic=False, findings=found), Known(), SO)
    assert outcome.codes() == ["ENVELOPE_DISAGREES", "SIGNER_UNKNOWN"]
