"""Trạng thái và thời hạn: a transfer goes on to another state, and waits for something from then on."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.decision.transfer_known import KnownTransfers, Registers, Transfer, TransferStepIn
from hub.domain.lifecycle import next_state
from hub.domain.procedure import PROCEDURES, Procedure, awaited_in, due_at
from hub.errors import Refused

__all__ = ["check_not_moved", "check_uncontested", "moved", "procedure_of", "refers", "waiting"]

_BY_ID = {procedure.id: procedure for procedure in PROCEDURES}
_SENDING_SIDE = frozenset({"release", "decision"})


def procedure_of(row: Transfer) -> Procedure:
    """Return the procedure of the day on which the transfer was asked for."""
    return _BY_ID[row.procedure]


def refers(row: Transfer) -> bool:
    """Tell whether a Sở has yet to refer the pupil."""
    return procedure_of(row).refers and not row.same_so and len(row.referrals) < 2


def moved(row: Transfer, event: str, step: TransferStepIn, known: KnownTransfers, **changes: Any) -> Transfer:
    """Return the row after an event, with its new clock. Raises Refused as `hub.domain.lifecycle.next_state`."""
    state = next_state("transfer", row.state, event)
    return waiting(replace(row, state=state, **changes), step.at, known.registers)


def waiting(row: Transfer, since: datetime, registers: Registers) -> Transfer:
    """Return the row with what it waits for from an instant on; a clock begins anew."""
    awaited = awaited_in(row.state, refers=refers(row))
    days = None if awaited is None else procedure_of(row).days_for(awaited, same_so=row.same_so)
    so = row.sending.so if awaited in _SENDING_SIDE else row.receiving.so
    due = None if days is None else due_at(since, days, registers.days_off(so, since))
    return replace(row, since=since, awaited=awaited, due_at=due, is_overdue=False)


def check_uncontested(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> None:
    """Raise Refused when the pupil may not go on to this school now.

    TRANSFER_CONTESTED: another transfer of the person is open. TRANSFER_PUPIL_MOVED: as `check_not_moved`.
    """
    if known.rivals(row):
        raise Refused("TRANSFER_CONTESTED")
    if known.is_told(step):
        return
    if any(other.is_open and other.transfer_id != row.transfer_id for other in known.of_person(row.pupil)):
        raise Refused("TRANSFER_CONTESTED")
    check_not_moved(row, known)


def check_not_moved(row: Transfer, known: KnownTransfers) -> None:
    """Raise Refused(TRANSFER_PUPIL_MOVED) when another school took the pupil in the same school year.

    Between school years a pupil goes on to another school without a transfer; within one, only by a transfer.
    """
    closed = [other for other in known.of_person(row.pupil) if other.closed_at and other.school_year == row.school_year]
    last = max(closed, key=lambda other: (other.closed_at, other.place), default=None)
    if last is not None and last.transfer_id != row.transfer_id and last.receiving != row.sending:
        raise Refused("TRANSFER_PUPIL_MOVED")
