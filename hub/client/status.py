"""Status: who works, how far each stage is, what waits, what was kept back; read from broker and databases."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from hub.errors import Unavailable
from hub.kafka import Member, end_offsets, group_members
from hub.kafka.deployment import group_prefix
from hub.operate import answer_of, log_end, step_into
from hub.store import open_connection, unavailable
from hub.store.queries import queries_of
from hub.topics import Topic, stages_of_bo, stages_of_so

__all__ = [
    "OrganisationStatus", "Source", "StageStatus", "bo_source", "group_of", "members_of", "so_source", "status_of",
]  # fmt: skip

_COMMON = queries_of("common")
_LOADING_S = 20.0
_POLL_S = 0.3


@dataclass(frozen=True, slots=True)
class Source:
    """One organisation: `owner` as in hub.topics, its database, and the topics that each stage reads."""

    owner: str
    url: str
    stages: Mapping[str, tuple[Topic, ...]]


@dataclass(frozen=True, slots=True)
class StageStatus:
    """One stage: members of its worker group, records done, records that wait, last move."""

    stage: str
    group: str
    members: tuple[Member, ...]
    done: int
    lag: int
    moved_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoundCount:
    """Rounds of one cohort in one state. `since`: of the oldest; `by`: the office that closed them, if it is one."""

    cohort: str
    state: str
    count: int
    answered: int
    since: datetime | None = None
    by: str | None = None

    def shown(self, role: str | None) -> dict[str, Any]:
        """Return the counts with what the state answers; `may` is what a holder of `role` may do."""
        step = step_into("round", self.state, self.since, self.by)
        counted = {"cohort": self.cohort, "count": self.count, "answered": self.answered}
        return counted | answer_of("round", self.state, [step], role).shown()


@dataclass(frozen=True, slots=True)
class OrganisationStatus:
    """One organisation. `quarantine`: (stage, code, messages).

    `missing`: locks of a Sở of which Bộ lacks something; `forks`: at Bộ, pairs of contradicting texts by Sở;
    `evidence`: accepted transcripts of a Sở by grade;
    `closed`: logs that have ended, with the Sở that follows: its own at a Sở, all that it cosigned at Bộ.
    """

    owner: str
    stages: tuple[StageStatus, ...]
    documents: Mapping[str, int]
    rounds: tuple[RoundCount, ...]
    quarantine: tuple[tuple[str, str, int], ...]
    unsent: int
    missing: int = 0
    forks: Mapping[str, int] = field(default_factory=dict)
    evidence: Mapping[str, int] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)

    def shown(self, role: str | None = None) -> dict[str, Any]:
        """Return the status as one JSON object; each state of rounds tells what a holder of `role` may do."""
        shown = asdict(self)
        shown["stages"] = [
            {
                "stage": s.stage, "group": s.group, "done": s.done, "lag": s.lag,
                "moved_at": None if s.moved_at is None else s.moved_at.isoformat(),
                "members": [
                    {"client_id": m.client_id, "host": m.host, "partitions": len(m.partitions)} for m in s.members
                ],
            }
            for s in self.stages
        ]  # fmt: skip
        shown["rounds"] = [found.shown(role) for found in self.rounds]
        shown["quarantine"] = [{"stage": stage, "code": code, "count": n} for stage, code, n in self.quarantine]
        return shown


def so_source(so: str, url: str) -> Source:
    """Return what a Sở's workers read."""
    return Source(f"so-{so}", url, stages_of_so(so))


def bo_source(slugs: Sequence[str], url: str) -> Source:
    """Return what Bộ's workers read."""
    return Source("bo", url, stages_of_bo(slugs))


def status_of(bootstrap: str, sources: Sequence[Source], *, running: bool = True) -> list[OrganisationStatus]:
    """Ask broker and databases. Raises Unavailable when one of them does not answer.

    Not `running`: the servers were started for this question alone, so nobody works, whatever the broker remembers
    of the groups of an earlier run.
    """
    groups = [group_of(source, stage) for source in sources for stage in source.stages] if running else []
    members = members_of(bootstrap, groups)
    topics = {t.name: t for source in sources for stage in source.stages.values() for t in stage}
    ends = end_offsets(bootstrap, [(t.name, part) for t in topics.values() for part in range(t.partitions)])
    return [_organisation(source, members, ends) for source in sources]


def members_of(bootstrap: str, groups: Sequence[str]) -> Mapping[str, tuple[Member, ...]]:
    """Ask for the groups; a broker that has just started needs some seconds to load them."""
    deadline = time.monotonic() + _LOADING_S
    while True:
        try:
            return group_members(bootstrap, groups)
        except Unavailable as error:
            if error.code != "BROKER_REFUSED" or time.monotonic() > deadline:
                raise
        time.sleep(_POLL_S)


def group_of(source: Source, stage: str) -> str:
    """Return the consumer group of a stage."""
    return f"{group_prefix(source.owner)}{stage}"


def _organisation(
    source: Source, members: Mapping[str, tuple[Member, ...]], ends: Mapping[tuple[str, int], int]
) -> OrganisationStatus:
    queries = queries_of("bo" if source.owner == "bo" else "so")
    with open_connection(source.url) as connection, unavailable():
        positions = connection.execute(_COMMON["positions"]).fetchall()
        unsent = connection.execute(_COMMON["unsent_count"]).fetchone()
        quarantine = connection.execute(queries["quarantine_codes"]).fetchall()
        if source.owner == "bo":
            documents, rounds = connection.execute(queries["count_ingested"]).fetchall(), []
            missing, evidence, forks = (
                None,
                [],
                {str(so): int(n) for so, n in connection.execute(queries["fork_counts"])},
            )
            closed = dict(connection.execute(queries["closings"]).fetchall())
        else:
            missing, forks = connection.execute(queries["count_missing"]).fetchone(), {}
            evidence = connection.execute(queries["count_evidence"]).fetchall()
            end = log_end(connection, source.owner.removeprefix("so-"))
            closed = {} if end is None else {end.so: end.successor}
            documents = connection.execute(queries["count_documents"]).fetchall()
            rounds = connection.execute(queries["count_rounds"]).fetchall()
    stages = tuple(_stage(source, stage, positions, members, ends) for stage in source.stages)
    return OrganisationStatus(
        source.owner, stages, {str(name): int(count) for name, count in documents},
        tuple(RoundCount(*row) for row in rounds),
        tuple((stage, code, n) for stage, code, n in quarantine), 0 if unsent is None else int(unsent[0]),
        0 if missing is None else int(missing[0]), forks,
        {str(grade): int(count) for grade, count in evidence},
        closed,
    )  # fmt: skip


def _stage(
    source: Source, stage: str, positions: Sequence[Any], members: Mapping[str, tuple[Member, ...]],
    ends: Mapping[tuple[str, int], int],
) -> StageStatus:  # fmt: skip
    """Compare positions and ends; a partition that nobody has claimed yet waits from its beginning."""
    own = {(topic, part): (offset, at) for name, topic, part, offset, at in positions if name == stage}
    places = [(t.name, part) for t in source.stages[stage] for part in range(t.partitions)]
    done = {place: own[place][0] if place in own else 0 for place in places}
    lag = sum(max(0, ends[place] - done[place]) for place in places)
    moved_at = max((own[place][1] for place in places if place in own and own[place][0]), default=None)
    group = group_of(source, stage)
    return StageStatus(stage, group, members.get(group, ()), sum(done.values()), lag, moved_at)
