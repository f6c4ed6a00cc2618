"""The national stream read once and laid down on disk by school, so that it can be compared school by school.

What counts of a compacted topic is what stands last under each key. Memory holds one part of the schools at a time.
"""

import hashlib
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack, aclosing
from pathlib import Path
from typing import IO
from zlib import crc32

import msgspec

from hub.errors import Refused
from hub.kafka.partition import partition_of
from hub.kafka.reader import Found, read_topic
from hub.reconcile.rows import NOTHING
from hub.schemas import decode, encode, registry
from hub.topics import bo_transcript

__all__ = ["PARTS", "Standing", "lay_down", "part_of_school", "school_of_key", "standing_of", "taken_up"]

PARTS = 64
_LENGTH_BYTES = 4
_KEY_PARTS = 4  # pupil key / year / period / school


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """One record of the stream; `so`, `lock_id` and `leaf` are what it tells, `told` the hash of its message.

    A tombstone tells nothing (`dead`); of one that cannot be read, or stands in a partition that is not its key's
    (`strange`), nothing is believed.
    """

    school: str
    key: bytes
    part: int
    offset: int
    so: str = ""
    lock_id: bytes = NOTHING
    leaf: bytes = NOTHING
    document: bytes = NOTHING
    told: bytes = NOTHING
    evidence: str = ""
    dead: bool = False
    strange: bool = False


_ENCODER, _DECODER = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Standing)


def part_of_school(school: str) -> int:
    """Return the part of the schools that a school is in, 0 to PARTS - 1."""
    return crc32(school.encode()) % PARTS


def school_of_key(key: bytes | None) -> str:
    """Return the school that a key names, "" for a key that is none of ours."""
    parts = (key or b"").decode("utf-8", "replace").split("/")
    return parts[-1] if len(parts) == _KEY_PARTS else ""


def standing_of(found: Found) -> Standing:
    """Boil one record down; a message of an older version is told as the latest would be."""
    topic, key, school = bo_transcript(), found.key or b"", school_of_key(found.key)
    place = (school, key, found.part, found.offset)
    if partition_of(key, topic.partitions) != found.part or not school:
        return Standing(*place, dead=found.value is None, strange=True)
    if found.value is None:
        return Standing(*place, dead=True)
    try:
        message = decode(found.value, topic.messages)
        value, lock_id = message.value, bytes.fromhex(message.value["lock_id"])
    except (Refused, ValueError):
        return Standing(*place, strange=True)
    is_latest = message.schema_id == registry().latest[message.name].id
    told = hashlib.sha256(found.value if is_latest else encode(message.name, value)).digest()
    return Standing(
        *place, value["so"], lock_id, value["leaf_sha256"], value["document_sha256"], told, value["evidence"]
    )


async def lay_down(
    bootstrap: str, folder: Path, wanted: Callable[[str], bool], tell: Callable[[int], None] = lambda _: None
) -> int:
    """Write what stands in the stream now into files of `folder`, the schools that are `wanted`; return how much.

    Raises Unavailable(KAFKA_UNAVAILABLE).
    """
    topic, count = bo_transcript(), 0
    with ExitStack() as stack:
        files: list[IO[bytes]] = [stack.enter_context(_file(folder, part).open("wb")) for part in range(PARTS)]
        records: AsyncGenerator[Found, None] = read_topic(bootstrap, topic.name, topic.partitions)  # type: ignore[assignment]
        async with aclosing(records) as every:
            async for found in every:
                if wanted(school_of_key(found.key)):
                    standing = standing_of(found)
                    data = _ENCODER.encode(standing)
                    files[part_of_school(standing.school)].write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
                    count += 1
                    tell(1)
    return count


def taken_up(folder: Path, part: int) -> dict[str, dict[tuple[int, bytes], Standing]]:
    """Return what stands last under each (partition, key), by school, of one part of the schools."""
    found: dict[str, dict[tuple[int, bytes], Standing]] = {}
    for standing in _read(_file(folder, part)):
        keys = found.setdefault(standing.school, {})
        earlier = keys.get((standing.part, standing.key))
        if earlier is None or earlier.offset < standing.offset:
            keys[standing.part, standing.key] = standing
    return found


def _file(folder: Path, part: int) -> Path:
    return folder / f"{part:02d}.standing"


def _read(path: Path) -> Iterator[Standing]:
    with path.open("rb") as file:
        while length := file.read(_LENGTH_BYTES):
            yield _DECODER.decode(file.read(int.from_bytes(length, "big")))
