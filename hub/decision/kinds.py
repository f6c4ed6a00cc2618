"""Every kind of command: its statement, who may sign it, and how it is decided. A new kind is a line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.decision.command import Prepared
from hub.decision.conflict import decide_conflict
from hub.decision.correction import decide_correction_request
from hub.decision.correction_steps import (
    decide_confirmation,
    decide_unlock,
    decide_unlock_request,
    decide_window,
    decide_withdrawal,
)
from hub.decision.identity import decide_identity
from hub.decision.known import Known
from hub.decision.lock_request import decide_lock_request
from hub.decision.outcome import Outcome
from hub.decision.recall import decide_recall
from hub.decision.slip import decide_slip
from hub.decision.so_lock import decide_so_lock
from hub.decision.submission import decide_submission
from hub.decision.transfer_step import decide_transfer_step
from hub.domain.statements import (
    Command,
    ConflictDecision,
    CorrectionConfirmation,
    CorrectionRequest,
    CorrectionWithdrawal,
    IdentityCorrection,
    LockRequest,
    Recall,
    SlipIssue,
    SoLock,
    Submission,
    TransferAcknowledgement,
    TransferAnswer,
    TransferConsent,
    TransferDecision,
    TransferReferral,
    TransferRelease,
    TransferRequest,
    TransferWithdrawal,
    UnlockDecision,
    UnlockRequest,
    WindowClosed,
)

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True, slots=True)
class Kind:
    """`roles`: the offices by which a person or seal may sign it. `decide` is asked only for a command that stands.

    `second`: the offices of a second signature, where a Sở's act may carry one. `seals`: whose seal signs instead,
    where it is about what nobody signed here.
    """

    statement: type[Command | SoLock]
    roles: frozenset[str]
    decide: Callable[[Prepared, Known, str], Outcome]
    second: frozenset[str] = frozenset()
    seals: frozenset[str] = frozenset()


_TEACHERS = frozenset({"homeroom_teacher", "subject_teacher"})
_SO_PERSONS = frozenset({"so_officer", "so_lead"})
_SCHOOL = frozenset({"principal", "school_seal"})
_PRINCIPAL = frozenset({"principal"})


KINDS: Mapping[str, Kind] = {
    "Submission": Kind(
        Submission,
        frozenset({"school_seal", "principal"}),
        decide_submission,
        seals=frozenset({"so_seal", "system_seal"}),
    ),
    "Recall": Kind(Recall, frozenset({"principal"}), decide_recall),
    "LockRequest": Kind(LockRequest, frozenset({"principal"}), decide_lock_request),
    "CorrectionRequest": Kind(CorrectionRequest, _TEACHERS, decide_correction_request),
    "CorrectionConfirmation": Kind(CorrectionConfirmation, frozenset({"principal"}), decide_confirmation),
    "CorrectionWithdrawal": Kind(CorrectionWithdrawal, _TEACHERS | {"principal"}, decide_withdrawal),
    "UnlockRequest": Kind(UnlockRequest, frozenset({"school_seal"}), decide_unlock_request),
    "UnlockDecision": Kind(UnlockDecision, _SO_PERSONS, decide_unlock),
    "WindowClosed": Kind(WindowClosed, frozenset({"so_seal"}), decide_window),
    "ConflictDecision": Kind(ConflictDecision, _SO_PERSONS, decide_conflict),
    "SoLock": Kind(SoLock, frozenset({"so_lead"}), decide_so_lock, second=_SO_PERSONS),
    "IdentityCorrection": Kind(IdentityCorrection, _SO_PERSONS, decide_identity),
    "SlipIssue": Kind(SlipIssue, _SO_PERSONS | {"principal", "school_seal"}, decide_slip),
    "TransferRequest": Kind(TransferRequest, _SCHOOL, decide_transfer_step),
    "TransferConsent": Kind(TransferConsent, _SCHOOL, decide_transfer_step),
    "TransferReferral": Kind(TransferReferral, _SO_PERSONS, decide_transfer_step),
    "TransferAnswer": Kind(TransferAnswer, _PRINCIPAL, decide_transfer_step),
    "TransferRelease": Kind(TransferRelease, _PRINCIPAL, decide_transfer_step),
    "TransferAcknowledgement": Kind(TransferAcknowledgement, _SCHOOL, decide_transfer_step),
    "TransferWithdrawal": Kind(TransferWithdrawal, _SCHOOL, decide_transfer_step),
    "TransferDecision": Kind(TransferDecision, _SO_PERSONS, decide_transfer_step),
}
