"""Check 17: each look-up slip that a Sở accepted is known at Bộ, and Bộ knows no other."""

import hashlib

from hub.audit.messages import statement
from hub.audit.report import Check
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "Bộ has each slip that a Sở accepted, for the locator and school that were signed, and no other."


def check(world: World, check: Check) -> None:
    """Hold Bộ's slips against the commands that the Sở accepted."""
    at_bo = {(so, digest): (locator, school) for so, digest, locator, school in world.bo.rows("bo_slips")}
    for so in world.slugs:
        for (data,) in world.so[so].rows("accepted_slips"):
            check.saw()
            digest, said = hashlib.sha256(data).digest(), statement(data)
            found = at_bo.pop((so, digest), None)
            if found is None:
                check.waits("SLIP_NOT_AT_BO", so=so, slip=digest)
            else:
                check.same("SLIP_DIFFERS", list(found), [said.get("locator"), said.get("school")], so=so, slip=digest)
    for so, digest in sorted(at_bo):
        check.broken("SLIP_NOT_AT_SO", so=so, slip=digest)
