"""Check 19: windows: open from the decision to the time that it names, and closed behind it by one command."""

from datetime import datetime, timedelta

from hub.audit.messages import statement
from hub.audit.report import Check
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "Each window closes when the decision says; what nobody used is ended behind that time, by a command."
_PATIENCE = timedelta(minutes=2)  # of the scheduler, whose clock and the cluster's may differ


def check(world: World, check: Check) -> None:
    """Hold windows against decisions and the commands that closed them, and the clock."""
    for so in world.slugs:
        now = next(world.so[so].rows("taken_at"))[0] / 1000
        for school, correction_id, closes_at, approval, approved_at, waiting in world.so[so].rows("windows"):
            check.saw()
            where = {"so": so, "school": school, "correction": correction_id}
            decided = _instant(statement(approval or b"").get("closes_at"))
            if closes_at != decided or approved_at is None or closes_at <= approved_at:
                check.broken("WINDOW_NOT_AS_DECIDED", **where)
            if waiting and closes_at.timestamp() + _PATIENCE.total_seconds() < now:
                check.waits("WINDOW_STILL_OPEN", waiting=waiting, **where)
        for school, correction_id, data, appended_at, closes_at in world.so[so].rows("windows_closed"):
            check.saw()
            where = {"so": so, "school": school, "correction": correction_id}
            if appended_at < closes_at:
                check.broken("WINDOW_CLOSED_EARLY", **where)
            check.same("WINDOW_OF_ANOTHER_TIME", _instant(statement(data).get("closes_at")), closes_at, **where)


def _instant(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
