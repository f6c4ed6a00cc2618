"""Reading back: every message of ours that no row tells of goes into the table `recovered`, and who did it is noted.

Nothing is decided here. Locators that the lost locks gave out are kept at once, so that the replay gives each pupil the
one that stands in the published leaf, in whatever order the schools are locked again.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from psycopg.types.json import Jsonb

from hub.domain.locator import derive
from hub.domain.organisations import department
from hub.errors import Refused
from hub.kafka.admin import cluster_id, end_offsets, topic_ids
from hub.kafka.dead_letter import to_keep
from hub.kafka.headers import sequence_of
from hub.kafka.reader import Found, read_topic
from hub.recovery.alone import refuse_if_working
from hub.recovery.behind import own_topics, unknown
from hub.recovery.messages import Written, written
from hub.schemas import decode
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of
from hub.topics import Topic, register
from hub.trust import parse_leaf

__all__ = ["ReadBack", "read_back"]

_SQL, _SO, _BO = queries_of("common"), queries_of("so"), queries_of("bo")
_ROWS_AT_ONCE = 500
_LOCATOR_TRIES_MAX = 64
Locators = dict[str, str]
"""By pupil, the locator in a published leaf."""


@dataclass
class ReadBack:
    """What was read: records by topic, and messages recovered by kind; and what ended with the restore."""

    records: Counter[str] = field(default_factory=Counter)
    recovered: Counter[str] = field(default_factory=Counter)
    shares_ended: int = 0  # of Bộ: what families took back after the copy was made is not known any more


async def read_back(
    owner: str, registers: Sequence[str], owner_url: str, bootstrap: str, who: str, reason: str, secret: bytes,
    tell: Callable[[str, int], None] = lambda *_: None,
) -> ReadBack:  # fmt: skip
    """Read the topics that `owner` writes and store what the database lost; `registers` are the slugs it follows.

    Repeating it stores nothing twice. Raises Refused(WORKERS_RUNNING), Unavailable.
    """
    refuse_if_working(owner, bootstrap)
    topics = own_topics(owner, registers)
    cluster, ids = cluster_id(bootstrap), topic_ids(bootstrap, [topic.name for topic in topics])
    ends = end_offsets(bootstrap, [(register(so).name, 0) for so in registers])
    facts = {"register_ends": {name: end for (name, _), end in ends.items()}}
    found, locators = ReadBack(), Locators()
    with open_connection(owner_url) as connection, unavailable(), connection.transaction():
        connection.execute(_SQL["patiently"])
        note = connection.execute(_SQL["note_recovery"], ("read_back", who, reason, cluster, Jsonb(facts))).fetchone()
        assert note is not None
        for topic in topics:
            async for page in _pages(_noting(bootstrap, topic, locators)):
                lost = unknown(connection, page)
                found.records[topic.name] += len(page)
                found.recovered.update(r.kind for r in lost)
                _store(connection, note[0], ids[topic.name], lost)
                tell(topic.name, len(page))
        connection.execute(_SQL["go_on_behind"])
        if owner == "bo":
            found.shares_ended = connection.execute(_BO["end_shares"]).rowcount
        if locators:
            _keep(connection, owner, locators, secret)
    return found


async def _noting(bootstrap: str, topic: Topic, locators: Locators) -> AsyncIterator[Written]:
    """Yield each record without the bytes that are not kept; note the locators in chunks as they pass."""
    async with aclosing(read_topic(bootstrap, topic.name, topic.partitions)) as records:  # type: ignore[type-var]
        async for found in records:
            record = written(topic, found)
            if record.kind == "LockedChunk":
                locators.update(_locators(found))
            yield record


def _locators(found: Found) -> Iterable[tuple[str, str]]:
    for document in decode(found.value, ("LockedChunk",)).value["documents"]:
        try:
            leaf = parse_leaf(document["leaf"])
        except Refused:
            continue
        yield leaf.pupil, leaf.locator


async def _pages(records: AsyncIterator[Written]) -> AsyncIterator[list[Written]]:
    page: list[Written] = []
    async for record in records:
        page.append(record)
        if len(page) == _ROWS_AT_ONCE:
            yield page
            page = []
    if page:
        yield page


def _store(connection: Connection, note: int, topic_id: str, lost: Sequence[Written]) -> None:
    rows = [
        (note, topic_id, r.found.topic, r.found.part, r.found.offset, r.message_id, r.kind, r.found.key, r.found.value,
         r.sha256, to_keep(r.found.headers), r.found.at, sequence_of(r.found.headers) or 0)
        for r in lost
    ]  # fmt: skip
    if rows:
        connection.cursor().executemany(_SQL["add_recovered"], rows)


def _keep(connection: Connection, owner: str, locators: Locators, secret: bytes) -> None:
    """Give out the published locators again, with the counter under which each is derived."""
    symbols = department(owner.removeprefix("so-")).symbols
    for pupil, locator in sorted(locators.items()):
        counters = (n for n in range(_LOCATOR_TRIES_MAX) if derive(secret, symbols, pupil, n) == locator)
        counter = next(counters, None)
        if counter is not None:
            connection.execute(_SO["keep_locator"], (locator, pupil, counter))
