"""Biên nhận: Sở's signed answers. The same outcome gives the same bytes, so a replay repeats and never contradicts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType

from hub.agents.snapshots import receipt_id_of
from hub.agents.stage import Outgoing
from hub.decision import Answer, Outcome
from hub.domain.findings import Finding, render
from hub.domain.statements import ReceiptDocument, ReceiptStatement, encode
from hub.schemas import encode as encode_message
from hub.signing import Signer
from hub.topics import receipt as receipt_topic
from hub.trust import Grade, SealedGrade, sign

__all__ = ["Receipts", "evidence_shown", "instant"]

_FULL_BYTES_MAX = 600_000  # beyond this, findings keep code, path and severity; their texts stand in the catalogue
_SHORT_COUNT_MAX = 10  # and no more of them a document than this
_PATH_LENGTH_MAX = (None, 200, 1)  # of full, short and shortest form; a hostile path grows sevenfold when it is escaped


def instant(at: datetime) -> str:
    """Return an aware datetime as a statement writes it, to the millisecond."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def evidence_shown(grade: Grade) -> SealedGrade | UnsetType:
    """Return a grade as a receipt names it: a native transcript is what is not said otherwise."""
    return UNSET if grade == "native" else grade


class Receipts:
    """Makes the receipts of one Sở's seal."""

    def __init__(self, so: str, seal: Signer) -> None:
        self.so, self._seal = so, seal

    @property
    def certificate_sha256(self) -> bytes:
        """Fingerprint of the seal's certificate, 32 bytes."""
        return self._seal.certificate_sha256

    def of_outcome(self, outcome: Outcome) -> tuple[str, bytes]:
        """Return (receipt id, message) that answers a command."""
        for path_length_max in _PATH_LENGTH_MAX:
            statement = self._statement(outcome, path_length_max)
            if len(encode(statement)) <= _FULL_BYTES_MAX:
                break
        return self.signed(statement, outcome.command.message_sha256.hex())

    def signed(self, statement: ReceiptStatement, of: str) -> tuple[str, bytes]:
        """Sign a receipt statement; its id is derived from what it answers (`of`) and its kind of answer."""
        payload = encode(statement)
        issued_s = int(_seconds(statement.at))
        signature = sign(
            self._seal, payload, role="so_seal", scope={"owner": f"so-{self.so}"}, typ=statement.type, iat=issued_s
        )
        step = statement.outcome if statement.kind == "Lock" else "answer"
        receipt_id = receipt_id_of(self.so, of, step)
        value = {
            "receipt_id": receipt_id,
            "command_id": statement.command_id,
            "school": statement.school,
            "statement": payload,
            "signature": signature,
        }
        return receipt_id, encode_message("Receipt", value)

    def outgoing(self, school: str, receipt_id: str, **body: Any) -> Outgoing:
        """Address a receipt to its school; `body` is value or reference."""
        topic = receipt_topic(self.so).name
        return Outgoing(topic, school.encode(), "Receipt", receipt_id, f"/so/{self.so}", **body)

    def _statement(self, outcome: Outcome, path_length_max: int | None) -> ReceiptStatement:
        command = outcome.command
        return ReceiptStatement(
            at=instant(command.at),
            command_id=command.command_id,
            documents=tuple(_document(a, _grade(outcome, a), path_length_max) for a in outcome.answers),
            facts=_facts(outcome) or UNSET,
            findings=_shown(outcome.findings, path_length_max),
            kind=command.kind,
            outcome=outcome.outcome,  # type: ignore[arg-type]  # the vocabulary of outcomes is the receipt's
            register_version=command.register_version,
            school=command.school,
            so=self.so,
            type="vn.hocba.receipt/1",
        )


def _facts(outcome: Outcome) -> dict[str, str]:
    """Return what a school can hear from its receipt alone: the round that an approval opened for a correction."""
    key, command = outcome.opens, outcome.command.command
    if key is None:
        return {}
    return {
        "correction": str(getattr(command, "correction", "")),
        "round": f"{key.school_year}/{key.cohort}/{key.number}",
    }


def _grade(outcome: Outcome, answer: Answer) -> Grade:
    """Return the grade of a transcript that stands; what was refused has none."""
    documents = outcome.command.documents
    return "native" if answer.outcome == "refused" else documents[answer.n].evidence


def _document(answer: Answer, grade: Grade, path_length_max: int | None) -> ReceiptDocument:
    shown = _shown(answer.findings, path_length_max)
    return ReceiptDocument(
        document_sha256=answer.document_sha256.hex(),
        evidence=evidence_shown(grade),
        findings=shown or UNSET,
        outcome=answer.outcome,  # type: ignore[arg-type]  # the vocabulary of answers is the receipt's
        state=answer.state or UNSET,
    )


def _shown(findings: Sequence[Finding], path_length_max: int | None) -> tuple[dict[str, Any], ...]:
    if path_length_max is None:
        return tuple(render(f) for f in findings)
    return tuple(
        {"code": f.code, "path": f.path[:path_length_max], "severity": f.severity.value}
        for f in findings[:_SHORT_COUNT_MAX]
    )


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
