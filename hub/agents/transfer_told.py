"""What a receipt of kind "Transfer" says to a school: the state of a transfer, what is awaited, and until when.

It is in the Sở's own name and repeats Bộ's notice without anything that names the pupil.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from hub.catalogue import CATALOGUE, Severity
from hub.domain.findings import Finding, render
from hub.domain.statements import ReceiptStatement, TransferNotice

__all__ = ["TRANSFER", "told_of"]

TRANSFER = "Transfer"  # kind of the receipt; its command id is the id of the transfer
_SHOWN = ("awaited", "due_at", "delivery", "count", "root", "flagged")


def told_of(said: TransferNotice) -> ReceiptStatement:
    """Return the receipt's statement; the same for the same notice."""
    return ReceiptStatement(
        at=said.at, command_id=said.transfer, documents=(), facts=_facts(said), findings=tuple(_findings(said)),
        kind=TRANSFER, outcome=said.outcome, register_version=0, school=said.to.school, so=said.to.so,
        type="vn.hocba.receipt/1",
    )  # fmt: skip


def _facts(said: TransferNotice) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "transfer": said.transfer, "n": said.n, "state": said.state, "step": said.step, "step_id": said.step_id,
        "step_sha256": said.step_sha256, "codes": list(said.codes), "overdue": list(said.overdue),
        "receiving": f"{said.receiving.so}/{said.receiving.school}",
        "sending": f"{said.sending.so}/{said.sending.school}",
    }  # fmt: skip
    named = {name: getattr(said, name) for name in _SHOWN}
    return facts | {name: value for name, value in named.items() if value is not UNSET}


def _findings(said: TransferNotice) -> Iterator[dict[str, Any]]:
    """Yield what refused the step, or is to be looked at; a code of a newer Bộ, without a text here, by its name."""
    severity = Severity.REFUSE if said.outcome == "refused" else Severity.WARN
    for code in said.codes:
        found = Finding(code, severity=severity, facts=said.facts)
        yield render(found) if code in CATALOGUE else {"code": code, "path": "$", "severity": severity.value}
