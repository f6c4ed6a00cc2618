"""Steps of a correction and issues of slips, as their signatures must name them: who may sign, and about what."""

from collections.abc import Mapping
from typing import Any

__all__ = ["is_slip", "is_step", "roles_of_slip", "roles_of_step", "scope_of_slip", "scope_of_step"]

_TEACHERS = ("homeroom_teacher", "subject_teacher")
_ROLES: Mapping[str, tuple[str, ...]] = {
    "vn.hocba.correction-request/1": _TEACHERS,
    "vn.hocba.correction-confirmation/1": ("principal",),
    "vn.hocba.correction-withdrawal/1": (*_TEACHERS, "principal"),
    "vn.hocba.unlock-request/1": ("school_seal",),
    "vn.hocba.unlock-decision/1": ("so_officer", "so_lead"),
    "vn.hocba.window-closed/1": ("so_seal",),
}


def is_step(said: Mapping[str, Any]) -> bool:
    """Tell whether a statement is a step of a correction."""
    return said.get("type") in _ROLES


def roles_of_step(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the offices by which it may be signed."""
    return _ROLES[str(said.get("type"))]


def scope_of_step(said: Mapping[str, Any], so: str) -> dict[str, str]:
    """Return the scope that its signature must name; with an owner where a person or seal of the Sở signs."""
    named = {
        "school": str(said.get("school")), "school_year": str(said.get("school_year")),
        "correction": str(said.get("correction", said.get("command_id"))),
    }  # fmt: skip
    return {"owner": f"so-{so}", **named} if "so" in said else named


def is_slip(said: Mapping[str, Any]) -> bool:
    """Tell whether a statement issues a look-up slip."""
    return said.get("type") == "vn.hocba.slip/1"


def roles_of_slip(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the offices by which a slip may be signed: of the Sở where it says so."""
    return ("so_lead", "so_officer") if said.get("by") == "department" else ("school_seal", "principal")


def scope_of_slip(said: Mapping[str, Any], so: str) -> dict[str, str]:
    """Return the scope that its signature must name."""
    whose = {"owner": f"so-{so}"} if said.get("by") == "department" else {"school": str(said.get("school"))}
    return {**whose, "school_year": str(said.get("school_year"))}
