"""Lời của gia đình: what a family says of a transfer at the portal, as the step that Bộ's seal signs for it. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

from hub.domain.statements import (
    TransferConsent,
    TransferParty,
    TransferRequest,
    TransferStatement,
    TransferWithdrawal,
)

__all__ = ["TransferWish", "said_of"]

_ID = "family-"


@dataclass(frozen=True, slots=True)
class TransferWish:
    """One wish as the portal kept it. `wish_id` is a UUID; `transfer_id` and `request_sha256` are None for a request.

    What a request alone says (`birth_date` to `reason`) is None elsewhere; a withdrawal has its reason.
    """

    wish_id: str
    kind: str
    transfer_id: str | None
    request_sha256: str | None
    pupil: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    school_year: str | None
    grade: int | None
    receiving: TransferParty
    sending: TransferParty
    reason: str | None = field(repr=False)
    parties: tuple[Literal["pupil", "guardian"], ...]
    at: datetime

    @property
    def command_id(self) -> str:
        """Id of the step: the same wish is the same step, however often it is said."""
        return _ID + self.wish_id


def said_of(wish: TransferWish) -> TransferStatement:
    """Return the step that a wish makes; equal for the same wish. ValueError where it lacks what its kind says."""
    if wish.kind == "TransferRequest" and wish.birth_date is not None:
        return TransferRequest(
            birth_date=wish.birth_date.isoformat(), by="family", grade=wish.grade or 0, pupil=wish.pupil,
            reason=wish.reason or "", receiving=wish.receiving, school_year=wish.school_year or "",
            sending=wish.sending, type="vn.hocba.transfer-request/1", **_acted(wish),
        )  # fmt: skip
    if wish.kind == "TransferConsent":
        return TransferConsent(by="family", parties=wish.parties, type="vn.hocba.transfer-consent/1", **_step(wish))
    if wish.kind == "TransferWithdrawal" and wish.reason is not None:
        return TransferWithdrawal(by="family", reason=wish.reason, type="vn.hocba.transfer-withdrawal/1", **_step(wish))
    raise ValueError(wish.kind)


def _acted(wish: TransferWish) -> dict[str, Any]:
    """Return what every step says; school and Sở of the family's steps are the receiving ones."""
    at = wish.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "command_id": wish.command_id, "issued_at": at, "school": wish.receiving.school, "so": wish.receiving.so,
    }  # fmt: skip


def _step(wish: TransferWish) -> dict[str, Any]:
    return {"request_sha256": wish.request_sha256, "transfer": wish.transfer_id, **_acted(wish)}
