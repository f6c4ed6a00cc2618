"""Every kind of command: its statement, who may sign it, and how it is decided. A new kind is a line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.decision.command import Prepared
from hub.decision.known import Known
from hub.decision.lock_request import decide_lock_request
from hub.decision.outcome import Outcome
from hub.decision.recall import decide_recall
from hub.decision.submission import decide_submission
from hub.domain.findings import finding
from hub.domain.statements import (
    Command,
    ConflictDecision,
    CorrectionConfirmation,
    CorrectionRequest,
    CorrectionWithdrawal,
    IdentityCorrection,
    LockRequest,
    Recall,
    Submission,
    UnlockDecision,
    UnlockRequest,
    WindowClosed,
)

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True, slots=True)
class Kind:
    """`roles`: the offices by which a person or seal may sign it. `decide` is asked only for a command that stands."""

    statement: type[Command]
    roles: frozenset[str]
    decide: Callable[[Prepared, Known, str], Outcome]


_SO_PERSONS = frozenset({"so_officer", "so_lead"})


def _not_served(command: Prepared, _known: Known, _so: str) -> Outcome:
    return Outcome(command, "refused", (finding("COMMAND_NOT_SERVED"),))


KINDS: Mapping[str, Kind] = {
    "Submission": Kind(Submission, frozenset({"school_seal", "principal"}), decide_submission),
    "Recall": Kind(Recall, frozenset({"principal"}), decide_recall),
    "LockRequest": Kind(LockRequest, frozenset({"principal"}), decide_lock_request),
    "CorrectionRequest": Kind(CorrectionRequest, frozenset({"homeroom_teacher", "subject_teacher"}), _not_served),
    "CorrectionConfirmation": Kind(CorrectionConfirmation, frozenset({"principal"}), _not_served),
    "CorrectionWithdrawal": Kind(
        CorrectionWithdrawal, frozenset({"homeroom_teacher", "subject_teacher", "principal"}), _not_served
    ),
    "UnlockRequest": Kind(UnlockRequest, frozenset({"school_seal"}), _not_served),
    "UnlockDecision": Kind(UnlockDecision, _SO_PERSONS, _not_served),
    "WindowClosed": Kind(WindowClosed, frozenset({"so_seal"}), _not_served),
    "ConflictDecision": Kind(ConflictDecision, _SO_PERSONS, _not_served),
    "IdentityCorrection": Kind(IdentityCorrection, _SO_PERSONS, _not_served),
}
