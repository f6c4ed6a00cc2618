"""The signed statements: what a person or a seal says when it commands, answers or locks.

Like the transcript they are canonical JSON (RFC 8785) with a closed key set, carried verbatim. A command binds its id,
school, year, round and the hashes that it is about; the Kafka key, the headers and the message fields must agree with
it. Door of the package.
"""

from hub.domain.statements.answers import (
    ClosingStatement,
    IngestStatement,
    Manifest,
    Missing,
    MissingPupils,
    ReceiptDocument,
    ReceiptStatement,
)
from hub.domain.statements.asking import LOCK_KINDS, read_lock_asked
from hub.domain.statements.base import Cohort, CommandId, Instant, Reason, RoundName, Slug, Statement
from hub.domain.statements.correction import (
    WINDOW_ID,
    CorrectionConfirmation,
    CorrectionItem,
    CorrectionRequest,
    CorrectionWithdrawal,
    FieldPath,
    UnlockDecision,
    UnlockRequest,
    WindowClosed,
)
from hub.domain.statements.department import ConflictDecision, IdentityCorrection, SoLock, SoLockItem
from hub.domain.statements.reading import encode, read
from hub.domain.statements.register import RegisterEntry
from hub.domain.statements.school import LockRequest, Recall, Submission, Unreported
from hub.domain.statements.slip import SlipIssue
from hub.domain.statements.transfer import (
    TransferAcknowledgement,
    TransferAnswer,
    TransferConsent,
    TransferDecision,
    TransferDispatch,
    TransferFlag,
    TransferNotice,
    TransferOverdue,
    TransferParty,
    TransferReferral,
    TransferRelease,
    TransferRequest,
    TransferWithdrawal,
    transfer_id_of,
)

__all__ = [
    "LOCK_KINDS",
    "WINDOW_ID",
    "ClosingStatement",
    "Cohort",
    "Command",
    "CommandId",
    "ConflictDecision",
    "CorrectionConfirmation",
    "CorrectionItem",
    "CorrectionRequest",
    "CorrectionWithdrawal",
    "FieldPath",
    "IdentityCorrection",
    "IngestStatement",
    "Instant",
    "LockRequest",
    "Manifest",
    "Missing",
    "MissingPupils",
    "Reason",
    "Recall",
    "ReceiptDocument",
    "ReceiptStatement",
    "RegisterEntry",
    "RoundCommand",
    "RoundName",
    "SlipIssue",
    "Slug",
    "SoLock",
    "SoLockItem",
    "Statement",
    "Submission",
    "TransferAcknowledgement",
    "TransferAnswer",
    "TransferCommand",
    "TransferConsent",
    "TransferDecision",
    "TransferDispatch",
    "TransferFlag",
    "TransferNotice",
    "TransferOverdue",
    "TransferParty",
    "TransferReferral",
    "TransferRelease",
    "TransferRequest",
    "TransferStatement",
    "TransferWithdrawal",
    "UnlockDecision",
    "UnlockRequest",
    "Unreported",
    "WindowClosed",
    "encode",
    "read",
    "read_lock_asked",
    "transfer_id_of",
]

RoundCommand = Submission | Recall | LockRequest
TransferCommand = (
    TransferRequest
    | TransferConsent
    | TransferReferral
    | TransferAnswer
    | TransferRelease
    | TransferAcknowledgement
    | TransferWithdrawal
    | TransferDecision
)
TransferStatement = TransferCommand | TransferOverdue | TransferDispatch | TransferFlag
Command = (
    RoundCommand
    | CorrectionRequest
    | CorrectionConfirmation
    | CorrectionWithdrawal
    | UnlockRequest
    | UnlockDecision
    | WindowClosed
    | ConflictDecision
    | IdentityCorrection
    | SlipIssue
    | TransferCommand
)
