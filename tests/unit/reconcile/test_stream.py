"""The national stream is laid down by school; what stands last under a key is what counts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.kafka.partition import partition_of
from hub.kafka.reader import Found
from hub.reconcile import stream
from hub.reconcile.stream import PARTS, lay_down, part_of_school, school_of_key, standing_of, taken_up
from hub.schemas import encode
from hub.schemas.examples.values import VALUES
from hub.topics import bo_transcript

_VALUE: dict[str, Any] = dict(VALUES["Transcript"])


def record(key: bytes, value: bytes | None, offset: int = 0, part: int | None = None) -> Found:
    own = partition_of(key, bo_transcript().partitions)
    at = datetime(2026, 6, 20, tzinfo=UTC)
    return Found(bo_transcript().name, own if part is None else part, offset, key, value, (), at, append_time=False)


def message(**changes: Any) -> bytes:
    return encode("Transcript", _VALUE | {"lock_id": "11" * 32} | changes)


KEY = b"aa/2025-2026/year/0101001"


def test_message_is_boiled_down_to_what_it_tells() -> None:
    """Lock, leaf, document and the hash of the whole."""
    found, other = standing_of(record(KEY, message())), standing_of(record(KEY, message(version=9)))
    assert (found.school, found.lock_id, found.leaf) == ("0101001", b"\x11" * 32, _VALUE["leaf_sha256"])
    assert found.told != other.told
    assert not found.strange


@pytest.mark.parametrize(
    "found",
    [record(KEY, b"garbage"), record(KEY, message(lock_id="no hex")), record(b"no key of ours", message()),
     record(KEY, message(), part=(partition_of(KEY, 12) + 1) % 12)],
)  # fmt: skip
def test_what_cannot_be_ours_is_strange(found: Found) -> None:
    """Unreadable, under a foreign key, or in a partition that is not its key's: nothing of it is believed."""
    assert (standing_of(found).strange, standing_of(found).leaf) == (True, b"")


def test_school_is_read_from_a_key() -> None:
    """Foreign keys name none."""
    assert [school_of_key(key) for key in (KEY, b"a/b", None, b"\xff/\xff/\xff/1")] == ["0101001", "", "", "1"]


def test_last_record_of_a_key_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of three records under one key the last; other schools stand apart, unwanted ones nowhere."""
    other, unwanted = b"aa/2025-2026/year/0101002", b"aa/2025-2026/year/0101003"
    records = [record(KEY, message(), 1), record(other, message(), 2), record(KEY, message(version=2), 3),
               record(KEY, None, 4), record(unwanted, message(), 5)]  # fmt: skip

    async def read(*_: object) -> AsyncIterator[Found]:
        for found in records:
            yield found

    monkeypatch.setattr(stream, "read_topic", read)
    count = asyncio.run(lay_down("nowhere", tmp_path, lambda school: school != "0101003"))
    parts = [taken_up(tmp_path, part) for part in range(PARTS)]
    schools = {school: stands for part in parts for school, stands in part.items()}
    assert (count, schools.keys()) == (4, {"0101001", "0101002"})
    (last,) = schools["0101001"].values()
    assert (last.offset, last.dead) == (4, True)
    assert "0101002" in parts[part_of_school("0101002")]
