"""The position: the truth about which records of a partition are done.

The Kafka commit is a hint. A position is claimed lazily, moved by compare-and-set as the first statement of each
transaction, and belongs to one cluster, one topic and one last record: anything else at its place is foreign.
"""

from dataclasses import dataclass, replace

from hub.errors import Corrupt
from hub.store import Connection
from hub.store.queries import queries_of

__all__ = ["ATTEMPTS_DEADLY", "ATTEMPTS_SUSPICIOUS", "Fenced", "Place", "Position", "advance", "attempt", "claim"]

_SQL = queries_of("common")
ATTEMPTS_SUSPICIOUS = 3  # so many owners that began and never ended mean that a record may be killing the process
ATTEMPTS_DEADLY = 8  # and it does so behind the decoder: its school is parked unread


class Fenced(Exception):
    """Another owner has moved the position: drop the batch, claim again. Not an error."""


@dataclass(frozen=True, slots=True)
class Place:
    """A partition as this stage sees it, on which cluster and under which topic id."""

    stage: str
    topic: str
    part: int
    cluster_id: str
    topic_id: str


@dataclass(frozen=True, slots=True)
class Position:
    """What this worker owns: the next offset to do, under its epoch."""

    place: Place
    next_offset: int
    epoch: int
    last_sha256: bytes | None
    attempt_count: int  # owners that began a batch here since the last one that ended
    untried: bool = False  # this owner has not begun yet

    @property
    def suspicious(self) -> bool:
        """Tell whether the next record may have killed earlier owners: it is decoded in a child, and done alone."""
        return self.attempt_count > ATTEMPTS_SUSPICIOUS

    @property
    def deadly(self) -> bool:
        """Tell whether it went on killing them: it is not touched again."""
        return self.attempt_count > ATTEMPTS_DEADLY


def claim(connection: Connection, place: Place) -> Position:
    """Take over the partition. Corrupt(POSITION_FOREIGN) when it was done on another cluster or topic."""
    row = connection.execute(
        _SQL["claim"],
        {
            "stage": place.stage,
            "topic": place.topic,
            "part": place.part,
            "cluster_id": place.cluster_id,
            "topic_id": place.topic_id,
        },
    ).fetchone()
    assert row is not None
    next_offset, epoch, cluster_id, topic_id, last_sha256, attempt_count = row
    if (cluster_id, topic_id) != (place.cluster_id, place.topic_id):
        raise Corrupt("POSITION_FOREIGN", {"topic": place.topic, "part": str(place.part), "reason": "cluster or topic"})
    return Position(place, next_offset, epoch, last_sha256, attempt_count, untried=True)


def attempt(connection: Connection, position: Position) -> Position:
    """Note, before anything is touched, that this owner begins; it is forgotten with the first batch that ends."""
    place = position.place
    row = connection.execute(_SQL["attempt"], (place.stage, place.topic, place.part, position.epoch)).fetchone()
    if row is None:
        raise Fenced(f"{place.topic}[{place.part}]")
    return replace(position, attempt_count=row[0], untried=False)


def advance(connection: Connection, position: Position, after: int, last_sha256: bytes | None) -> Position:
    """Move the position inside the open transaction, or raise Fenced."""
    place = position.place
    moved = connection.execute(
        _SQL["advance"],
        {
            "stage": place.stage,
            "topic": place.topic,
            "part": place.part,
            "before": position.next_offset,
            "after": after,
            "epoch": position.epoch,
            "last_sha256": last_sha256,
        },
    )
    if moved.rowcount != 1:
        raise Fenced(f"{place.topic}[{place.part}]")
    return replace(position, next_offset=after, last_sha256=last_sha256 or position.last_sha256, attempt_count=0)
