"""Which partitions there are to share out is declared, not asked: Faust shares out only what its metadata shows.

A worker that joins its group while a broker comes back may have metadata without the topic. Faust then logs "Ignoring
missing topic", gives every member an empty assignment, and the group is content with it: nobody reads the topic, and no
partition is claimed whose lag could be seen. A static member that is restarted is even given that assignment again.
Partition counts never change (hub.topics), so the declared count is always right.
"""

from collections.abc import Iterable
from typing import Any

from faust.assignor import PartitionAssignor

from hub.topics import Topic

__all__ = ["declared_assignor"]


class _Declared:
    """The cluster as the assignor asks it: partitions of a topic, by declaration."""

    def __init__(self, counts: dict[str, int], cluster: Any) -> None:
        self._counts, self._cluster = counts, cluster

    def partitions_for_topic(self, topic: str) -> set[int]:
        count = self._counts.get(topic)
        return set(range(count)) if count is not None else set(self._cluster.partitions_for_topic(topic) or ())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cluster, name)


def declared_assignor(topics: Iterable[Topic]) -> type[Any]:
    """Return a Faust assignor class that shares out every declared partition of these topics, seen or not."""
    counts = {topic.name: topic.partitions for topic in topics}

    class DeclaredAssignor(PartitionAssignor):  # type: ignore[misc]
        """Shares out what is declared."""

        def assign(self, cluster: Any, member_metadata: Any) -> Any:
            return super().assign(_Declared(counts, cluster), member_metadata)

    return DeclaredAssignor
