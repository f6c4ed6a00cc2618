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

__all__ = [
    "Member",
    "cluster_id",
    "create_missing",
    "differences",
    "end_offsets",
    "group_members",
    "topic_ids",
]
