"""A founded hub with its people, for tests: send, and wait for what is answered.

Everything in it is shared by a whole session: see `People` for how tests keep out of each other's way.
"""

import time
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from confluent_kafka import Producer

from hub.domain.statements import ReceiptStatement, RoundName, read
from hub.domain.transcript import Transcript
from hub.kafka.partition import partition_of
from hub.kafka.producer import Sending
from hub.local.founding import Founded
from hub.local.hub import LocalHub
from hub.local.population import Population, SignedDocument, SyntheticSchool
from hub.store import Connection, open_connection
from hub.store.queries import queries_of
from hub.topics import Topic, command, every_topic, receipt
from tests.journey.people import CANARY, COMPLETED, People
from tests.journey.tail import Tail

__all__ = ["CANARY", "COMPLETED", "Answer", "LockedRound", "Place", "World", "eventually"]

_PATIENCE_S = 30.0
_COMMON = queries_of("common")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands."""

    so: str
    topic: str
    part: int
    offset: int


@dataclass(frozen=True)
class Answer:
    """What became of one command: `outcome` as its receipt says, or "quarantined"; `documents` by hash."""

    outcome: str
    codes: AbstractSet[str]
    documents: dict[str, tuple[str, AbstractSet[str]]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    statement: ReceiptStatement | None = None
    message: dict[str, Any] = field(default_factory=dict)

    @property
    def every_code(self) -> AbstractSet[str]:
        """All codes, of the command and of its documents."""
        return set(self.codes).union(*(codes for _, codes in self.documents.values()))


@dataclass(frozen=True)
class LockedRound:
    """A round on its way through the hub, or through it."""

    school: SyntheticSchool
    name: RoundName
    transcripts: tuple[Transcript, ...]
    documents: tuple[SignedDocument, ...]
    submitted: Answer
    requested: Answer
    lock_id: bytes


def eventually(what: str, found: Callable[[], Any], patience_s: float = _PATIENCE_S) -> Any:
    """Return the first truthy answer. Fails when patience ends."""
    deadline = time.monotonic() + patience_s
    while not (answer := found()):
        assert time.monotonic() < deadline, f"waited {patience_s:.0f} s for {what}"
        time.sleep(0.03)
    return answer


class World(People):
    """The hub of a session, its population and its keys. Not for use from several threads."""

    def __init__(self, hub: LocalHub, population: Population, founded: Founded) -> None:
        super().__init__(population, founded)
        self.hub = hub
        self._tails: dict[str, Tail] = {}
        self._connections: dict[str, Connection] = {}
        self._producer = Producer(
            {
                "bootstrap.servers": hub.bootstrap,
                "acks": "all",
                "partitioner": "murmur2_random",
                "message.max.bytes": 4_000_000,  # a foreign producer keeps no limit of ours
                "linger.ms": 0,
                "log_level": 0,
            }
        )

    def close(self) -> None:
        """Close every connection."""
        for tail in self._tails.values():
            tail.close()
        for connection in self._connections.values():
            connection.close()

    # -- sending and waiting

    def send(self, *records: Sending) -> list[Place]:
        """Send as a stock client does and return where the records stand."""
        places: list[Any] = [None] * len(records)
        for n, r in enumerate(records):
            target = {} if r.part is None else {"partition": r.part}
            self._producer.produce(
                r.topic, r.value, r.key, headers=list(r.headers), on_delivery=_noting(places, n), **target
            )
        assert self._producer.flush(30) == 0
        found = []
        for record, place in zip(records, places, strict=True):
            assert not isinstance(place, Exception), place
            found.append(Place(record.topic.split(".")[1].removeprefix("so-"), record.topic, *place))
        return found

    def refused_by_broker(self, record: Sending) -> str:
        """Send one record that the broker must refuse and return the name of its error."""
        errors: list[Any] = []
        self._producer.produce(
            record.topic, record.value, record.key, headers=list(record.headers),
            on_delivery=lambda error, _: errors.append(error),
        )  # fmt: skip
        assert self._producer.flush(30) == 0
        return str(errors[0].name()) if errors[0] is not None else "accepted"

    def database(self, owner: str) -> Connection:
        """Return a connection of the worker's role: `owner` is a slug or "bo"."""
        if owner not in self._connections:
            self._connections[owner] = open_connection(self.hub.bo_url if owner == "bo" else self.hub.so_url(owner))
        return self._connections[owner]

    def tail(self, topic: Topic) -> Tail:
        """Return the reader of a topic."""
        if topic.name not in self._tails:
            self._tails[topic.name] = Tail(self.hub.bootstrap, topic)
        return self._tails[topic.name]

    def position(self, owner: str, stage: str, topic: str, part: int) -> int:
        """Return the next offset that a stage will do."""
        rows = self.database(owner).execute(_COMMON["positions"]).fetchall()
        return next((r[3] for r in rows if tuple(r[:3]) == (stage, topic, part)), 0)

    def until_done(self, owner: str, stage: str, place: Place) -> None:
        """Wait until a stage has passed a record."""
        eventually(
            f"{stage} to pass {place}",
            lambda: self.position(owner, stage, place.topic, place.part) > place.offset,
        )

    def answer(self, place: Place) -> Answer:
        """Wait for what Sở says to the command at `place`: its receipt in the topic, or its quarantine entry."""
        self.until_done(place.so, "validate", place)
        rows = self.database(place.so).execute(
            "SELECT kind, message_id FROM outbox WHERE source_topic = %s AND source_part = %s AND source_offset = %s "
            "ORDER BY n",
            (place.topic, place.part, place.offset),
        ).fetchall()  # fmt: skip
        assert rows, f"{place} was passed over in silence"
        kind, message_id = rows[0]
        if kind == "Quarantined":
            return Answer("quarantined", frozenset({self.quarantine_code(place.so, "validate", place) or ""}))
        topic = receipt(place.so)
        found = self.tail(topic).until(
            f"receipt {message_id}", lambda r: dict(r.headers)["ce_id"] == message_id.encode()
        )
        return _answer(found.decoded(topic).value)

    def ask(self, *records: Sending) -> list[Answer]:
        """Send commands and return what is answered."""
        return [self.answer(place) for place in self.send(*records)]

    def quarantine_code(self, owner: str, stage: str, place: Place) -> str | None:
        """Return the code under which a record stands in quarantine, or None."""
        row = self.database(owner).execute(
            "SELECT code FROM quarantine WHERE stage = %s AND topic = %s AND part = %s AND record_offset = %s",
            (stage, place.topic, place.part, place.offset),
        ).fetchone()  # fmt: skip
        return None if row is None else str(row[0])

    def receipt(self, so: str, command_id: str, outcome: str) -> Answer:
        """Wait for a receipt by what it answers; receipts about a lock name the lock's id, or its request's."""
        topic = receipt(so)

        def wanted(statement: ReceiptStatement) -> bool:
            return (statement.command_id, statement.outcome) == (command_id, outcome)

        found = self.tail(topic).until(f"{outcome} {command_id}", lambda r: wanted(_statement(r.decoded(topic).value)))
        return _answer(found.decoded(topic).value)

    def good(self, school: SyntheticSchool) -> Sending:
        """Return a command that is accepted."""
        return self.submission(school, [self.signed(self.pupil(school))], COMPLETED)

    def answered_and_on(self, school: SyntheticSchool, record: Sending) -> Answer:
        """Send a bad record and a good one behind it, in the same partition if it may be; the good one must stand."""
        good = self.good(school)
        own = partition_of(good.key or b"", command(school.so).partitions)
        bad, after = self.send(replace(record, part=own if record.part is None else record.part), good)
        assert (after.part, bad.part) == (own, own if record.part is None else record.part)
        answer = self.answer(bad)
        assert self.answer(after).outcome == "accepted"
        return answer

    # -- a whole way

    def hand_in(self, school: SyntheticSchool, count: int = 1, name: RoundName | None = None) -> LockedRound:
        """Hand in some new pupils in a round of their own (or in a named one); nothing is locked yet."""
        chosen = name or self.round_of()
        made = self.leaver if chosen.cohort == "transfer" else self.pupil
        transcripts = tuple(made(school) for _ in range(count))
        documents = tuple(self.signed(t) for t in transcripts)
        (answer,) = self.ask(self.submission(school, documents, chosen))
        assert answer.outcome == "accepted", answer
        return LockedRound(school, chosen, transcripts, documents, answer, answer, b"")

    def lock_in(self, school: SyntheticSchool, count: int = 1, name: RoundName | None = None) -> LockedRound:
        """Hand in new pupils, lock their round, and wait until Bộ has ingested it."""
        made = self.hand_in(school, count, name)
        (answer,) = self.ask(self.lock(school, [d.sha256 for d in made.documents], made.name))
        assert answer.outcome == "accepted", answer
        lock_id = self.lock_id(made)
        self.receipt(school.so, lock_id.hex(), "ingested")
        return replace(made, requested=answer, lock_id=lock_id)

    def lock_id(self, made: LockedRound) -> bytes:
        """Wait until the round is locked and return the id of its lock."""

        def row() -> Any:
            return self.database(made.school.so).execute(
                "SELECT lock_id FROM lock WHERE (school, school_year, cohort, round_number) = (%s, %s, %s, %s)",
                (made.school.code, self.population.school_year, made.name.cohort, made.name.number),
            ).fetchone()  # fmt: skip

        return bytes(eventually("the lock", row)[0])

    def states(self, so: str, hashes: Iterable[str]) -> dict[str, str]:
        """Return the state of documents in Sở's database, by hash."""
        wanted = [bytes.fromhex(h) for h in hashes]
        rows = self.database(so).execute(
            "SELECT document_sha256, state FROM document WHERE document_sha256 = ANY(%s)", (wanted,)
        )
        return {bytes(digest).hex(): str(state) for digest, state in rows}

    def every_topic(self) -> tuple[Topic, ...]:
        """All topics of this hub."""
        return every_topic(self.hub.slugs)


def _noting(places: list[Any], n: int) -> Callable[[Any, Any], None]:
    def note(error: Any, message: Any) -> None:
        places[n] = AssertionError(str(error)) if error is not None else (message.partition(), message.offset())

    return note


def _statement(value: dict[str, Any]) -> ReceiptStatement:
    return read(value["statement"], ReceiptStatement)


def _answer(value: dict[str, Any]) -> Answer:
    statement = _statement(value)
    documents: dict[str, tuple[str, AbstractSet[str]]] = {
        d.document_sha256: (d.outcome, frozenset(f["code"] for f in d.findings or ())) for d in statement.documents
    }
    states = {d.document_sha256: str(d.state) for d in statement.documents if d.state}
    return Answer(
        statement.outcome, frozenset(f["code"] for f in statement.findings), documents, states, statement, value
    )
