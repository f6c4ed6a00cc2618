"""A Sở's act over many schools (`vn.hocba.so-lock/1`), as each school's command carries it."""

from collections.abc import Mapping
from typing import Any

__all__ = ["LOCKS", "SIGNERS_OF_ACT", "asked_of", "is_act", "scope_of_act"]

LOCKS = ("LockRequest", "SoLock")
SIGNERS_OF_ACT = ("so_lead", "so_officer")  # the first is a lead, the second either
_TYPE = "vn.hocba.so-lock/1"


def is_act(said: Mapping[str, Any]) -> bool:
    """Tell whether a statement is such an act."""
    return said.get("type") == _TYPE


def asked_of(said: Mapping[str, Any], school: str) -> Mapping[str, Any]:
    """Return what a statement asks of one school, in the shape of that school's own lock request.

    Of an act that names the school not once, nothing.
    """
    if not is_act(said):
        return said
    own = [item for item in said.get("locks", ()) if item.get("school") == school]
    if len(own) != 1:
        return {}
    command_id = f"{said.get('command_id')}.{school}"
    return {**own[0], "command_id": command_id, "round": said.get("round"), "school_year": said.get("school_year")}


def scope_of_act(said: Mapping[str, Any], so: str) -> dict[str, str]:
    """Return the scope that its signatures must name."""
    return {"owner": f"so-{so}", "school_year": str(said.get("school_year", ""))}
