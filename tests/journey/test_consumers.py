"""Stock clients read the national stream, and stock producers find the same partitions: code that nobody here wrote.

Sources: Confluent's client with its own Avro deserializer, kafkajs with its registry client, Kafka's console tools.
"""

import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from hub.kafka import create_missing
from hub.kafka.partition import partition_of
from hub.kafka.producer import Sending
from hub.local.ports import port_of
from hub.store.bo import published_rows
from hub.topics import Topic, bo_transcript, command
from tests.journey.conftest import a_world
from tests.journey.stock_clients import Clients
from tests.journey.world import LockedRound, World, eventually

_TOPIC = bo_transcript()
_PUPILS = 8
_READERS = ("python", "node")  # Java's console consumer shows bytes: it is tried by itself
_NAMES = ("Nguyễn Thị Ánh", "Đặng Ân", "Ông Ơn", "Lý Ỷ", "học bạ/2025-2026/năm", "K'Brêng", "Trường Tiểu học số 7")


@dataclass(frozen=True)
class Stream:
    """A national stream with locked transcripts, one of which was erased and one published twice, and its readers."""

    world: World
    made: LockedRound
    clients: Clients
    registry: str

    @cached_property
    def in_force(self) -> dict[str, tuple[int, str]]:
        """What each key says, as Bộ's database and our own reader know it: (partition, hash of the document)."""
        found: dict[str, tuple[int, str]] = {}
        for record in self.world.tail(_TOPIC).records:
            key = (record.key or b"").decode()
            found.pop(key, None)
            if record.value is not None:
                found[key] = (record.part, record.decoded(_TOPIC).value["document_sha256"].hex())
        return found

    def read_by(self, client: str) -> dict[str, dict[str, Any]]:
        """What one of the clients reads, by key."""
        at = (self.world.hub.bootstrap, self.registry)
        if client == "python":
            return _by_key(self.clients.python("read.py", *at))
        return _by_key(self.clients.node("read.mjs", *at))


@pytest.fixture(scope="module")
def stream(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stream]:
    """A hub whose stream nobody else writes to, with the registry that Bộ's worker serves."""
    port = port_of(tmp_path_factory.mktemp("registry") / "port")
    with a_world(cache, {"HUB_REGISTRY_PORT": str(port)}) as world:
        made = world.lock_in(world.school("ha-noi"), _PUPILS)
        tail = world.tail(_TOPIC)
        eventually("the national stream", lambda: tail.read() or len(tail.records) >= _PUPILS)
        first, second = tail.records[:2]
        world.send(Sending(_TOPIC.name, first.key or b"", None, (), first.part))
        world.send(Sending(_TOPIC.name, second.key or b"", second.value or b"", (), second.part))
        eventually("what was added", lambda: tail.read() or len(tail.records) >= _PUPILS + 2)
        yield Stream(world, made, Clients(cache), f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("client", _READERS)
def test_stock_client_reads_what_bo_has_published(stream: Stream, client: str) -> None:
    """Each key once, its newest transcript, on the partition where it stands; what was erased is gone."""
    database = {
        row.document_sha256.hex()
        for row in published_rows(stream.world.database("bo"), "ha-noi", stream.made.lock_id)
    }  # fmt: skip
    in_force = {digest for _, digest in stream.in_force.values()}
    assert len(database) == _PUPILS
    assert len(in_force) == _PUPILS - 1
    assert in_force < database
    read = stream.read_by(client)
    hashes = {k: (line["partition"], line["transcript"]["document_sha256"]) for k, line in read.items()}
    assert hashes == stream.in_force


@pytest.mark.parametrize("client", _READERS)
def test_stock_client_decodes_every_field_as_we_do(stream: Stream, client: str) -> None:
    """A stranger's deserializer agrees with ours on each value."""
    ours = {
        (record.key or b"").decode(): json.loads(json.dumps(record.decoded(_TOPIC).value, default=bytes.hex))
        for record in stream.world.tail(_TOPIC).records
        if record.value is not None
    }
    read = stream.read_by(client)
    assert set(read) == set(stream.in_force)
    assert {key: line["transcript"] for key, line in read.items()} == {key: ours[key] for key in read}


def test_java_console_consumer_shows_the_same_bytes(stream: Stream) -> None:
    """Kafka's own console reads key, partition and value of every record, byte for byte those that others decode."""
    records = stream.world.tail(_TOPIC).records
    lines = stream.clients.java("read.sh", stream.world.hub.bootstrap, "--max-messages", str(len(records)))
    ours = {(r.part, r.offset): ((r.key or b"").decode(), r.value) for r in records}
    assert {_console_place(line): _console_content(line) for line in lines} == ours


def test_registry_tells_strangers_that_an_id_is_unknown(stream: Stream) -> None:
    """404 with the error code that clients know."""
    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(f"{stream.registry}/schemas/ids/40404?subject={_TOPIC.name}-value", timeout=10)
    with caught.value as answer:
        assert (answer.status, json.load(answer)["error_code"]) == (404, 40403)


@pytest.mark.parametrize("client", [*_READERS, "java"])
def test_stock_producer_chooses_our_partition_for_every_key(stream: Stream, client: str) -> None:
    """300 keys, real and Vietnamese, of 1 to 300 bytes, each where we expect it."""
    bootstrap, keys, topic = stream.world.hub.bootstrap, _keys(stream), _produced(client)
    create_missing(bootstrap, [topic])
    expected = [partition_of(key.encode(), topic.partitions) for key in keys]
    lines = "".join(f"{key}\n" for key in keys)
    if client == "python":
        told = stream.clients.python("produce.py", bootstrap, topic.name, stdin=lines)
    elif client == "node":
        told = stream.clients.node("produce.mjs", bootstrap, topic.name, stdin=lines)
    else:
        told = stream.clients.java("produce.sh", bootstrap, topic.name, stdin=lines.replace("\n", "\tjava\n"))
    assert [int(part) for part in told] == (expected if client in _READERS else [])
    assert _written(stream, topic, len(keys)) == dict(zip(keys, expected, strict=True))
    assert set(expected) == set(range(topic.partitions))


def _produced(client: str) -> Topic:
    return Topic(f"consumers.{client}.v1", "bo", "any", (), _TOPIC.partitions)


def _written(stream: Stream, topic: Topic, count: int) -> dict[str, int]:
    """Return where each key stands, once all are there."""
    tail = stream.world.tail(topic)

    def found() -> dict[str, int]:
        tail.read()
        return {(record.key or b"").decode(): record.part for record in tail.records}

    return dict(eventually("what was written", lambda: held if len(held := found()) >= count else None))


def _keys(stream: Stream) -> list[str]:
    """Real keys of the stream and of commands, Vietnamese ones, and one of each length from 1 to 300 bytes by tens."""
    world = stream.world
    real = [*stream.in_force, *(school.code for school in world.population.schools())]
    lengths = ["k" * n for n in (1, 2, 3, 4, 5, 7, *range(10, 301, 10))]
    vietnamese = [f"{name} {n}" for n in range(40) for name in _NAMES]
    found = list(dict.fromkeys([*real, *lengths, *vietnamese]))[:300]
    assert len(found) == 300
    assert command("ha-noi").key == "school code"
    return found


def _by_key(lines: list[str]) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in lines]
    by_key = {line["key"]: line for line in found}
    assert len(by_key) == len(found)
    return by_key


def _console_place(line: str) -> tuple[int, int]:
    part, offset, *_ = line.split("\t")
    return int(part.removeprefix("Partition:")), int(offset.removeprefix("Offset:"))


def _console_content(line: str) -> tuple[str, bytes | None]:
    """Undo what Kafka's `Bytes` does when it is shown: all but printable ASCII as \\xNN."""
    _, _, key, value = line.split("\t")
    if value == "null":
        return key, None
    return key, re.sub(rb"\\x([0-9A-F]{2})", lambda found: bytes.fromhex(found[1].decode()), value.encode("ascii"))
