"""Lag of every stage, seen from outside, so that it is told also while no worker runs.

Positions come from the databases, ends and the oldest records not done from the log; the Kafka commit is not asked.
Two looks a moment apart show what moves; the time of a position's last move tells the rest.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.client.lag_report import OrganisationLag, PartitionLag, StageLag, Waiting
from hub.client.status import Source, group_of, members_of
from hub.errors import Unavailable
from hub.kafka import Member, Undone, end_offsets, first_undone
from hub.operate import Sample, judge
from hub.store import open_connection, unavailable
from hub.store.queries import queries_of

__all__ = ["lag_of"]

_COMMON = queries_of("common")
_BETWEEN_LOOKS_S = 2.0
_Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Look:
    """One database and its part of the log at one time, by the clock of the database."""

    at: datetime
    positions: Mapping[tuple[str, str, int], tuple[int, datetime]]
    waiting: tuple[Waiting, ...]
    ends: Mapping[_Place, int]


def lag_of(
    bootstrap: str, sources: Sequence[Source], *, running: bool = True, window: timedelta
) -> list[OrganisationLag]:
    """Look twice and judge. Raises Unavailable when broker, log or a database does not answer, with the `owner`.

    Not `running`: the servers were started for this question alone, so nobody works, whatever the broker remembers
    of the groups of an earlier run.
    """
    earlier = [_look(bootstrap, source) for source in sources]
    time.sleep(_BETWEEN_LOOKS_S)
    later = [_look(bootstrap, source) for source in sources]
    groups = [group_of(source, stage) for source in sources for stage in source.stages] if running else []
    members = members_of(bootstrap, groups)
    return [
        _organisation(bootstrap, source, (first, second), members, window)
        for source, first, second in zip(sources, earlier, later, strict=True)
    ]


def _look(bootstrap: str, source: Source) -> _Look:
    """Positions before ends: a record that arrives in between waits, it is not ahead of the log."""
    try:
        with open_connection(source.url) as connection, unavailable():
            rows = connection.execute(_COMMON["positions"]).fetchall()
            now = connection.execute(_COMMON["database_time"]).fetchone()
            waiting = tuple(Waiting(*row) for row in connection.execute(_COMMON["waiting"]).fetchall())
    except Unavailable as error:
        raise Unavailable(error.code, error.facts | {"owner": source.owner}) from error
    assert now is not None
    positions = {(stage, topic, part): (offset, moved_at) for stage, topic, part, offset, moved_at in rows}
    topics = {topic.name: topic for topics in source.stages.values() for topic in topics}
    places = [(topic.name, part) for topic in topics.values() for part in range(topic.partitions)]
    return _Look(now[0], positions, waiting, end_offsets(bootstrap, places))


def _organisation(
    bootstrap: str, source: Source, looks: tuple[_Look, _Look], members: Mapping[str, tuple[Member, ...]],
    window: timedelta,
) -> OrganisationLag:  # fmt: skip
    samples = {
        (stage, (topic.name, part)): [_sample(look, stage, (topic.name, part)) for look in looks]
        for stage, topics in source.stages.items()
        for topic in topics
        for part in range(topic.partitions)
    }
    # Inside one organisation a topic is read by one stage alone, so a place names its position.
    asked = {place: (last.position, last.end) for (_, place), (_, last) in samples.items() if last.lag}
    undone = asyncio.run(first_undone(bootstrap, asked))
    stages = []
    for stage in source.stages:
        group = group_of(source, stage)
        own = tuple(members.get(group, ()))
        partitions = tuple(
            _partition(place, history, undone.get(place), looks[-1].positions.get((stage, *place)), bool(own), window)
            for (name, place), history in samples.items()
            if name == stage
        )
        stages.append(StageLag(stage, group, own, partitions))
    return OrganisationLag(source.owner, tuple(stages), looks[-1].waiting)


def _sample(look: _Look, stage: str, place: _Place) -> Sample:
    """A partition that nobody has claimed yet waits from its beginning."""
    position, _ = look.positions.get((stage, *place), (0, look.at))
    return Sample(look.at, position, look.ends[place])


def _partition(
    place: _Place, history: Sequence[Sample], undone: Undone | None, known: tuple[int, datetime] | None, alive: bool,
    window: timedelta,
) -> PartitionLag:  # fmt: skip
    last = history[-1]
    if last.lag and undone is None:  # nothing stands there: holes of a compacted topic, or markers
        history = [replace(sample, end=min(sample.end, sample.position)) for sample in history]
        last = history[-1]
    if undone is not None:
        since = undone.at if known is None else max(undone.at, known[1])  # so long it has stood still at least
        history = [Sample(min(since, last.at), last.position, undone.offset + 1), *history]
    age = (last.at - undone.at).total_seconds() if undone is not None else 0.0
    return PartitionLag(
        *place, last.position, last.end, last.lag, round(max(0.0, age), 3), judge(history, alive=alive, window=window)
    )
