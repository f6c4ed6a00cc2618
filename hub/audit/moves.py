"""Steps of a transfer that a Sở took from its schools, as their signatures must name them: who may sign, about what."""

import hashlib
from collections.abc import Mapping
from typing import Any

__all__ = ["is_move", "roles_of_move", "scope_of_move"]

_SCHOOL, _SO = ("school_seal", "principal"), ("so_lead", "so_officer")
_ROLES: Mapping[str, tuple[str, ...]] = {
    "vn.hocba.transfer-request/1": _SCHOOL,
    "vn.hocba.transfer-consent/1": _SCHOOL,
    "vn.hocba.transfer-answer/1": ("principal",),
    "vn.hocba.transfer-release/1": ("principal",),
    "vn.hocba.transfer-acknowledgement/1": _SCHOOL,
    "vn.hocba.transfer-withdrawal/1": _SCHOOL,
    "vn.hocba.transfer-referral/1": _SO,
    "vn.hocba.transfer-decision/1": _SO,
}


def is_move(said: Mapping[str, Any]) -> bool:
    """Tell whether a statement is a step of a transfer."""
    return said.get("type") in _ROLES


def roles_of_move(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the offices by which it may be signed."""
    return _ROLES[str(said.get("type"))]


def scope_of_move(said: Mapping[str, Any], so: str) -> dict[str, str]:
    """Return the scope that its signature must name; with an owner where a person of the Sở signs.

    A request names no transfer: it begins the one whose id follows from Sở, school and command id.
    """
    school = str(said.get("school"))
    begun = "\n".join(("vn.hocba.transfer/1", str(said.get("so")), school, str(said.get("command_id"))))
    named = {"school": school, "transfer": str(said.get("transfer") or hashlib.sha256(begun.encode()).hexdigest())}
    return {"owner": f"so-{so}", **named} if said.get("by") == "department" else named
