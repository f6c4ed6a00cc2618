"""Made-up values of every message, in the shape of its latest version."""

from collections.abc import Mapping
from typing import Any

__all__ = ["VALUES"]

_SCHOOL = "01010101"
_STATEMENT = b'{"type":"vn.hocba.example/1"}'
_DOCUMENT = b'{"class":"1A","grade":1,"type":"vn.hocba.transcript/1"}'
_JWS = "eyJhbGciOiJFUzI1NiJ9..AAAA"
_LEAF = b'{"action":"LOCK","type":"vn.hocba.leaf/1"}'


def _command(command_id: str) -> dict[str, Any]:
    return {
        "command_id": command_id,
        "school": _SCHOOL,
        "statement": _STATEMENT,
        "signature": _JWS,
        "encryption": None,
    }


def _step(so: str) -> dict[str, Any]:
    return {
        "so": so, "command_id": "transfer-release-0001", "school": _SCHOOL, "kind": "TransferRelease",
        "received_at_ms": 1_780_000_000_123, "statement": _STATEMENT, "signature": _JWS,
    }  # fmt: skip


def _subject(code: str, level: str, score: str | None = None) -> dict[str, Any]:
    empty = dict.fromkeys(("semester_1", "semester_2", "year", "retake"))
    return {"code": code, "kind": "level", **empty, "score": score, "level": level, "exempt": False}


VALUES: Mapping[str, dict[str, Any]] = {
    "Submission": {
        **_command("submission-0001"),
        "documents": [{"document": _DOCUMENT, "signatures": [_JWS, _JWS, _JWS]}],
        "sources": [b"<a-source/>"],
    },
    "Recall": _command("recall-0001"),
    "LockRequest": {
        **_command("lock-request-0001"),
        "encryption": {"algorithm": "A256GCM", "key_id": "so-ha-noi-1", "nonce": bytes(range(12))},
    },
    "CorrectionRequest": _command("correction-0001"),
    "CorrectionConfirmation": _command("confirmation-0001"),
    "CorrectionWithdrawal": _command("withdrawal-0001"),
    "UnlockRequest": _command("unlock-request-0001"),
    "UnlockDecision": _command("unlock-decision-0001"),
    "WindowClosed": _command("window-0001"),
    "ConflictDecision": _command("conflict-decision-0001"),
    "IdentityCorrection": _command("identity-correction-0001"),
    "RegisterEntry": {
        "so": "ha-noi",
        "kind": "school",
        "entry_id": _SCHOOL,
        "statement": _STATEMENT,
        "signature": _JWS,
        "encryption": None,
    },
    "LockOrder": {
        "command_id": "lock-request-0001",
        "lock_id": "lock-0001",
        "school": _SCHOOL,
        "school_year": "2025-2026",
        "cohort": "completed",
        "number": 1,
        "so": "ha-noi",
        "appended_at_ms": 1_780_000_000_123,
    },
    "SoLock": _command(f"so-lock-0001.{_SCHOOL}") | {"second_signature": _JWS},
    "Reminder": {
        "reminder_id": "0f" * 16,
        "so": "ha-noi",
        "school": _SCHOOL,
        "school_year": "2025-2026",
        "cohort": "completed",
        "number": 1,
        "kind": "incomplete",
        "threshold": "3",
        "due_at": 1_782_752_400_000,
        "counts": {
            "expected": 120,
            "accepted": 100,
            "missing": 20,
            "pending": 1,
            "held": 2,
            "locked": 0,
            "windows": 0,
        },
        "at": 1_782_570_000_000,
    },
    "Receipt": {
        "receipt_id": "receipt-0001",
        "command_id": "submission-0001",
        "school": _SCHOOL,
        "statement": _STATEMENT,
        "signature": _JWS,
    },
    "LockedChunk": {
        "lock_id": "lock-0001",
        "so": "ha-noi",
        "index": 0,
        "of": 1,
        "documents": [{"document": _DOCUMENT, "signatures": [_JWS, _JWS, _JWS], "leaf": _LEAF}],
    },
    "LockManifest": {
        "lock_id": "lock-0001",
        "so": "ha-noi",
        "school": _SCHOOL,
        "statement": _STATEMENT,
        "signature": _JWS,
        "log_index": 0,
        "evidence": [b"\x30\x00"],
        "request": _STATEMENT,
        "request_signature": _JWS,
    },
    "Checkpoint": {
        "so": "ha-noi",
        "text": b"hocba.example/so-ha-noi\n1\nAAAA\n",
        "signature": _JWS,
        "tree_size": 1,
        "timestamp": b"\x30\x00",
    },
    "IdentityLink": {
        "so": "ha-noi",
        "command_id": "identity-correction-0001",
        "statement": _STATEMENT,
        "signature": _JWS,
    },
    "Acceptance": {
        "so": "ha-noi",
        "submission": "ab" * 32,
        "statement": _STATEMENT,
        "signature": _JWS,
    },
    "SlipIssue": _command("slip-0001"),
    "Slip": {"so": "ha-noi", "command_id": "slip-0001", "statement": _STATEMENT, "signature": _JWS},
    "TransferRequest": _command("transfer-request-0001"),
    "TransferConsent": _command("transfer-consent-0001"),
    "TransferReferral": _command("transfer-referral-0001"),
    "TransferAnswer": _command("transfer-answer-0001"),
    "TransferRelease": _command("transfer-release-0001"),
    "TransferAcknowledgement": _command("transfer-acknowledgement-0001"),
    "TransferWithdrawal": _command("transfer-withdrawal-0001"),
    "TransferDecision": _command("transfer-decision-0001"),
    "TransferStep": _step("ha-noi"),
    "TransferEntry": _step("ha-noi"),
    "TransferNotice": {
        "notice_id": "0f" * 32,
        "transfer_id": "ab" * 32,
        "school": _SCHOOL,
        "statement": _STATEMENT,
        "signature": _JWS,
    },
    "TransferDocument": {
        "transfer_id": "ab" * 32,
        "school": _SCHOOL,
        "delivery": 1,
        "index": 0,
        "of": 5,
        "document_sha256": bytes(range(32)),
        "key": bytes(range(32, 64)),
        "sealed": bytes(range(48)),
    },
    "IngestReceipt": {
        "receipt_id": "ingest-receipt-0001",
        "so": "ha-noi",
        "lock_id": "lock-0001",
        "statement": _STATEMENT,
        "signature": _JWS,
        "cosignature": "— hocba.example/bo AAAA\n",
    },
    "Transcript": {
        "pupil_key": "0f" * 32,
        "school": _SCHOOL,
        "school_year": "2025-2026",
        "period": "year",
        "grade": 1,
        "regulation": "TT27-2020",
        "version": 1,
        "document_sha256": bytes(range(32)),
        "leaf_sha256": bytes(range(32, 64)),
        "so": "ha-noi",
        "lock_id": "lock-0001",
        "log_index": 0,
        "effective_on": "2026-06-10",
        "completed": True,
        "rating": "HTT",
        "subjects": [_subject("TOAN", "T", "9.0"), _subject("DAO_DUC", "H")],
        "qualities": [{"code": "YEU_NUOC", "level": "T"}],
        "competences": [{"code": "TU_CHU_TU_HOC", "level": "Đ"}],
        "learning": None,
        "training": {"semester_1": "T", "semester_2": "K", "year": "K", "retake": None},
        "evidence": "derived",
    },
}
