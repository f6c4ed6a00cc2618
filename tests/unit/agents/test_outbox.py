"""The outbox after a recovery: what was sent is noted as sent, in the words in which it was sent."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.agents.stage import Outgoing, as_decided, put
from hub.agents.stage.outbox import OutOfTurn
from hub.agents.stage.parking import parks
from hub.errors import Corrupt
from hub.recovery import is_replaying
from hub.store.queries import queries_of
from hub.topics import VALUE_BYTES_MAX
from tests.unit.agents.world import FakeConnection
from tests.unit.recovery.test_same import a_receipt

SQL = queries_of("common")
SENT_AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)


@dataclass
class Rows:
    """An answer of the database."""

    row: Any = None

    def fetchone(self) -> Any:
        return self.row


@dataclass(eq=False)
class Recovered(FakeConnection):
    """A database with one recovered message, and perhaps an earlier one that waits."""

    message: bytes | None = None
    earlier: bool = False
    ended: bool = False
    met: list[Any] = field(default_factory=list)

    def execute(self, sql: str, parameters: Any = None) -> Any:
        self.calls.append((sql, parameters))
        answers = {
            SQL["unmet_exists"]: (self.message is not None and not self.ended, self.message is not None),
            SQL["unmet"]: (self.message, SENT_AT, 3, 7, 11) if self.message is not None else None,
            SQL["unmet_before"]: (self.earlier,),
        }
        return Rows(answers.get(sql))


def a_message(value: bytes) -> Outgoing:
    return Outgoing("receipts", b"010101", "Receipt", "r-1", "/so/ha-noi", value)


def test_message_that_was_sent_is_noted_with_its_bytes_and_not_sent_again() -> None:
    """The new signature is dropped: the school holds the old one."""
    sent, again = a_receipt("a..old"), a_receipt("a..new")
    connection = Recovered(message=sent)
    put(connection, "commands", 0, 5, [a_message(again)])  # type: ignore[arg-type]
    row = next(parameters for sql, parameters in connection.calls if sql == SQL["put_sent"])
    assert (row[8], row[-1]) == (sent, SENT_AT)
    assert SQL["meet"] in connection.names()
    assert SQL["put"] not in connection.names()


def test_message_that_nobody_waits_for_is_met_all_the_same() -> None:
    """A quarantined record does not keep the replay open, and is not sent a second time either."""
    connection = Recovered(message=a_receipt(), ended=True)
    assert not is_replaying(connection)  # type: ignore[arg-type]
    put(connection, "commands", 0, 5, [a_message(a_receipt())])  # type: ignore[arg-type]
    assert SQL["meet"] in connection.names()
    assert connection.names().count(SQL["unmet_exists"]) == 1


def test_message_that_was_never_sent_is_queued() -> None:
    """What was not recovered is news."""
    connection = Recovered()
    put(connection, "commands", 0, 5, [a_message(a_receipt())])  # type: ignore[arg-type]
    assert SQL["put"] in connection.names()


@pytest.mark.parametrize("over", [0, 1])
def test_message_that_no_topic_takes_is_not_queued(over: int) -> None:
    """Its own record breaks, and is parked; in the outbox it would stop all that comes behind it."""
    connection, message = Recovered(), a_message(bytes(VALUE_BYTES_MAX + over))
    if not over:
        put(connection, "commands", 0, 5, [message])  # type: ignore[arg-type]
        assert SQL["put"] in connection.names()
        return
    with pytest.raises(Corrupt) as stopped:
        put(connection, "commands", 0, 5, [a_message(b"small"), message])  # type: ignore[arg-type]
    assert (stopped.value.code, stopped.value.facts["message_id"]) == ("OUTGOING_TOO_LARGE", "r-1")
    assert parks(stopped.value)
    assert connection.names() == []


def test_message_that_says_something_else_stops() -> None:
    """Nothing is sent that contradicts what was sent."""
    connection = Recovered(message=a_receipt())
    with pytest.raises(Corrupt) as stopped:
        put(connection, "commands", 0, 5, [a_message(a_receipt(outcome="refused"))])  # type: ignore[arg-type]
    assert stopped.value.code == "RECOVERED_DIFFERS"
    assert SQL["meet"] not in connection.names()


def test_connection_looks_once_whether_a_replay_is_open() -> None:
    """A normal transaction pays nothing."""
    connection = Recovered()
    for offset in range(3):
        put(connection, "commands", 0, offset, [a_message(a_receipt())])  # type: ignore[arg-type]
    assert connection.names().count(SQL["unmet_exists"]) == 1


def test_decision_takes_the_bytes_that_were_sent() -> None:
    """So that the inbox and the topic hold the same."""
    sent = a_receipt("a..old")
    assert as_decided(Recovered(message=sent), "t", "Receipt", "r-1", a_receipt("a..new"), offset=5) == sent  # type: ignore[arg-type]


def test_decision_that_comes_out_otherwise_waits_for_what_was_sent_earlier() -> None:
    """Another school's claim on the same pupil may have come first then, and comes later now."""
    connection = Recovered(message=a_receipt(), earlier=True)
    with pytest.raises(OutOfTurn) as turn:
        as_decided(connection, "t", "Receipt", "r-1", a_receipt(outcome="refused"), offset=5)  # type: ignore[arg-type]
    assert turn.value.offset == 5
    place = {"appended_at": SENT_AT, "part": 3, "offset": 7, "sequence": 11}
    assert place.items() <= dict(connection.calls)[SQL["unmet_before"]].items()
    connection = Recovered(message=a_receipt())
    with pytest.raises(Corrupt) as stopped:
        as_decided(connection, "t", "Receipt", "r-1", a_receipt(outcome="refused"), offset=5)  # type: ignore[arg-type]
    assert stopped.value.facts == {"kind": "Receipt", "message_id": "r-1", "fields": "$.statement.outcome"}
