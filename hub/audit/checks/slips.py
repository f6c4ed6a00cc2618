"""Check 17: each look-up slip that a Sở accepted is known at Bộ as it was sent, and Bộ knows no other."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from hub.audit import names
from hub.audit.messages import statement
from hub.audit.report import Check
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "Bộ has each slip that a Sở accepted, as it was signed and where its topic has it, and no other."


class _Kept(NamedTuple):
    locator: str
    school: str
    at: datetime
    offset: int
    commitment_hmac: bytes


def check(world: World, check: Check) -> None:
    """Hold Bộ's slips against the commands that the Sở accepted, and against the topics that brought them."""
    at_bo = {(row[0], row[1]): _Kept(*row[2:]) for row in world.bo.rows("bo_slips")}
    for so in world.slugs:
        places = _places(world, so)
        for (data,) in world.so[so].rows("accepted_slips"):
            check.saw()
            digest = hashlib.sha256(data).digest()
            found = at_bo.pop((so, digest), None)
            if found is None:
                check.waits("SLIP_NOT_AT_BO", so=so, slip=digest)
            else:
                _compare(world, check, found, statement(data), so=so, slip=digest)
                _placed(world, check, found, places, so=so, slip=digest)
    for so, digest in sorted(at_bo):
        check.broken("SLIP_NOT_AT_SO", so=so, slip=digest)


def _compare(world: World, check: Check, found: _Kept, said: Mapping[str, Any], **where: object) -> None:
    told = [said.get("locator"), said.get("school")]
    if check.same("SLIP_DIFFERS", [found.locator, found.school], told, **where) and world.slip_key is not None:
        expected = hmac.digest(world.slip_key, bytes.fromhex(said["commitment"]), "sha256")
        check.same("SLIP_COMMITMENT_DIFFERS", found.commitment_hmac, expected, **where)


def _placed(
    world: World, check: Check, found: _Kept, places: Mapping[bytes, tuple[int, int]], *, so: str, slip: bytes
) -> None:
    """Which slip is the newest follows from time and place; those of a log that is gone cannot be looked up."""
    began = world.new_logs.get("bo")
    if began is None or found.at >= began[0]:
        at_ms = round(found.at.timestamp() * 1000)
        check.same("SLIP_PLACE_DIFFERS", (found.offset, at_ms), places.get(slip), so=so, slip=slip)


def _places(world: World, so: str) -> dict[bytes, tuple[int, int]]:
    """Return offset and append time of the first message of each slip, of what Bộ did not set aside."""
    topic, found = names.slip(so), dict[bytes, tuple[int, int]]()
    for stood in world.stood(topic):
        aside = ("slips", topic, stood.part, stood.offset) in world.quarantined["bo"]
        if stood.fact is not None and not aside:
            found.setdefault(stood.fact, (stood.offset, stood.at_ms))
    return found
