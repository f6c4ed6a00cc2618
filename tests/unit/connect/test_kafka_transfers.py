"""What a partition of `incoming` holds for schools of ours: in order, up to where it was read, judged by the newest
register.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.client.transfer_incoming import Box, HeardNotice
from hub.connect import kafka_transfers
from hub.connect.kafka_transfers import read_transfers
from hub.kafka.partition import partition_of
from hub.kafka.reader import Found
from hub.schemas import encode as encode_message
from hub.topics import incoming
from hub.trust import ChainCache, Snapshot
from tests.unit.connect.transfer_world import HERE, NEW, TRANSFER, Incoming
from tests.unit.connect.world import SO

TOPIC = incoming(SO)
PART = partition_of(NEW.encode(), TOPIC.partitions)
NOBODY = Snapshot.of([])


@dataclass
class Log:
    """One partition; the reader is given what stands between two offsets."""

    records: list[Found] = field(default_factory=list)

    def add(self, key: str, value: bytes | None) -> None:
        """Append a record."""
        at = datetime(2026, 6, 20, 3, tzinfo=UTC)
        self.records.append(Found(TOPIC.name, PART, len(self.records), key.encode(), value, (), at, True))

    async def read(self, _bootstrap: str, topic: str, part: int, start: int, end: int) -> AsyncIterator[Found]:
        """Give the records of a range."""
        for record in self.records[start:end] if (topic, part) == (TOPIC.name, PART) else ():
            yield record


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    made = Log()
    ends = {(TOPIC.name, part): 0 for part in range(TOPIC.partitions)}
    monkeypatch.setattr(kafka_transfers, "end_offsets", lambda *_: ends | {(TOPIC.name, PART): len(made.records)})
    monkeypatch.setattr(kafka_transfers, "read_range", made.read)
    return made


def a_notice(school: str = NEW) -> bytes:
    """Return the message of a notice that nobody signed."""
    told = Incoming(b"")
    told.tell("sent")
    notice = told.messages[0]
    assert isinstance(notice, HeardNotice)
    value = {
        "notice_id": "n1",
        "school": school,
        "signature": "",
        "statement": notice.statement,
        "transfer_id": TRANSFER,
    }
    return encode_message("TransferNotice", value)


def a_box(school: str = NEW) -> bytes:
    """Return the message of a box."""
    value: dict[str, Any] = {
        "delivery": 1, "document_sha256": bytes(32), "index": 0, "key": bytes(32), "of": 1, "school": school,
        "sealed": b"x", "transfer_id": TRANSFER,
    }  # fmt: skip
    return encode_message("TransferDocument", value)


def read(since: Mapping[str, int], *registers: Snapshot | None) -> Any:
    """Read on, with these registers from old to new."""
    asked = [lambda register=register: register for register in registers or (None,)]
    return asyncio.run(read_transfers("localhost:1", SO, since, asked, ChainCache()))


def test_messages_to_our_schools_are_read_in_order_and_those_to_others_passed_over(log: Log) -> None:
    """From where each was read to, and not beyond what stands there now."""
    for key, value in ((NEW, a_notice()), ("9999999", a_box("9999999")), (NEW, a_box())):
        log.add(key, value)
    found, reached, more = read({NEW: 0})
    assert [type(one.said) for one in found] == [HeardNotice, Box]
    assert [one.place for one in found] == [f"{TOPIC.name}/{PART}/0", f"{TOPIC.name}/{PART}/2"]
    assert (reached, more, found[0].said.said.to) == ({NEW: 3}, False, HERE)
    assert read({NEW: 3}) == ([], {NEW: 3}, False)
    assert [type(one.said) for one in read({NEW: 1})[0]] == [Box]


def test_long_partition_is_read_piece_by_piece(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads is told that there is more."""
    monkeypatch.setattr(kafka_transfers, "_RECORDS_MAX", 2)
    for _ in range(3):
        log.add(NEW, a_box())
    found, reached, more = read({NEW: 0})
    assert (len(found), reached, more) == (2, {NEW: 2}, True)
    assert read(reached)[1:] == ({NEW: 3}, False)


def test_notice_counts_as_unsigned_only_by_the_newest_register(log: Log) -> None:
    """A certificate may be newer than the register at hand; without any register it is told as unchecked."""
    log.add(NEW, a_notice())
    assert [one.said for one in read({NEW: 0}, NOBODY, NOBODY)[0]] == ["TRANSFER_NOTICE_UNSIGNED"]
    (heard,), _, _ = read({NEW: 0}, NOBODY, None)
    assert (type(heard.said), heard.said.signed) == (HeardNotice, "unchecked")


def test_what_is_no_message_is_told_by_its_code(log: Log) -> None:
    """So is a box that names another school than its key."""
    for value in (None, b"\x00garbage", a_box("9999999")):
        log.add(NEW, value)
    codes = [one.said for one in read({NEW: 0}, NOBODY)[0]]
    assert codes[0] == "VALUE_MISSING"
    assert codes[2] == "ENVELOPE_DISAGREES"
    assert all(isinstance(code, str) for code in codes)
