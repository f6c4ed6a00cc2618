"""The oracle looks at records that were sent again: asked for, with the same bytes, at the first time of receipt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.audit.checks import handled, outbox
from hub.audit.facts import digest_of
from hub.audit.report import Check
from hub.audit.sources import Record
from hub.audit.world import World
from hub.kafka.identity import record_sha256

TOPIC, DEAD = "hocba.so-ha-noi.command.v1", "hocba.so-ha-noi.quarantine.v1"
AT = datetime(2026, 6, 20, 3, 0, 0, 123_000, tzinfo=UTC)
LATER = AT + timedelta(hours=5)
ENTRY = f"so-ha-noi/validate/{TOPIC}/0/1"


@dataclass
class Tables:
    """Rows by the name of their query."""

    found: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def rows(self, query: str, *_: object) -> Iterator[tuple[Any, ...]]:
        """As planted."""
        yield from self.found.get(query, [])


@dataclass
class Topics:
    """Records by topic."""

    found: list[Record]

    def extent(self, topic: str) -> Mapping[int, tuple[int, int]]:
        """From the beginning."""
        return {0: (0, 10)} if any(r.topic == topic for r in self.found) else {}

    def records(self, topic: str) -> Iterator[Record]:
        """As planted."""
        yield from (r for r in self.found if r.topic == topic)


def a_record(offset: int, at: datetime, redriven: str | None = None, value: bytes = b"v") -> Record:
    headers = () if redriven is None else (("hub-redriven", redriven.encode()),)
    return Record(TOPIC, 0, offset, b"k", value, headers, round(at.timestamp() * 1000))


def codes(records: list[Record], *, at: datetime = AT, handled_at: int | None = 2, **tables: Any) -> list[str]:
    """Audit one record that was quarantined at offset 1 and handled from `handled_at`."""
    row = (record_sha256(0, b"k", (), b"v"), 0, handled_at, "s", "id", b"", True, 1, at)
    found = {
        "inbox_places": [] if handled_at is None else [row],
        "quarantine_places": [("validate", TOPIC, 0, 1)],
        "quarantine_entries": [("validate", TOPIC, 0, 1, AT, True)],
        "quarantine_record": [(b"k", b"v", False)],
    } | tables
    check = Check("handled_once", "x.")
    handled.check(World(["ha-noi"], {"ha-noi": Tables(found)}, Tables(), Topics(records), list), check)
    return [example["code"] for example in check.examples]


def test_record_that_was_sent_again_is_handled_once() -> None:
    """Twice redriven, it is one record with two copies, and its time is the first."""
    copies = [a_record(2, LATER, ENTRY), a_record(3, LATER, ENTRY)]
    assert codes([a_record(1, AT), *copies]) == []


def test_copy_that_failed_again_is_quarantined_and_no_fault() -> None:
    """Its place is told with the entry's."""
    places = [("validate", TOPIC, 0, n) for n in (1, 2)]
    assert codes([a_record(1, AT), a_record(2, LATER, ENTRY)], handled_at=None, quarantine_places=places) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"quarantine_entries": []},
        {"quarantine_entries": [("validate", TOPIC, 0, 1, AT, False)]},
        {"quarantine_record": [(b"k", b"other", False)]},
        {"quarantine_record": []},
    ],
)
def test_oracle_notices_a_copy_that_nobody_asked_for(wrong: dict[str, Any]) -> None:
    """No entry, no operator, or other bytes than those that were kept."""
    assert codes([a_record(1, AT), a_record(2, LATER, ENTRY)], **wrong) == ["REDRIVEN_WITHOUT_ENTRY"]


@pytest.mark.parametrize("name", ["nonsense", ENTRY.replace("so-ha-noi/", "bo/"), ENTRY.replace("validate", "lock")])
def test_oracle_notices_a_copy_under_a_wrong_name(name: str) -> None:
    """Whatever the header names has to be this Sở's own entry."""
    entries = [(stage, TOPIC, 0, 1, AT, True) for stage in ("validate", "lock")]
    assert codes([a_record(1, AT), a_record(2, LATER, name)], quarantine_entries=entries) == ["REDRIVEN_WITHOUT_ENTRY"]


def test_oracle_notices_a_copy_that_lost_its_time() -> None:
    """The time of receipt is the first one."""
    assert codes([a_record(1, AT), a_record(2, LATER, ENTRY)], at=LATER) == ["TIME_OF_RECEIPT_DIFFERS"]


def test_oracle_notices_a_time_that_is_not_the_brokers() -> None:
    """Also where nothing was sent again."""
    assert codes([a_record(2, AT)], quarantine_places=[], quarantine_entries=[]) == []
    assert codes([a_record(2, LATER)], quarantine_places=[], quarantine_entries=[]) == ["TIME_OF_RECEIPT_DIFFERS"]


@pytest.mark.parametrize(
    ("too_large", "value", "expected"), [(False, b"v", []), (True, b"", []), (False, b"", ["MESSAGE_DIFFERS"])]
)
@pytest.mark.parametrize("context", ["__connect.errors.", "hub.error."])
def test_dead_letter_is_known_by_its_headers(too_large: bool, value: bytes, expected: list[str], context: str) -> None:
    """By those of now and of before; an empty one stands only for a record that fits into no message."""
    told = {"stage": "validate", "topic": TOPIC, "partition": "0", "offset": "1"}
    headers = tuple((f"{context}{name}", text.encode()) for name, text in told.items())
    dead = Record(DEAD, 0, 0, b"k" if value else None, value, headers, 0)
    reference = {"quarantine": ["validate", TOPIC, 0, 1]}
    row = (1, DEAD, b"k", "Quarantined", f"validate.{TOPIC}.0.1", None, reference, True)
    tables = Tables({"outbox": [row], "quarantine_record": [(b"k", b"v", too_large)]})
    check = Check("outbox_and_topics", "x.")
    outbox.check(World(["ha-noi"], {"ha-noi": tables}, Tables(), Topics([dead]), list), check)
    assert [example["code"] for example in check.examples] == expected
    assert digest_of(b"k", b"v") != digest_of(None, b"")
