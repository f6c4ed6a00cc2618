"""Rows of Bộ's transfers as the pages take them, and a family's word as the portal's function takes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.web.portal.transfer_store import FamilyStep, FamilyTransfer, FamilyWish, NewWish, SchoolPlace

__all__ = ["transfer_of", "wish_fields", "wish_of"]


def transfer_of(row: Sequence[Any]) -> FamilyTransfer:
    """Return the transfer of a row of `portal_transfers`."""
    (transfer_id, receiving_so, receiving, sending_so, sending, year, grade, state, procedure, opened_at, awaited,
     due_at, is_overdue, consents, reason, steps) = row  # fmt: skip
    return FamilyTransfer(
        transfer_id, SchoolPlace(receiving_so, receiving), SchoolPlace(sending_so, sending), year, grade, state,
        procedure, opened_at, awaited, due_at, is_overdue, frozenset(consents), reason or "",
        [_step(said) for said in steps],
    )  # fmt: skip


def wish_of(row: Sequence[Any]) -> FamilyWish:
    """Return the wish of a row of `portal_wishes`."""
    kind, transfer_id, receiving_so, receiving, sending_so, sending, parties, at, outcome, codes = row
    return FamilyWish(
        kind, transfer_id, SchoolPlace(receiving_so, receiving), SchoolPlace(sending_so, sending), tuple(parties), at,
        outcome == "refused", tuple(codes or ()),
    )  # fmt: skip


def wish_fields(said: NewWish) -> Mapping[str, Any]:
    """Return the fields of `portal_wish`."""
    receiving, sending = said.receiving or SchoolPlace("", ""), said.sending or SchoolPlace("", "")
    return {
        "kind": said.kind, "transfer": said.transfer_id, "receiving_so": receiving.so, "receiving": receiving.code,
        "sending_so": sending.so, "sending": sending.code, "school_year": said.school_year, "grade": said.grade,
        "born": said.birth_date, "reason": said.reason,
    }  # fmt: skip


def _step(said: dict[str, Any]) -> FamilyStep:
    at = datetime.fromisoformat(said["at"])
    told = {name: value for name, value in said.items() if name not in ("kind", "so", "school", "at")}
    return FamilyStep(said["kind"], said["so"], said["school"], at, told)
