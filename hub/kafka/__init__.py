"""Everything that speaks to Kafka: topic administration and what a deployment needs."""

from hub.kafka.admin import (
    Member,
    cluster_id,
    create_missing,
    differences,
    end_offsets,
    group_members,
    topic_ids,
)
from hub.kafka.lag import Undone, first_undone
from hub.kafka.tolerant import install as _install_tolerant_reading

__all__ = [
    "Member",
    "Undone",
    "cluster_id",
    "create_missing",
    "differences",
    "end_offsets",
    "first_undone",
    "group_members",
    "topic_ids",
]

_install_tolerant_reading()  # every consumer in a process that has this door is one that reads on
