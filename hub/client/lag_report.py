"""What is told of the lag of an organisation: its stages, their partitions, and what else waits."""

from dataclasses import dataclass
from typing import Any

from hub.kafka import Member
from hub.operate import Status, worst

__all__ = ["OrganisationLag", "PartitionLag", "StageLag", "Waiting"]


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """One partition of a stage: `position` is the next offset to do; seconds since the oldest record not done came."""

    topic: str
    part: int
    position: int
    end: int
    lag_messages: int
    lag_seconds: float
    status: Status


@dataclass(frozen=True, slots=True)
class StageLag:
    """One stage over all of its partitions."""

    stage: str
    group: str
    members: tuple[Member, ...]
    partitions: tuple[PartitionLag, ...]

    @property
    def status(self) -> Status:
        """The worst of its partitions."""
        return worst(p.status for p in self.partitions)

    @property
    def lag_messages(self) -> int:
        """Records that wait, over all partitions."""
        return sum(p.lag_messages for p in self.partitions)

    @property
    def lag_seconds(self) -> float:
        """Age of the oldest record that waits, 0 for none."""
        return max((p.lag_seconds for p in self.partitions), default=0.0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits beside the topics: `kind` is "outbox", "parked" (schools) or "parked_record" (their records).

    `oldest_s` is the age of the oldest in seconds, None for none.
    """

    kind: str
    count: int
    oldest_s: float | None


@dataclass(frozen=True, slots=True)
class OrganisationLag:
    """The stages of one organisation, and what else waits there."""

    owner: str
    stages: tuple[StageLag, ...]
    waiting: tuple[Waiting, ...]

    @property
    def status(self) -> Status:
        """The worst of its stages."""
        return worst(stage.status for stage in self.stages)

    def shown(self) -> dict[str, Any]:
        """Return the lag as one JSON object."""
        return {
            "owner": self.owner,
            "status": self.status.value,
            "stages": [_shown(stage) for stage in self.stages],
            "waiting": [{"kind": w.kind, "count": w.count, "oldest_seconds": w.oldest_s} for w in self.waiting],
        }


def _shown(stage: StageLag) -> dict[str, Any]:
    return {
        "stage": stage.stage,
        "group": stage.group,
        "status": stage.status.value,
        "members": len(stage.members),
        "lag_messages": stage.lag_messages,
        "lag_seconds": stage.lag_seconds,
        "partitions": [
            {"topic": p.topic, "partition": p.part, "position": p.position, "end": p.end,
             "lag_messages": p.lag_messages, "lag_seconds": p.lag_seconds, "status": p.status.value}
            for p in stage.partitions
        ],
    }  # fmt: skip
