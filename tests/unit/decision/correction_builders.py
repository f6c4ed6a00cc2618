"""Steps of corrections, signed by whom they need, and versions of transcripts as bytes that can be compared."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET

from hub.decision import Judged, Prepared
from hub.domain.statements import (
    CorrectionConfirmation,
    CorrectionItem,
    CorrectionRequest,
    CorrectionWithdrawal,
    LockRequest,
    Recall,
    RoundName,
    Submission,
    UnlockDecision,
    UnlockRequest,
    WindowClosed,
)
from hub.trust.verdict import Signatory
from tests.unit.decision.builders import AT, SCHOOL, SO, YEAR, a_command, a_judged, a_lock_request, a_submission, sha
from tests.unit.domain.builders import a_transcript

_BASE = a_transcript()
ISSUED = "2026-06-15T02:59:00Z"
FIELDS = ("$.remarks",)
CLOSES_AT = AT + timedelta(days=7)


def a_person(role: str, person: str, certificate: str | None = None) -> Signatory:
    return Signatory(role, person, sha(certificate or person), AT)


TEACHER, COLLEAGUE = a_person("homeroom_teacher", "GV-1"), a_person("subject_teacher", "GV-2")
PRINCIPAL, SEAL = a_person("principal", "HT-1"), a_person("school_seal", "DAU-1")
OFFICER, LEAD, MACHINE = a_person("so_officer", "CV-1"), a_person("so_lead", "LD-1"), a_person("so_seal", "DAU-so")


def shown(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def a_version(
    pupil: str = "id:1", supersedes: bytes | None = None, reason: str | None = None, **changes: Any
) -> Judged:
    """Make a document of one pupil as real bytes; `student` names fields of the pupil."""
    who = changes.pop("student", {})
    student = msgspec.structs.replace(_BASE.student, **{"student_code": f"C-{pupil}"} | who)
    transcript = msgspec.structs.replace(
        _BASE, student=student, supersedes=supersedes.hex() if supersedes else UNSET, reason=reason or UNSET, **changes
    )
    document = msgspec.json.encode(transcript)
    digest = sha(document.decode())
    return a_judged(pupil, document=document, document_sha256=digest, transcript=transcript)


def a_request(
    bases: Sequence[bytes], command_id: str = "request-0001", fields: Sequence[str] = FIELDS, school: str = SCHOOL,
    school_year: str = YEAR, issuer: str | None = None, signatory: Signatory = TEACHER, **changes: Any,
) -> Prepared:  # fmt: skip
    statement = CorrectionRequest(
        basis="Nếp của tỉnh", command_id=command_id, evidence_sha256=sha("paper").hex(), issued_at=ISSUED,
        issuer=issuer or UNSET, items=tuple(_item(base, fields) for base in bases),
        reason="Nhập nhầm", school=school, school_year=school_year, type="vn.hocba.correction-request/1",
    )  # fmt: skip
    return a_command(statement, signatory=signatory, **changes)


def _item(base: bytes, fields: Sequence[str]) -> CorrectionItem:
    return CorrectionItem(document_sha256=base.hex(), fields=tuple(fields))


def _about(request: Prepared, command_id: str) -> dict[str, Any]:
    said = request.command
    assert isinstance(said, CorrectionRequest)
    return {
        "command_id": command_id, "correction": said.command_id, "issued_at": ISSUED, "school": said.school,
        "school_year": said.school_year,
    }  # fmt: skip


def a_confirmation(
    request: Prepared, command_id: str = "confirm-0001", signatory: Signatory = PRINCIPAL, agreed: bytes | None = None,
    **changes: Any,
) -> Prepared:  # fmt: skip
    """Agree to a request, or to the text with the hash `agreed`."""
    digest = (agreed or request.statement_sha256).hex()
    statement = CorrectionConfirmation(
        **_about(request, command_id), request_sha256=digest, type="vn.hocba.correction-confirmation/1"
    )
    return a_command(statement, signatory=signatory, **changes)


def an_unlock_request(
    request: Prepared, command_id: str = "unlock-0001", signatory: Signatory = SEAL, **changes: Any
) -> Prepared:
    statement = UnlockRequest(
        **_about(request, command_id), request_sha256=request.statement_sha256.hex(), type="vn.hocba.unlock-request/1"
    )
    return a_command(statement, signatory=signatory, **changes)


def a_decision(
    request: Prepared, closes_at: datetime | str | None = CLOSES_AT, command_id: str = "decide-0001",
    signatory: Signatory = OFFICER, so: str = SO, **changes: Any,
) -> Prepared:  # fmt: skip
    """Approve until `closes_at`, or reject where it is None; a text stands as it is ("" for none)."""
    closing = closes_at if isinstance(closes_at, str) else shown(closes_at) if closes_at else ""
    statement = UnlockDecision(
        **_about(request, command_id), closes_at=closing or UNSET, reason="Đủ căn cứ", number="QĐ-1", so=so,
        decision="reject" if closes_at is None else "approve", request_sha256=request.statement_sha256.hex(),
        type="vn.hocba.unlock-decision/1",
    )  # fmt: skip
    return a_command(statement, signatory=signatory, **changes)


def a_withdrawal(
    request: Prepared, command_id: str = "withdraw-001", signatory: Signatory = TEACHER, **changes: Any
) -> Prepared:
    statement = CorrectionWithdrawal(
        **_about(request, command_id), reason="Đã nhầm", request_sha256=request.statement_sha256.hex(),
        type="vn.hocba.correction-withdrawal/1",
    )  # fmt: skip
    return a_command(statement, signatory=signatory, **changes)


def a_closing(
    request: Prepared, closes_at: datetime = CLOSES_AT, command_id: str = "window-0001", **changes: Any
) -> Prepared:
    statement = WindowClosed(
        **_about(request, command_id), closes_at=shown(closes_at), so=SO, type="vn.hocba.window-closed/1"
    )
    return a_command(statement, signatory=MACHINE, **changes)


def a_resubmission(*documents: Judged, number: int = 1, command_id: str = "again-0001", **changes: Any) -> Prepared:
    return a_submission(
        *documents, cohort="correction", number=number, command_id=command_id, signatory=PRINCIPAL, **changes
    )


def a_recall_of(document_sha256: bytes, number: int = 1, command_id: str = "recall-0009", **changes: Any) -> Prepared:
    statement = Recall(
        command_id=command_id, document_sha256=document_sha256.hex(), issued_at=ISSUED, reason="sai",
        round=RoundName(cohort="correction", number=number), school=changes.pop("school", SCHOOL), school_year=YEAR,
        type="vn.hocba.recall/1",
    )  # fmt: skip
    return a_command(statement, signatory=PRINCIPAL, **changes)


def a_relock(hashes: Sequence[bytes], number: int = 1, command_id: str = "relock-0001", **changes: Any) -> Prepared:
    made = a_lock_request(hashes, school=changes.pop("school", SCHOOL))
    assert isinstance(made.command, LockRequest)
    statement = msgspec.structs.replace(
        made.command, command_id=command_id, round=RoundName(cohort="correction", number=number)
    )
    return a_command(statement, signatory=PRINCIPAL, **changes)


def is_correction_submission(command: Prepared) -> bool:
    """Tell whether a command hands in versions of a correction."""
    return isinstance(command.command, Submission) and command.command.round.cohort == "correction"
