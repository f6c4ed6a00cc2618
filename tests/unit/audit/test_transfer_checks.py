"""The oracle's own fold of transfers: it comes to what Bộ's decisions come to, and sees what no step may do."""

import msgspec
import pytest

from hub.audit.transfers import _LEADS, Step, fold, root_of
from hub.decision.transfer_outcome import TransferOutcome
from hub.decision.transfer_release import root_of as hub_root_of
from hub.domain.lifecycle import states
from tests.unit.decision.transfer_builders import OTHER, Saga, sha, until


class _Told(Saga):
    """A saga that remembers what the oracle reads of each accepted step."""

    def decide(self, step: object) -> TransferOutcome:
        outcome = super().decide(step)  # type: ignore[arg-type]
        if outcome.outcome == "accepted" and outcome.row is not None:
            said = msgspec.to_builtins(outcome.step.said)
            row = outcome.row
            _STEPS.append(Step(row.transfer_id, outcome.step.kind, said, row.state, row.group))
        return outcome


_STEPS: list[Step] = []


def _whole() -> tuple[Saga, list[Step]]:
    """Return a transfer that was contested, preferred, delivered twice and signed for, with its steps."""
    _STEPS.clear()
    known = until("requested").known
    known.transfers.clear()
    saga = _Told(known, name="whole")
    saga.ask()
    saga.consent("guardian")
    saga.consent("pupil")
    rival = _Told(known, receiving=OTHER, name="rival", at=saga.at)
    rival.ask()
    saga.at = rival.at
    saga.ruling("prefer")
    saga.answer()
    saga.release("old 1", "old 2")
    saga.dispatch("old 1", "old 2")
    saga.ruling("resend", saga.receiving)
    saga.dispatch("old 1", "old 2", cause="resend", delivery=2)
    saga.acknowledge("old 1", "old 2", delivery=2)
    assert (saga.row.state, rival.row.state) == ("closed", "cancelled")
    return saga, list(_STEPS)


def test_fold_comes_to_what_bo_decided() -> None:
    """For the one that was preferred and for its rival."""
    saga, steps = _whole()
    folded = fold(steps)
    assert {key: one.state for key, one in folded.items()} == {k: r.state for k, r in saga.known.transfers.items()}
    one = folded[saga.row.transfer_id]
    assert (one.delivery, one.acknowledged, one.documents, one.root) == (2, 2, saga.row.documents, saga.row.root)
    assert [found.faults for found in folded.values()] == [[], []]


def test_states_of_the_fold_are_those_of_the_lifecycle() -> None:
    """Two tables were written from one description."""
    assert set().union(*_LEADS.values()) == set(states("transfer"))


def test_root_agrees_with_the_hubs() -> None:
    for count in range(4):
        hashes = [sha(str(n)) for n in range(count)]
        assert root_of(hashes) == hub_root_of(hashes)


@pytest.mark.parametrize(("kind", "change", "fault"), [
    ("TransferAcknowledgement", {"root": "0" * 64}, "CLOSED_BY_ANOTHER_ROOT"),
    ("TransferAcknowledgement", {"delivery": 1}, "CLOSED_BY_ANOTHER_ROOT"),
    ("TransferDispatch", {"root": "0" * 64}, "DELIVERY_ROOT_WRONG"),
    ("TransferDispatch", {"delivery": 7}, "DELIVERY_NUMBER_WRONG"),
])  # fmt: skip
def test_fold_sees_a_step_that_says_another_thing(kind: str, change: dict[str, object], fault: str) -> None:
    saga, steps = _whole()
    changed = [replace_said(step, change) if step.kind == kind else step for step in steps]
    assert fault in fold(changed)[saga.row.transfer_id].faults


@pytest.mark.parametrize("left_out", ["TransferConsent", "TransferAnswer", "TransferRelease"])
def test_fold_sees_a_history_that_was_sent_too_early(left_out: str) -> None:
    saga, steps = _whole()
    faults = fold([step for step in steps if step.kind != left_out])[saga.row.transfer_id].faults
    assert "SENT_TOO_EARLY" in faults


def test_fold_sees_a_state_that_does_not_follow() -> None:
    saga, steps = _whole()
    changed = [step._replace(state="closed") if step.kind == "TransferAnswer" else step for step in steps]
    assert "STEP_LEADS_ELSEWHERE" in fold(changed)[saga.row.transfer_id].faults


def replace_said(step: Step, change: dict[str, object]) -> Step:
    return step._replace(said={**step.said, **change})
