"""Batches that no client of ours can write, on a real broker: one bad record is kept apart, and the next is done."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from hub.decision import RoundKey, lock_id_of
from hub.kafka.partition import partition_of
from hub.kafka.unpacking import BATCH_BYTES_MAX
from hub.schemas import encode
from hub.topics import Topic, bo_receipt, command, lock_command, register
from tests.journey.conftest import a_world
from tests.journey.world import Place as At
from tests.journey.world import World
from tests.unit.kafka.batches import a_batch, a_record, batch_of

SO = "ha-noi"
_BAD_NAME = (b"\xff\xfe", b"x")
_UNREADABLE_CODES = {"MESSAGE_TOO_LARGE", "KEY_MISSING", "VALUE_MISSING"}


@pytest.fixture(scope="module")
def world(cache: Path) -> Iterator[World]:
    """A world of its own: what stands in its topics afterwards, other clients cannot read."""
    with a_world(cache) as made:
        yield made


def put(world: World, topic: Topic, part: int, batch: bytes) -> At:
    """Hand a batch to the broker as it is, and return where its first record stands."""

    async def send() -> int:
        producer: Any = AIOKafkaProducer(
            bootstrap_servers=world.hub.bootstrap, acks="all", max_request_size=8_000_000, max_batch_size=8_000_000
        )
        await producer.start()
        try:
            builder = producer.create_batch()
            builder.append(key=b"k", value=b"v", timestamp=None)
            builder.close()
            builder._buffer = batch
            return int((await (await producer.send_batch(builder, topic.name, partition=part))).offset)
        finally:
            await producer.stop()

    return At(topic.name.split(".")[1].removeprefix("so-"), topic.name, part, asyncio.run(send()))


def restarts(world: World) -> dict[str, int]:
    return {name: count for group in world.hub.workers for name, count in group.restarts.items()}


def headers_of(pairs: Sequence[tuple[str, bytes | None]]) -> list[tuple[bytes, bytes | None]]:
    return [(name.encode(), value) for name, value in pairs]


@pytest.mark.parametrize("value", [None, b"garbage"], ids=["a good command", "garbage"])
def test_command_with_a_header_name_that_is_no_text_is_answered(world: World, value: bytes | None) -> None:
    """A header that is not ours is ignored, whatever its name is made of; what is bad is bad for another reason."""
    good, after = (world.good(world.school(SO)) for _ in range(2))
    part = partition_of(good.key or b"", command(SO).partitions)
    headers = [*headers_of(good.headers), _BAD_NAME]
    place = put(
        world, command(SO), part, a_batch([a_record(0, value or good.value, good.key, headers)], "none", 0, False)
    )
    answer = world.answer(place)
    assert (answer.outcome, set(answer.codes)) == (
        ("accepted", set()) if value is None else ("quarantined", {"MESSAGE_MAGIC"})
    )
    assert world.ask(after)[0].outcome == "accepted"


def test_register_and_receipts_with_such_a_name_are_quarantined_everywhere(world: World) -> None:
    """The register is read by Sở and Bộ, the receipts of Bộ by every Sở: none of them stops."""
    before = restarts(world)
    record = a_record(0, b"garbage", SO.encode(), [_BAD_NAME])
    place = put(world, register(SO), 0, a_batch([record], "none", 0, False))
    for owner in (SO, "bo"):
        world.until_done(owner, "register", place)
        assert world.quarantine_code(owner, "register", place) == "MESSAGE_MAGIC"
    place = put(world, bo_receipt(), 0, a_batch([record], "gzip", 0, False))
    world.until_done(SO, "acknowledge", place)
    assert world.quarantine_code(SO, "acknowledge", place) == "MESSAGE_MAGIC"
    world.lock_in(world.school(SO))
    assert restarts(world) == before


@pytest.mark.parametrize("codec", ["gzip", "zstd"])
def test_bomb_on_the_command_topic_is_quarantined_and_the_next_command_is_done(world: World, codec: str) -> None:
    """Eight times the limit in some kilobytes: the worker that meets it stays, and says why it has no bytes of it."""
    good, before = world.good(world.school(SO)), restarts(world)
    part = partition_of(good.key or b"", command(SO).partitions)
    bomb = a_record(0, bytes(8 * BATCH_BYTES_MAX), good.key, headers_of(good.headers))
    place = put(world, command(SO), part, a_batch([bomb], codec, 0, False))
    started = time.monotonic()
    answer = world.answer(place)
    assert (answer.outcome, set(answer.codes) <= _UNREADABLE_CODES) == ("quarantined", True)
    assert world.ask(good)[0].outcome == "accepted"
    assert restarts(world) == before, f"after {time.monotonic() - started:.0f} s"


def test_bomb_of_many_records_is_one_entry_and_the_offsets_behind_it_are_done(world: World) -> None:
    """One entry stands for the batch; its other offsets are passed over, because nobody can say what they were."""
    good = world.good(world.school(SO))
    part = partition_of(good.key or b"", command(SO).partitions)
    bomb = a_batch([a_record(n, bytes(BATCH_BYTES_MAX // 2), good.key) for n in range(4)], "gzip", 0, False)
    place = put(world, command(SO), part, bomb)
    assert world.ask(good)[0].outcome == "accepted"
    places = [replace(place, offset=place.offset + n) for n in range(4)]
    codes = [world.quarantine_code(SO, "validate", p) for p in places]
    assert codes[0] in _UNREADABLE_CODES
    assert codes[1:] == [None] * 3


def test_record_that_claims_an_offset_far_ahead_moves_nobody_there(world: World) -> None:
    """Whether the broker refuses it, sets it right or keeps it as it is: the next command is done."""
    good = world.good(world.school(SO))
    part = partition_of(good.key or b"", command(SO).partitions)
    try:
        put(world, command(SO), part, batch_of(0, a_record(1_000, b"garbage", good.key), 1, 0, append_time=False))
    except KafkaError:
        return
    assert world.ask(good)[0].outcome == "accepted"


# -- lock orders


def an_order(world: World, **changes: Any) -> tuple[bytes, bytes]:
    """Return key and value of an order that is well formed, for a round that nobody closed."""
    school, number = world.school(SO), world.round_of().number
    key = RoundKey(school.code, world.population.school_year, "transfer", number)
    value = {
        "command_id": world.command_id(), "lock_id": lock_id_of(SO, key).hex(), "school": key.school,
        "school_year": key.school_year, "cohort": key.cohort, "number": key.number, "so": SO,
        "appended_at_ms": world.iat * 1000,
    }  # fmt: skip
    return school.code.encode(), encode("LockOrder", value | changes)


@pytest.mark.parametrize(
    ("changes", "times_ms", "code"),
    [
        ({}, None, "LOCK_ORDER_WRONG"),
        ({"lock_id": "no hash"}, None, "LOCK_ORDER_WRONG"),
        ({"school_year": "2025\0"}, None, "LOCK_ORDER_WRONG"),
        ({"appended_at_ms": -(2**63)}, None, "LOCK_ORDER_WRONG"),
        ({"appended_at_ms": 2**63 - 1}, None, "LOCK_ORDER_WRONG"),
        ({}, (-9_000_000_000_000_000, -9_000_000_000_000_000), "RECORD_TIME_IMPOSSIBLE"),
    ],
    ids=["no such round", "lock id", "NUL", "time too low", "time too high", "record of no time"],
)
def test_lock_order_that_validate_did_not_write_is_quarantined(
    world: World, changes: dict[str, Any], times_ms: tuple[int, int] | None, code: str
) -> None:
    """It stops nobody: the next round is locked."""
    before = restarts(world)
    key, value = an_order(world, **changes)
    part = partition_of(key, lock_command(SO).partitions)
    now_ms = int(world.at.timestamp() * 1000)
    batch = batch_of(0, a_record(0, value, key), 1, 0, append_time=False, times_ms=times_ms or (now_ms, now_ms))
    place = put(world, lock_command(SO), part, batch)
    world.until_done(SO, "lock", place)
    assert world.quarantine_code(SO, "lock", place) == code
    made = world.hand_in(world.school(SO))
    (answer,) = world.ask(world.lock(world.school(SO), [d.sha256 for d in made.documents], made.name))
    assert answer.outcome == "accepted"
    assert world.lock_id(made)
    assert restarts(world) == before


def test_forged_order_for_a_round_that_is_closing_changes_nothing(world: World) -> None:
    """Under the id of another command it is refused; the true one was carried out."""
    made = world.lock_in(world.school(SO))
    key, value = an_order(
        world, number=made.name.number, lock_id=made.lock_id.hex(), command_id=world.command_id()
    )  # fmt: skip
    part = partition_of(key, lock_command(SO).partitions)
    now_ms = int(world.at.timestamp() * 1000)
    place = put(world, lock_command(SO), part, batch_of(0, a_record(0, value, key), 1, 0, False, (now_ms, now_ms)))
    world.until_done(SO, "lock", place)
    assert world.quarantine_code(SO, "lock", place) == "LOCK_ORDER_WRONG"
