"""What an operator may do about an entry, and in which order it is written and sent."""

import asyncio
from typing import Any

import pytest

from hub.errors import Refused, Unavailable
from hub.kafka.dead_letter import REDRIVEN, EntryId, to_keep
from hub.kafka.producer import Sending
from hub.kafka.tolerant import UNREADABLE
from hub.operate import dismiss_entry, held_entry, redrive_entry
from hub.store.queries import queries_of
from hub.topics import MESSAGE_BYTES_MAX
from tests.unit.agents.world import AT, Answer, FakeConnection

SQL = queries_of("common")
ENTRY = EntryId("so-ha-noi", "validate", "hocba.so-ha-noi.command.v1", 3, 17)
HEADERS = (("ce_id", b"1"), ("note", None))


def a_database(state: str = "open", entry: EntryId = ENTRY, **kept: Any) -> FakeConnection:
    fields: dict[str, Any] = {"key": b"k", "value": b"v", "headers": HEADERS, "withheld": False, "newer": False} | kept
    value = fields["value"]
    at, size = 40 if state == "redriven" else None, None if value is None else len(value)
    rows = {
        SQL["quarantine_one"]: (
            entry.stage,
            entry.topic,
            entry.part,
            entry.offset,
            "KEY_MISSING",
            AT,
            fields["withheld"],
            1,
            size,
            at,
            state,
        ),
        SQL["quarantine_bytes"]: (fields["key"], value, to_keep(fields["headers"]), b"{}", None, None),
        SQL["quarantine_newer"]: (fields["newer"],),
    }
    return FakeConnection(lambda sql, _: Answer([rows[sql]] if sql in rows else []))


class Sent:
    """Takes what is sent and notes it among the statements, so that their order shows."""

    def __init__(self, connection: FakeConnection, fails: bool = False) -> None:
        self._connection, self._fails = connection, fails
        self.batch: list[Sending] = []

    async def send(self, batch: list[Sending]) -> list[tuple[int, int]]:
        """Answer as a broker."""
        if self._fails:
            raise Unavailable("KAFKA_UNAVAILABLE")
        self._connection.calls.append(("send", None))
        self.batch += batch
        return [(3, 41)]


def redriven(connection: FakeConnection, sent: Sent, entry: EntryId = ENTRY, **more: Any) -> tuple[int, bool]:
    return asyncio.run(redrive_entry(connection, sent, entry, "lan", "why", **more))  # type: ignore[arg-type]


def acts(connection: FakeConnection) -> list[str]:
    return [p[4] if sql == SQL["quarantine_act"] else sql for sql, p in connection.calls
            if sql in ("send", SQL["quarantine_act"])]  # fmt: skip


def test_redriven_record_goes_out_as_it_came_with_one_more_header() -> None:
    """Same topic, partition, key, value and headers; the decision is written first, the broker's answer after."""
    connection = a_database()
    sent = Sent(connection)
    assert redriven(connection, sent) == (41, True)
    headers = [*HEADERS, (REDRIVEN, str(ENTRY).encode())]
    assert sent.batch == [Sending(ENTRY.topic, b"k", b"v", headers, 3)]
    assert acts(connection) == ["redrive", "send", "redriven"]


def test_decision_stands_when_the_broker_does_not_answer() -> None:
    """So the entry shows as wanted and perhaps not sent."""
    connection = a_database()
    with pytest.raises(Unavailable):
        redriven(connection, Sent(connection, fails=True))
    assert acts(connection) == ["redrive"]


@pytest.mark.parametrize("state", ["open", "redriving", "returned", "dismissed"])
def test_entry_that_waits_or_was_dismissed_may_be_redriven(state: str) -> None:
    """A mind may be changed."""
    connection = a_database(state)
    assert redriven(connection, Sent(connection)) == (41, True)


def test_entry_that_was_redriven_is_sent_once_more_only_when_asked() -> None:
    """A command that is repeated does nothing, and says where the copy stands."""
    connection = a_database("redriven")
    assert redriven(connection, Sent(connection)) == (40, False)
    assert acts(connection) == []
    assert redriven(connection, Sent(connection), again=True) == (41, True)


@pytest.mark.parametrize(
    ("kept", "code"),
    [
        ({"withheld": True, "value": None}, "QUARANTINE_WITHHELD"),
        ({"value": None, "headers": [(UNREADABLE, b"MESSAGE_TOO_LARGE")]}, "QUARANTINE_WITHHELD"),
        ({"headers": [("x\udcff", b"")]}, "QUARANTINE_NOT_SENDABLE"),
        ({"headers": [(REDRIVEN, b"forged")]}, "QUARANTINE_NOT_SENDABLE"),
        ({"value": bytes(MESSAGE_BYTES_MAX - 100)}, "QUARANTINE_NOT_SENDABLE"),
    ],
)
def test_record_that_cannot_be_sent_as_it_came_is_not_sent(kept: dict[str, Any], code: str) -> None:
    """Nothing is written, because nothing was decided."""
    connection = a_database(**kept)
    with pytest.raises(Refused) as refused:
        redriven(connection, Sent(connection))
    assert (refused.value.code, acts(connection)) == (code, [])


def test_old_register_entry_does_not_push_a_later_one_out() -> None:
    """The register is compacted: the last record under a key is the one that stays."""
    entry = EntryId("so-ha-noi", "register", "hocba.so-ha-noi.register.v1", 0, 17)
    connection = a_database(entry=entry, newer=True, key=b"school/1")
    with pytest.raises(Refused) as refused:
        redriven(connection, Sent(connection), entry)
    assert (refused.value.code, acts(connection)) == ("QUARANTINE_SUPERSEDED", [])
    assert (SQL["quarantine_newer"], ("school/1", "ha-noi", 18)) in connection.calls
    newest = a_database(entry=entry, key=b"school/1")
    assert redriven(newest, Sent(newest), entry) == (41, True)


@pytest.mark.parametrize(("state", "expected"), [("open", True), ("returned", True), ("dismissed", False)])
def test_entry_is_dismissed_once(state: str, expected: bool) -> None:
    """A second time is no second decision."""
    connection = a_database(state)
    assert dismiss_entry(connection, ENTRY, "lan", "why") is expected  # type: ignore[arg-type]
    assert acts(connection) == (["dismiss"] if expected else [])


def test_what_was_redriven_is_not_dismissed() -> None:
    """It is settled already."""
    with pytest.raises(Refused) as refused:
        dismiss_entry(a_database("redriven"), ENTRY, "lan", "why")  # type: ignore[arg-type]
    assert refused.value.code == "QUARANTINE_SETTLED"


def test_entry_that_is_not_there_is_said() -> None:
    """By its name."""
    with pytest.raises(Refused) as refused:
        held_entry(FakeConnection(), ENTRY)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.facts) == ("QUARANTINE_UNKNOWN", {"entry": str(ENTRY)})
