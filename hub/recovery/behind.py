"""Before a worker starts: does the database know what this organisation has written last?

A record is sent only after its outbox row was committed, and those rows stay. So a message in a topic that only we
write, and that no row tells of, means that the database is an earlier one. What cannot be ours by its form is no sign:
a stranger's record is for its readers to quarantine. A few of the newest messages of ours in a partition decide it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from functools import partial
from typing import Any

from hub.errors import Corrupt
from hub.kafka.admin import end_offsets
from hub.kafka.reader import read_range
from hub.recovery.messages import FOREIGN, Written, written
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of
from hub.topics import Topic, every_topic, of_so

__all__ = ["own_topics", "refuse_if_behind", "unknown"]

_SQL = queries_of("common")
_NEWEST_SIGNS = 16  # a repetition of an older message may stand last; sixteen of them in a row do not
_NEWEST_RECORDS_MAX = 256  # so far back they are looked for among strangers' records and redriven copies


def own_topics(owner: str, slugs: Iterable[str] = ()) -> tuple[Topic, ...]:
    """Return the topics that only `owner` ("so-<slug>" or "bo") writes; Bộ also writes to each of these Sở."""
    every = every_topic(slugs) if owner == "bo" else of_so(owner.removeprefix("so-"))
    return tuple(topic for topic in every if topic.written_by == (owner,))


async def refuse_if_behind(owner: str, database_url: str, bootstrap: str, slugs: Iterable[str] = ()) -> None:
    """Return when the newest messages of every own topic are known; `slugs` as in `own_topics`.

    Raises Corrupt(DATABASE_BEHIND) with the first unknown one; Unavailable while database or cluster is not there.
    """
    for topic in own_topics(owner, slugs):
        newest = [record async for record in _newest(bootstrap, topic)]
        with (
            open_connection(database_url) as connection,
            unavailable(),
        ):  # after the reading: a row comes before its record
            strange = unknown(connection, newest)
        if strange:
            raise Corrupt("DATABASE_BEHIND", _facts(strange))


def unknown(connection: Connection, records: Sequence[Written]) -> list[Written]:
    """Return the records of ours that neither the outbox nor an earlier recovery tells of."""
    if not records:
        return []
    names = {"topics": [r.found.topic for r in records], "ids": [r.message_id for r in records]}
    rows = connection.execute(_SQL["messages_known"], names).fetchall()
    with_key, without = {tuple(row) for row in rows}, {tuple(row[:2]) for row in rows}
    return [r for r in records if r.kind != FOREIGN and not _is_known(r, with_key, without)]


def _is_known(record: Written, with_key: AbstractSet[tuple[Any, ...]], without: AbstractSet[tuple[Any, ...]]) -> bool:
    place = (record.found.topic, record.message_id)
    if record.kind == "LockOrder":  # its id is the command's, which is unique within its school alone
        return (*place, record.found.key) in with_key
    return place in without


def _facts(strange: Iterable[Written]) -> dict[str, str]:
    first = min(strange, key=lambda r: (r.found.part, r.found.offset))
    place = {"topic": first.found.topic, "part": str(first.found.part), "offset": str(first.found.offset)}
    return place | {"kind": first.kind, "message_id": first.message_id[:80]}


async def _newest(bootstrap: str, topic: Topic) -> AsyncIterator[Written]:
    ends = end_offsets(bootstrap, [(topic.name, part) for part in range(topic.partitions)])
    for (_, part), end in sorted(ends.items()):
        for found in await _newest_signs(partial(_signs, bootstrap, topic, part), end):
            yield found


async def _newest_signs(read: Callable[[int, int], Awaitable[list[Written]]], end: int) -> list[Written]:
    """Return the newest signs before `end`; further back is read only when strangers' records fill the first look."""
    near, far = max(0, end - _NEWEST_SIGNS), max(0, end - _NEWEST_RECORDS_MAX)
    found = await read(near, end)
    if len(found) < _NEWEST_SIGNS and far < near:
        found = [*await read(far, near), *found]
    return found[-_NEWEST_SIGNS:]


async def _signs(bootstrap: str, topic: Topic, part: int, start: int, end: int) -> list[Written]:
    async with aclosing(read_range(bootstrap, topic.name, part, start, end)) as records:
        every = [written(topic, found) async for found in records]
    return [record for record in every if record.is_sign]
