"""Check 4: one current version of each record."""

from hub.audit.report import Check
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

# A correction counts from its lock on: until then the version before it does.
PROMISE = "Each record (school, pupil, year, period) has at most one current version, its newest; versions run 1..n."


def check(world: World, check: Check) -> None:
    """Look at the versions of each record."""
    for so in world.slugs:
        for first, lowest, highest, count, distinct, current, newest, standing in world.so[so].rows("records"):
            check.saw()
            where = {"so": so, "document_sha256": first}
            if (lowest, highest, distinct) != (1, count, count):
                check.broken("VERSIONS_WITH_GAPS", lowest=lowest, highest=highest, count=count, **where)
            if current > 1:
                check.broken("TWO_CURRENT_VERSIONS", current=current, **where)
            elif current == 1 and newest != standing:
                check.broken("CURRENT_IS_NOT_NEWEST", current=newest, newest=standing, **where)
