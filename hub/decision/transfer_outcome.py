"""Chuyển trường tại Bộ: what became of a step, and what each school is told about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from msgspec import UNSET

from hub.decision.transfer_known import KnownTransfers, Transfer, TransferStepIn
from hub.domain.findings import Finding
from hub.domain.statements import TransferNotice, TransferParty

__all__ = ["Told", "TransferOutcome", "notice_of"]


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that is due: to whom, of which transfer as it stands now.

    `codes`: why the step was refused, with the `facts` of their texts; of an accepted one, what its receiver has to
    know besides, about the document `flagged` if there is one.
    """

    to: TransferParty
    row: Transfer
    outcome: Literal["accepted", "refused"] = "accepted"
    codes: tuple[str, ...] = ()
    reason: str | None = None
    flagged: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TransferOutcome:
    """What became of one step.

    `outcome`: "accepted", "refused", or "repeated" for a statement that was decided before (nothing changes, nobody is
    told). `row`: the step's transfer afterwards; None when there is none. `changed`: every row to write, that one and
    rivals; `told`: the notices, in their order.
    """

    step: TransferStepIn
    outcome: str
    findings: tuple[Finding, ...] = ()
    row: Transfer | None = None
    changed: tuple[Transfer, ...] = ()
    told: tuple[Told, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the findings, each once, in order."""
        return tuple(dict.fromkeys(found.code for found in self.findings))

    def add_to(self, known: KnownTransfers) -> None:
        """Bring what is known up to date."""
        known.decided.add(self.step.statement_sha256)
        known.transfers.update({row.transfer_id: row for row in self.changed})


def notice_of(told: Told, step: TransferStepIn, n: int) -> TransferNotice:
    """Return the statement of a notice; `n` counts those of this transfer to this school from 1."""
    row = told.row
    sent = {"count": row.count, "delivery": row.delivery, "documents": row.documents, "root": row.root}
    return TransferNotice(
        at=_text(step.at), awaited=row.awaited or UNSET, birth_date=row.birth_date.isoformat(), codes=told.codes,
        due_at=UNSET if row.due_at is None else _text(row.due_at), facts=dict(told.facts),
        flagged=told.flagged or UNSET,
        grade=row.grade, n=n, overdue=row.overdue,
        outcome=told.outcome, procedure=row.procedure, pupil=row.pupil,
        reason=told.reason or UNSET, receiving=row.receiving, request_sha256=row.request_sha256,
        school_year=row.school_year, sending=row.sending, state=row.state, step=step.kind,
        step_id=step.said.command_id, step_sha256=step.statement_sha256, to=told.to, transfer=row.transfer_id,
        type="vn.hocba.transfer-notice/1", **(sent if row.delivery else {}),  # type: ignore[arg-type]
    )  # fmt: skip


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
