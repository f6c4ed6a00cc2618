"""The oracle's own words on who signs a step of a transfer, and about what, beside the hub's."""

from typing import Any

import msgspec
import pytest

from hub.audit.moves import is_move, roles_of_move, scope_of_move
from hub.decision import KINDS
from hub.domain.statements import TransferDecision, TransferParty, TransferRequest, TransferWithdrawal

HERE, THERE = TransferParty(school="010101", so="ha-noi"), TransferParty(school="400101", so="nghe-an")
COMMON: dict[str, Any] = {
    "command_id": "command-01", "issued_at": "2026-06-20T03:00:00Z", "school": HERE.school, "so": HERE.so,
}  # fmt: skip
ABOUT = {"request_sha256": "ab" * 32, "transfer": "cd" * 32}
STEPS = (
    TransferRequest(
        birth_date="2015-03-04", by="school", grade=5, pupil="id:001217000123", reason="Chuyển nơi ở", receiving=HERE,
        school_year="2025-2026", sending=THERE, type="vn.hocba.transfer-request/1", **COMMON,
    ),
    TransferWithdrawal(by="school", reason="Ở lại", type="vn.hocba.transfer-withdrawal/1", **COMMON, **ABOUT),
    TransferDecision(
        by="department", decision="prefer", number="QĐ 1", reason="Đã xác minh", type="vn.hocba.transfer-decision/1",
        **COMMON, **ABOUT,
    ),
)  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("Transfer")])
def test_who_may_sign_is_the_same(kind: str) -> None:
    """Of each kind that a Sở takes."""
    said = {"type": f"vn.hocba.transfer-{kind.removeprefix('Transfer').lower()}/1"}
    assert is_move(said)
    assert frozenset(roles_of_move(said)) == KINDS[kind].roles


@pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
def test_what_a_signature_names_is_the_same(step: Any) -> None:
    """Also of a request, whose transfer follows from it."""
    assert scope_of_move(msgspec.to_builtins(step), HERE.so) == step.scope
