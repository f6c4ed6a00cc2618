"""A new log: Kafka was lost, the database stands. Positions begin again, and everything that was sent is sent again.

Receivers know the ids, so a repetition is harmless. What only stood in the old log (commands that were not handled yet)
is gone from the hub, and what was set aside for parked schools waits no more: their schools send it again.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from psycopg.types.json import Jsonb

from hub.errors import Refused
from hub.kafka.admin import cluster_id, topic_ids
from hub.recovery.alone import refuse_if_working
from hub.store import open_connection, unavailable
from hub.store.queries import queries_of
from hub.topics import register

__all__ = ["Aside", "NewLog", "new_log"]

_SQL = queries_of("common")


@dataclass(frozen=True)
class Aside:
    """Records of one key (a school) that were set aside at a stage of the old log and are not done any more."""

    stage: str
    topic: str
    key: str
    records: int


@dataclass(frozen=True)
class NewLog:
    """What was begun again: how many positions, how many messages are queued, and who must send again for sure."""

    positions: int
    queued: int
    aside: tuple[Aside, ...] = ()


def new_log(owner_url: str, owner: str, bootstrap: str, who: str, reason: str) -> NewLog:
    """Begin again on the log that `bootstrap` names. `owner_url` is the owner role's address.

    Raises Refused: WORKERS_RUNNING, or LOG_NOT_NEW when a position still belongs to a topic of this very cluster.
    """
    refuse_if_working(owner, bootstrap)
    cluster = cluster_id(bootstrap)
    with open_connection(owner_url) as connection, unavailable(), connection.transaction():
        connection.execute(_SQL["patiently"])
        old = connection.execute(_SQL["old_positions"]).fetchall()
        topics = sorted({row[1] for row in old})
        ids = topic_ids(bootstrap, topics)
        same = [topic for _, topic, _, _, of, topic_id in old if (of, topic_id) == (cluster, ids[topic])]
        if same:
            raise Refused("LOG_NOT_NEW", {"topic": same[0]})
        versions = {register(so).name: version for so, version, _ in connection.execute(_SQL["register_versions"])}
        shown = [dict(zip(_NAMES, row, strict=True)) for row in old]
        aside = tuple(_aside(row) for row in connection.execute(_SQL["aside_in_old_log"], (topics,)))
        facts = Jsonb({"positions": shown, "register_versions": versions, "aside": [asdict(a) for a in aside]})
        connection.execute(_SQL["note_recovery"], ("new_log", who, reason, cluster, facts))
        connection.execute(_SQL["free_names"])
        for topic, topic_id in sorted({(row[1], row[5]) for row in old}):
            for query in _RENAMED:
                named = {"topic": topic, "topic_id": topic_id, "who": who, "reason": reason}
                connection.execute(_SQL[query], named)
            connection.execute(_SQL["begin_again"], (cluster, ids[topic], topic))
        connection.execute(_SQL["fix_names"])
        queued = connection.execute(_SQL["queue_again"]).rowcount
    return NewLog(len(old), queued, aside)


def _aside(row: Sequence[Any]) -> Aside:
    stage, topic, key, records = row
    return Aside(stage, topic, bytes(key).decode("utf-8", "backslashreplace"), records)


_RENAMED = ("old_sources", "old_quarantine", "old_quarantine_messages", "old_parked_records", "old_parked")
_NAMES = ("stage", "topic", "part", "next_offset", "cluster_id", "topic_id")
