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
from tests.unit.agents.world import AT, SO, TOPIC, YEAR, Answer, FakeConnection, record_of
from tests.unit.trust.trust_world import SCHOOL, World

_SQL, _COMMON = queries_of("so"), queries_of("common")
_CLOSES_AT = AT - timedelta(days=3)  # an outage may last longer than a command of a person may be old
_ROW = (SCHOOL, "request-0001", YEAR, _CLOSES_AT)


@pytest.fixture
def seal(world: World) -> Signer:
    return world.issued["so"].signer


def a_database(*due: Any, refused: int = 0, announced: bool = False, replaying: bool = False) -> FakeConnection:
    """Answer what is due, how often it was refused, and whether it is on its way."""
    answers = {
        _SQL["windows_due"]: Answer(due),
        _SQL["window_attempts"]: Answer([(refused,)]),
        _SQL["window_announced"]: Answer([(announced,)]),
        _COMMON["unmet_exists"]: Answer([(replaying, replaying)]),
    }
    return FakeConnection(lambda sql, _: answers.get(sql, Answer()))


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


def test_nobody_else_closes_a_window(world: World, seal: Signer) -> None:
    """A command of this kind that a person signed is refused, whoever asks for it."""
    connection = a_database(_ROW)
    close_windows(connection, SO, world.issued["principal"].signer, AT)
    assert {f.code for f in judged(world, sent(connection)[0]).findings} & {"SIGNER_OWNER_WRONG", "SIGNER_ROLE_WRONG"}
