"""Đề nghị chuyển trường: a request begins a transfer, or contends with one that the pupil has."""

from dataclasses import replace
from datetime import date

from hub.decision.transfer_known import KnownTransfers, Transfer, TransferStepIn
from hub.decision.transfer_moves import check_not_moved, waiting
from hub.domain.civil import civil_date
from hub.domain.procedure import procedure_on
from hub.domain.statements import TransferRequest
from hub.errors import Refused

__all__ = ["asked_row", "opened"]


def asked_row(step: TransferStepIn) -> Transfer | None:
    """Return the row that a request asks for, in state "none": nothing stands yet. None without a real birth date."""
    said = step.said
    assert isinstance(said, TransferRequest)
    try:
        born = date.fromisoformat(said.birth_date)
    except ValueError:
        return None
    return Transfer(
        transfer_id=said.about, pupil=said.pupil, birth_date=born, school_year=said.school_year, grade=said.grade,
        receiving=said.receiving, sending=said.sending, state="none", procedure=procedure_on(civil_date(step.at)).id,
        request_sha256=step.statement_sha256, opened_at=step.at, since=step.at, group=said.about, place=step.place,
    )  # fmt: skip


def opened(step: TransferStepIn, known: KnownTransfers) -> Transfer:
    """Return the new transfer: requested, or contested while the person has another open one. Raises Refused."""
    row = asked_row(step)
    if row is None or row.birth_date > civil_date(step.at):
        raise Refused("TRANSFER_BIRTH_DATE_WRONG")
    if row.transfer_id in known.transfers:
        raise Refused("COMMAND_ID_REUSED")
    _check_form(step, row)
    _check_known(step, row, known)
    others = [other for other in known.of_person(row.pupil) if other.is_open]
    if any((other.receiving, other.sending) == (row.receiving, row.sending) for other in others):
        raise Refused("TRANSFER_ASKED_ALREADY")
    told = known.told.get(step.statement_sha256)
    contested = bool(others) if told is None else told.state == "contested"
    group = others[0].group if contested and others else row.group
    return waiting(replace(row, state="contested" if contested else "requested", group=group), step.at, known.registers)


def _check_form(step: TransferStepIn, row: Transfer) -> None:
    said = step.said
    assert isinstance(said, TransferRequest)
    if (step.school, said.school, said.so) != (row.receiving.school, row.receiving.school, row.receiving.so):
        raise Refused("TRANSFER_RECEIVER_ASKS")
    if step.so != ("bo" if said.by == "family" else said.so):
        raise Refused("TRANSFER_NOT_YOURS")
    if row.receiving == row.sending:
        raise Refused("TRANSFER_SAME_SCHOOL")


def _check_known(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> None:
    """Compare the request with the registers, the pupil's transcripts and earlier transfers."""
    if known.is_told(step):
        return
    registers = known.registers
    for party, stands in ((row.receiving, registers.is_open), (row.sending, registers.is_known)):
        if not stands(party, step.at):
            raise Refused("TRANSFER_SCHOOL_UNKNOWN", {"school": party.school, "so": party.so})
    born = row.birth_date.isoformat()
    if not all(born.startswith(one.birth_date) for one in known.documents_of(row.pupil) if one.is_current):
        raise Refused("TRANSFER_BIRTH_DATE_DIFFERS")
    check_not_moved(row, known)
