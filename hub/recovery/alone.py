"""Recovery works alone: while a worker of the organisation lives, what it decides would race with what is read back."""

from hub.errors import Refused
from hub.kafka.admin import group_members
from hub.kafka.deployment import group_prefix
from hub.topics import BO_STAGES, SO_STAGES

__all__ = ["refuse_if_working"]


def refuse_if_working(owner: str, bootstrap: str) -> None:
    """Return when no consumer group of `owner` has a member. Raises Refused(WORKERS_RUNNING), Unavailable.

    A worker that was killed stays a member until its session ends (6 s).
    """
    prefix, stages = group_prefix(owner), BO_STAGES if owner == "bo" else SO_STAGES
    members = group_members(bootstrap, [f"{prefix}{stage}" for stage in stages])
    busy = sorted(group for group, found in members.items() if found)
    if busy:
        raise Refused("WORKERS_RUNNING", {"groups": ", ".join(busy)})
