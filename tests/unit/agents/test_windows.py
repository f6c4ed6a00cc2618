"""The scheduler of windows: one signed command for each window that has closed, and another when it was too early."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.agents.preparing import prepare_command
from hub.agents.windows import close_windows
from hub.decision import Prepared
from hub.domain.statements import WindowClosed
from hub.kafka.headers import headers_of
from hub.kafka.producer import Sending
from hub.signing import Signer
from hub.store.queries import queries_of
from hub.trust import ChainCache
from tests.unit.agents.world import AT, SO, TOPIC, YEAR, Answer, FakeConnection, a_school_entry, record_of
from tests.unit.trust.trust_world import SCHOOL, World, an_entry, an_office

_SQL, _COMMON = queries_of("so"), queries_of("common")
_CLOSES_AT = AT - timedelta(days=3)  # an outage may last longer than a command of a person may be old
_ROW = (SCHOOL, "request-0001", YEAR, _CLOSES_AT)


@pytest.fixture
def seal(world: World) -> Signer:
    return world.issued["so"].signer


def a_database(
    *due: Any, refused: int = 0, accepted: int = 0, refused_at: datetime | None = None, announced: bool = False,
    replaying: bool = False,
) -> FakeConnection:  # fmt: skip
    """Answer what is due, how often it was answered before, and whether it is on its way."""
    answers = {
        _SQL["window_attempts"]: Answer([(accepted + refused, refused, refused_at)]),
        _SQL["window_announced"]: Answer([(announced,)]),
        _COMMON["unmet_exists"]: Answer([(replaying, replaying)]),
    }

    def answer(sql: str, values: Any) -> Answer:
        if sql != _SQL["windows_due"]:
            return answers.get(sql, Answer())
        _, *after, most = values
        return Answer([row for row in due if row[:2] > tuple(after)][:most])

    return FakeConnection(answer)


def sent(connection: FakeConnection) -> list[Any]:
    return [row for sql, row in connection.calls if sql == _COMMON["put"]]


def judged(world: World, row: Any, at: datetime = AT) -> Prepared:
    """Return the command as validate prepares it."""
    topic, key, kind, message_id, value, extra = row[4], row[5], row[6], row[7], row[8], row[10]
    record = record_of(Sending(topic, key, value, headers_of(kind, message_id, extra.obj["ce_source"])), at=at)
    return prepare_command(record, TOPIC, world.snapshot(), ChainCache())


def test_closed_window_is_announced_by_the_seal_under_a_derived_id(world: World, seal: Signer) -> None:
    """However late: validate takes the command, and the same window always has the same id and statement."""
    connection, again = a_database(_ROW), a_database(_ROW)
    assert close_windows(connection, SO, seal, AT) == close_windows(again, SO, seal, AT + timedelta(hours=1)) == 1
    (row,), (same,) = sent(connection), sent(again)
    prepared, repeated = judged(world, row), judged(world, same)
    assert prepared.stands, prepared.findings
    assert isinstance(prepared.command, WindowClosed)
    assert (prepared.command.correction, prepared.command.school) == ("request-0001", SCHOOL)
    assert (prepared.command_id, prepared.statement) == (repeated.command_id, repeated.statement)
    assert prepared.signatory is not None
    assert prepared.signatory.role == "so_seal"


def test_window_ends_although_the_log_of_the_so_is_closed(world: World, seal: Signer) -> None:
    """It locks nothing; a correction that nobody finished would stand open for ever."""
    connection = a_database(_ROW)
    close_windows(connection, SO, seal, AT)
    payload = {"decision": "QĐ-9", "so": SO, "successor": "nghe-an"}
    closed = world.with_(an_entry("log_closing", SO, payload, valid_from=AT - timedelta(days=1)))
    assert judged(closed, sent(connection)[0]).stands


def test_window_is_announced_once(seal: Signer) -> None:
    """What is on its way, or was answered, is not said again; what a replay has still to decide is nobody's turn."""
    assert close_windows(a_database(_ROW, announced=True), SO, seal, AT) == 0
    connection = a_database(_ROW, replaying=True)
    assert close_windows(connection, SO, seal, AT) == 0
    assert sent(connection) == []


@pytest.mark.parametrize(("refused", "pause_s"), [(0, 2), (1, 4), (3, 16)])
def test_announcement_that_came_too_early_is_made_again_later(
    world: World, seal: Signer, refused: int, pause_s: int
) -> None:
    """The cluster's clock may be behind: each refusal doubles the pause and gives another id."""
    early, due = (_CLOSES_AT + timedelta(seconds=pause_s - more) for more in (1, 0))
    assert close_windows(a_database(_ROW, refused=refused), SO, seal, early) == 0
    connection = a_database(_ROW, refused=refused)
    assert close_windows(connection, SO, seal, due) == 1
    assert judged(world, sent(connection)[0]).command_id.endswith(f"-{refused}")


def test_window_that_was_reopened_after_it_had_closed_is_announced_again_at_once(world: World, seal: Signer) -> None:
    """A version that was recalled later leaves its pupil waiting: the id that was accepted once is of no more use."""
    connection = a_database(_ROW, accepted=1)
    assert close_windows(connection, SO, seal, _CLOSES_AT + timedelta(seconds=2)) == 1
    prepared = judged(world, sent(connection)[0])
    assert prepared.stands
    assert prepared.command_id.endswith("-1")


def test_announcement_that_is_always_refused_is_made_less_and_less(seal: Signer) -> None:
    """However long after the end of the window: the pause counts from the last answer."""
    refused_at = AT - timedelta(seconds=15)
    assert close_windows(a_database(_ROW, refused=3, refused_at=refused_at), SO, seal, AT) == 0
    assert close_windows(a_database(_ROW, refused=3, refused_at=refused_at), SO, seal, AT + timedelta(seconds=1)) == 1


def test_every_window_has_its_turn(seal: Signer) -> None:
    """More than one look can read."""
    rows = [(SCHOOL, f"request-{n:04d}", YEAR, _CLOSES_AT) for n in range(450)]
    connection = a_database(*rows)
    assert close_windows(connection, SO, seal, AT) == len({row[7] for row in sent(connection)}) == len(rows)


def test_later_seal_closes_a_window_that_ended_before_its_office_began(world: World, seal: Signer) -> None:
    """The machine's office is judged when the command comes, not at the time that its signature names."""
    office = an_office("so", world.issued["so"], "so_seal", SO, "CD-HN", valid_from=AT - timedelta(days=1))
    connection = a_database(_ROW)
    close_windows(connection, SO, seal, AT)
    assert judged(world.with_(office, without=["so"]), sent(connection)[0]).stands
    ended = an_office("so", world.issued["so"], "so_seal", SO, "CD-HN", valid_to=AT - timedelta(days=1))
    late = judged(world.with_(ended, without=["so"]), sent(connection)[0])
    assert [f.code for f in late.findings] == ["SIGNER_ROLE_NOT_HELD"]


def test_window_of_a_school_that_closed_meanwhile_ends(world: World, seal: Signer) -> None:
    """Otherwise the record would be blocked for its successor."""
    connection = a_database(_ROW)
    close_windows(connection, SO, seal, AT)
    closed = a_school_entry(SCHOOL, 2, closed_on="2026-02-01")
    assert judged(world.with_(closed), sent(connection)[0]).stands


def test_nobody_else_closes_a_window(world: World, seal: Signer) -> None:
    """A command of this kind that a person signed is refused, whoever asks for it."""
    connection = a_database(_ROW)
    close_windows(connection, SO, world.issued["principal"].signer, AT)
    assert {f.code for f in judged(world, sent(connection)[0]).findings} & {"SIGNER_OWNER_WRONG", "SIGNER_ROLE_WRONG"}
