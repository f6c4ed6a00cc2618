"""The path of a correction, written down again as data: who may take which step, by which command, from which state."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

__all__ = ["APART", "EVENTS", "Event", "asked_item", "ends_in"]

_TEACHERS = ("homeroom_teacher", "subject_teacher")
_OF_SO = ("so_officer", "so_lead")
_OF_SUBMISSION = ("school_seal", "principal", "so_seal", "system_seal")


class Event(NamedTuple):
    """One step: from which states to which, by which offices, in which kinds of command."""

    before: tuple[str, ...]
    after: str
    roles: tuple[str, ...]
    kinds: tuple[str, ...]


EVENTS: Mapping[str, Event] = {
    "request": Event(("",), "requested", _TEACHERS, ("CorrectionRequest",)),
    "confirm": Event(("requested",), "confirmed", ("principal",), ("CorrectionConfirmation",)),
    "submit": Event(("confirmed",), "submitted", ("school_seal",), ("UnlockRequest",)),
    "approve": Event(("submitted",), "approved", _OF_SO, ("UnlockDecision",)),
    "reject": Event(("submitted",), "rejected", _OF_SO, ("UnlockDecision",)),
    "withdraw": Event(
        ("requested", "confirmed", "submitted"), "withdrawn", (*_TEACHERS, "principal"), ("CorrectionWithdrawal",)
    ),
    "resubmit": Event(("approved", "resubmitted"), "resubmitted", _OF_SUBMISSION, ("Submission",)),
    "reopen": Event(("resubmitted",), "approved", ("principal", "so_seal"), ("Recall", "Submission")),
    "relock": Event(("resubmitted",), "relocked", ("principal",), ("LockRequest",)),
    "expire": Event(("approved",), "expired", ("so_seal",), ("WindowClosed",)),
}  # fmt: skip
APART = ("request", "confirm", "submit", "approve", "reject")
"""Whoever takes one of these steps in one office takes no other of them in another."""


def asked_item(said: Mapping[str, Any], n: int) -> Mapping[str, Any]:
    """Return what a request asks for its n-th pupil; nothing where it has no such pupil."""
    items = said.get("items", ())
    return items[n] if 0 <= n < len(items) else {}


def ends_in(events: Iterable[str]) -> str | None:
    """Return the state to which these steps lead, oldest first; None where one of them could not be taken."""
    state = ""
    for name in events:
        event = EVENTS.get(name)
        if event is None or state not in event.before:
            return None
        state = event.after
    return state
