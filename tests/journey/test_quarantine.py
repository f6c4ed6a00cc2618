"""Quarantine and replay on real servers: seen, dismissed, sent again with one effect at the first time of receipt."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from confluent_kafka import Producer

from hub.errors import Refused
from hub.kafka.dead_letter import REDRIVEN, EntryId
from hub.kafka.producer import Sender, Sending
from hub.operate import QUARANTINE_STATES, QUARANTINE_WAITING, dismiss_entry, entries_of, held_entry, redrive_entry
from hub.store.queries import queries_of
from hub.topics import MESSAGE_BYTES_MAX, command
from tests.journey.alone import Alone
from tests.journey.world import COMPLETED, Place, World, eventually

SO, OWNER = "ha-noi", "so-ha-noi"
_CHANGES = (
    "UPDATE quarantine_action SET reason = 'x'", "DELETE FROM quarantine_action", "TRUNCATE quarantine_action",
    "UPDATE quarantine SET code = 'x'", "TRUNCATE quarantine CASCADE",
)  # fmt: skip
_BY, _WHY = "tester", "thử nghiệm"


@pytest.fixture(name="entry")
def an_entry(world: World) -> EntryId:
    """A record that does not decode, kept back."""
    good = world.good(world.school(SO))
    (place,) = world.send(replace(good, value=(good.value or b"")[:-3]))
    assert world.answer(place).outcome == "quarantined"
    return _id(place)


def _id(place: Place) -> EntryId:
    return EntryId(OWNER, "validate", place.topic, place.part, place.offset)


def _place(entry: EntryId, offset: int) -> Place:
    return Place(SO, entry.topic, entry.part, offset)


def _redrive(world: World, entry: EntryId, *, again: bool = False) -> int:
    async def send() -> tuple[int, bool]:
        sender = Sender(world.hub.bootstrap)
        try:
            return await redrive_entry(world.database(SO), sender, entry, _BY, _WHY, again=again)
        finally:
            await sender.close()

    offset, sent = asyncio.run(send())
    assert sent
    world.until_done(SO, "validate", _place(entry, offset))
    return offset


def _state(world: World, entry: EntryId) -> str:
    return held_entry(world.database(SO), entry).entry.state


def _inbox(world: World, entry: EntryId) -> list[Any]:
    query = "SELECT record_offset, appended_at FROM inbox WHERE topic = %s AND part = %s AND record_offset >= %s"
    return world.database(SO).execute(query, (entry.topic, entry.part, entry.offset)).fetchall()


def _kept_wrongly(world: World) -> tuple[EntryId, Place]:
    """Plant what an older version left: a good command in quarantine, at an offset that holds garbage of its key."""
    good = world.submission(world.school(SO), [world.signed(world.pupil(world.school(SO)))], COMPLETED)
    (place,) = world.send(replace(good, value=b"garbage"))
    world.until_done(SO, "validate", place)
    url = world.hub.servers.so_urls(SO).owner_url or ""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE quarantine DISABLE TRIGGER quarantine_is_final")
        connection.execute(
            "UPDATE quarantine SET value = %s WHERE topic = %s AND part = %s AND record_offset = %s",
            (good.value, place.topic, place.part, place.offset),
        )
        connection.execute("ALTER TABLE quarantine ENABLE TRIGGER quarantine_is_final")
    return _id(place), place


def test_entry_is_listed_and_waits_for_a_person(world: World, entry: EntryId) -> None:
    """With code, sizes and first time; its bytes only for who asks for them."""
    waiting = {e.id: e for e in entries_of(world.database(SO), OWNER, QUARANTINE_WAITING, 10_000)}
    assert (waiting[entry].state, waiting[entry].code) == ("open", "MESSAGE_UNDECODABLE")
    assert "value" not in waiting[entry].shown()
    assert len(held_entry(world.database(SO), entry).value or b"") == waiting[entry].value_bytes


def test_dismissed_entry_stays_and_tells_who_and_why(world: World, entry: EntryId) -> None:
    """Once is enough; nothing of the decision can be changed."""
    connection = world.database(SO)
    assert [dismiss_entry(connection, entry, _BY, _WHY) for _ in range(2)] == [True, False]
    (decided,) = held_entry(connection, entry).decided
    assert (decided.action, decided.by, decided.reason) == ("dismiss", _BY, _WHY)
    assert entry not in [e.id for e in entries_of(connection, OWNER, QUARANTINE_WAITING, 10_000)]
    assert entry in [e.id for e in entries_of(connection, OWNER, QUARANTINE_STATES, 10_000)]
    owner_url = world.hub.servers.so_urls(SO).owner_url or ""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        for change in _CHANGES:
            with pytest.raises(psycopg.Error, match="never change"):
                owner.execute(change.encode())


def test_redriven_twice_has_one_effect_at_the_first_time(world: World) -> None:
    """The copy is the record that first came: accepted once, under the time when it first stood in the topic."""
    entry, place = _kept_wrongly(world)
    first_at = held_entry(world.database(SO), entry).entry.appended_at
    offset = _redrive(world, entry)
    answer = world.answer(_place(entry, offset))
    assert answer.outcome == "accepted"
    again = _redrive(world, entry, again=True)
    assert world.answer(_place(entry, again)).statement == answer.statement
    assert _inbox(world, entry)[0] == (offset, first_at)
    assert [row[0] for row in _inbox(world, entry) if row[0] in (place.offset, offset, again)] == [offset]
    assert _state(world, entry) == "redriven"
    states = world.states(SO, answer.documents)
    assert set(states.values()) == {"open"}


def test_redriven_record_that_fails_again_opens_its_own_entry(world: World, entry: EntryId) -> None:
    """No chain of entries: the copy is told of with the first one, and its neighbour goes on."""
    count = len(entries_of(world.database(SO), OWNER, QUARANTINE_STATES, 10_000))
    offset = _redrive(world, entry)
    assert _state(world, entry) == "returned"
    assert len(entries_of(world.database(SO), OWNER, QUARANTINE_STATES, 10_000)) == count
    history = held_entry(world.database(SO), entry).decided
    assert history[0].action == "redrive"
    assert {d.action for d in history[1:]} == {"redriven", "returned"}  # the stage may be faster than the note
    assert world.quarantine_code(SO, "validate", _place(entry, offset)) is None
    assert world.ask(world.good(world.school(SO)))[0].outcome == "accepted"


@pytest.mark.parametrize("forged", ["nobody asked", "other bytes", "no entry", "not a name"])
def test_forged_header_is_refused(world: World, entry: EntryId, forged: str) -> None:
    """Whoever writes the header gains nothing: neither an earlier time nor another outcome."""
    kept = held_entry(world.database(SO), entry)
    value, name = kept.value, str(entry)
    if forged == "other bytes":
        _redrive(world, entry)
        value = world.good(world.school(SO)).value
    elif forged == "no entry":
        name = str(replace(entry, offset=10**9))
    elif forged == "not a name":
        name = "x"
    headers = [*kept.headers, (REDRIVEN, name.encode())]
    (place,) = world.send(Sending(entry.topic, kept.key, value, headers, entry.part))
    assert world.answer(place).codes == {"REDRIVE_UNKNOWN"}


@pytest.fixture
def bombed(world: World) -> Iterator[Alone]:
    """A Sở of its own with a running worker."""
    alone = Alone(world, "tra-vinh", "validate", command("tra-vinh"))
    alone.start()
    yield alone
    alone.stop()


def test_value_that_unpacks_to_many_times_a_message_is_withheld(bombed: Alone) -> None:
    """It is kept as size and hash; worker and relay go on, the dead letter is sent, and nobody can send it again."""
    producer = Producer(
        {"bootstrap.servers": bombed.world.hub.bootstrap, "compression.type": "gzip", "message.max.bytes": 100_000_000}
    )
    for times in (8, 30):  # the second one is not even unpacked
        producer.produce(bombed.topic.name, bytes(times * MESSAGE_BYTES_MAX), b"key", partition=0)
        assert producer.flush(30) == 0
    bombed.send(b"garbage")
    bombed.until_position(3)
    with bombed.database() as connection:
        row = connection.execute(
            "SELECT withheld, value IS NULL, value_bytes FROM quarantine WHERE record_offset = 0"
        ).fetchone()
        assert row == (True, True, 8 * MESSAGE_BYTES_MAX)
        unsent = queries_of("common")["unsent_count"]
        eventually("the dead letters", lambda: connection.execute(unsent).fetchone() == (0,))
        for offset in (0, 1):
            entry = EntryId("so-tra-vinh", "validate", bombed.topic.name, 0, offset)
            with pytest.raises(Refused) as refused:
                asyncio.run(redrive_entry(connection, Sender(bombed.world.hub.bootstrap), entry, _BY, _WHY))
            assert refused.value.code == "QUARANTINE_WITHHELD"
            assert held_entry(connection, entry).decided == ()
