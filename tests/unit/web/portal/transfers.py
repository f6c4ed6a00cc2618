"""Transfers of the world's pupil, as Bộ would tell them, and how a family comes to say something about one."""

from datetime import UTC, datetime
from typing import Any

from hub.web.portal.transfer_store import FamilyStep, FamilyTransfer, FamilyWish, SchoolPlace
from tests.unit.web.portal.test_sharing import GUARDIAN, PUPIL, logged_in
from tests.unit.web.portal.world import Reader, World

__all__ = ["ASKED_AT", "FORM", "ID", "NEW", "OLD", "a_step", "a_transfer", "a_wish", "family", "says_who"]

ID = "ab" * 32
OLD, NEW = SchoolPlace("ha-noi", "0101001"), SchoolPlace("nghe-an", "40000001")
ASKED_AT = datetime(2026, 6, 30, 2, 0, tzinfo=UTC)
FORM = {
    "den": "nghe-an/40000001", "tu": "ha-noi/0101001", "year": "2026-2027", "grade": "4",
    "reason": "Gia đình chuyển nơi ở", "birth": "14/03/2017", "den_so": "nghe-an",
}  # fmt: skip


def a_step(kind: str = "TransferRequest", at: datetime = ASKED_AT, **said: Any) -> FamilyStep:
    """Make a step; a request of the family by default."""
    return FamilyStep(kind, "bo", NEW.code, at, said or {"by": "family", "reason": "Gia đình chuyển nơi ở"})


def a_transfer(**changes: Any) -> FamilyTransfer:
    """Make a transfer that waits for the family's consent until the end of 14 July 2026."""
    usual: dict[str, Any] = {
        "transfer_id": ID, "receiving": NEW, "sending": OLD, "school_year": "2026-2027", "grade": 4,
        "state": "requested", "procedure": "TT15-2026", "opened_at": ASKED_AT, "awaited": "consent",
        "due_at": datetime(2026, 7, 14, 17, tzinfo=UTC), "is_overdue": False, "consents": frozenset(),
        "reason": "Gia đình chuyển nơi ở", "steps": (a_step(),),
    }  # fmt: skip
    return FamilyTransfer(**usual | changes)


def a_wish(kind: str = "TransferConsent", *codes: str, **changes: Any) -> FamilyWish:
    """Make a wish that waits, or was refused with these codes."""
    usual = {"transfer_id": ID, "receiving": NEW, "sending": OLD, "parties": ("pupil",), "at": ASKED_AT}
    return FamilyWish(kind, **usual | changes, is_refused=bool(codes), codes=codes)  # type: ignore[arg-type]


async def family(*moves: FamilyTransfer) -> tuple[World, Reader]:
    """Return a world with these transfers, and a reader who has shown the slip."""
    world = World()
    world.store.record.moves = list(moves)
    reader = world.reader()
    await reader.look_up()
    return world, reader


async def says_who(world: World, reader: Reader, *parties: str) -> None:
    """Let these log in."""
    for party in parties:
        answer = await logged_in(world, reader, party, {"pupil": PUPIL, "guardian": GUARDIAN}[party])
        assert answer.status_code == 303, answer.text
