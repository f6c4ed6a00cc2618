"""The end of a log: one final head, when everything that came in time is finished, and never another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.agents.closing import CLOCKS_APART_MAX, close_once, is_final
from hub.agents.sequencer import sequence_once
from hub.errors import Corrupt, Unavailable
from hub.metrics import CLOSING_DUE
from hub.schemas import decode
from hub.signing import Keyring, NoteKeySigner
from hub.store.queries import queries_of
from hub.topics import locked
from hub.trust import CHECKPOINT_TYPE, EMPTY_ROOT, ChainCache, Status, log_origin, verify_checkpoint, verify_statement
from tests.unit.agents.test_sequencer import a_lock, a_log
from tests.unit.agents.world import AT, SO, Answer, FakeConnection
from tests.unit.trust.trust_world import World

_SQL, _COMMON = queries_of("so"), queries_of("common")
_NOTE = NoteKeySigner(log_origin(SO), bytes(32))
LATER = AT + CLOCKS_APART_MAX
END = {0: 7, 1: 0}


@pytest.fixture(scope="module")
def keyring(world: World) -> Keyring:
    return Keyring(world.issued["so"].signer, _NOTE, bytes(range(32)), {})


@dataclass
class Log:
    """A Sở's database as far as the end of its log asks for it; by default everything is ready to end."""

    size: int = 3
    due: tuple[str, datetime] | None = ("nghe-an", AT)
    now: datetime = LATER
    waits: tuple[int, int, int] = (0, 0, 0)
    done: Mapping[int, int] = field(default_factory=lambda: dict(END))
    asked_at: datetime | None = None
    closed: bool = False
    recovered: list[tuple[str, bytes, datetime]] = field(default_factory=list)

    def connection(self) -> FakeConnection:
        head = a_log(self.size)
        answers: dict[str, Any] = {
            _SQL["closing_due"]: lambda: [] if self.due is None else [(*self.due, self.now)],
            _SQL["closing"]: lambda: [("row",)] if self.closed else [],
            _SQL["closing_waits"]: lambda: [self.waits],
            _SQL["head"]: lambda: [(self.size, head.to_hex())] if self.size else [],
            _SQL["last_asked_at"]: lambda: [(self.asked_at,)],
            _SQL["done_until"]: lambda: list(self.done.items()),
            _COMMON["unmet_exists"]: lambda: [(bool(self.recovered),) * 2],
            _COMMON["unmet_values"]: lambda: self.recovered,
        }

        def script(sql: str, parameters: Any) -> Answer:
            if sql == _SQL["add_closing"]:
                self.closed = True
            return Answer(answers[sql]() if sql in answers else [])

        return FakeConnection(script)


def unstamped(*_: Any) -> bytes:
    return b""


def end(log: Log, keyring: Keyring, ends: Mapping[int, int] = END, stamp: Any = unstamped) -> FakeConnection:
    """Try to end the log and return what was asked and written."""
    connection = log.connection()
    was_closed = log.closed
    assert close_once(connection, SO, keyring, stamp, lambda: ends) == (log.closed and not was_closed)
    return connection


def sent(connection: FakeConnection) -> list[Any]:
    return [row for sql, row in connection.calls if sql in (_COMMON["put"], _COMMON["put_sent"])]


def test_final_head_is_over_the_same_tree_and_names_who_follows(keyring: Keyring, world: World) -> None:
    """Signed by the log's key and by the seal, as of when the closing was due; written and queued together."""
    connection = end(Log(), keyring)
    (message,) = sent(connection)
    value = decode(message[8], ("Checkpoint",)).value
    checkpoint, tree = verify_checkpoint(value["text"], [_NOTE.key()]), a_log(3)
    assert (checkpoint.size, checkpoint.root, checkpoint.successor) == (3, tree.root, "nghe-an")
    verdict = verify_statement(
        value["text"], value["signature"], typ=CHECKPOINT_TYPE, scope={"owner": f"so-{SO}"}, roles={"so_seal"},
        snapshot=world.snapshot(), proven_at=LATER, cache=ChainCache(),
    )  # fmt: skip
    assert verdict.status is Status.VALID
    assert message[:4] == ("log", 1, 3, 0), "the head before it stands under the same size"
    assert (message[4], message[6], message[7]) == (locked(SO).name, "Checkpoint", "3/closed")
    row = next(parameters for sql, parameters in connection.calls if sql == _SQL["add_closing"])
    assert row == (3, tree.root, "nghe-an", value["text"], value["signature"], AT, b"")
    begun = connection.names().index("begin")
    assert connection.names()[begun + 1] == _SQL["sequence"]
    assert connection.names()[-1] == "commit"


@pytest.mark.parametrize(
    "log",
    [
        Log(due=None),
        Log(now=AT - timedelta(seconds=1)),
        Log(now=LATER - timedelta(milliseconds=1)),
        Log(waits=(1, 0, 0)),
        Log(waits=(0, 1, 0)),
        Log(waits=(0, 0, 1)),
        Log(done={0: 6}),
        Log(done={}),
        Log(closed=True),
    ],
)
def test_log_does_not_end_before_all_is_finished_nor_twice(log: Log, keyring: Keyring) -> None:
    """Not due, a round on its way, a lock without a place, a school set aside, a command not decided, already ended."""
    connection = end(log, keyring)
    assert sent(connection) == []
    assert "begin" not in connection.names()


def test_log_waits_for_rounds_that_are_closed_between_the_two_looks(keyring: Keyring) -> None:
    """The ends are read, and what stands before them may just have been decided."""
    log = Log()

    def ends() -> Mapping[int, int]:
        log.waits = (1, 0, 0)
        return END

    assert not close_once(log.connection(), SO, keyring, unstamped, ends)
    assert not log.closed


def test_end_is_looked_for_again_when_the_log_has_grown_while_it_was_stamped(keyring: Keyring) -> None:
    """Nobody is asked to lock, but a worker that was killed may have: the next turn covers it."""
    log = Log()
    work = log.connection()

    def stamp(*_: Any) -> bytes:
        before, grown = work.script, a_log(4)
        work.script = lambda sql, p: Answer([(4, grown.to_hex())]) if sql == _SQL["head"] else before(sql, p)
        return b"token"

    assert not close_once(work, SO, keyring, stamp, lambda: END)
    assert (sent(work), log.closed) == ([], False)


def test_log_that_never_held_anything_ends_too(keyring: Keyring) -> None:
    """Size 0, and the root of nothing."""
    (message,) = sent(end(Log(size=0), keyring))
    checkpoint = verify_checkpoint(decode(message[8], ("Checkpoint",)).value["text"], [_NOTE.key()])
    assert (checkpoint.size, checkpoint.root) == (0, EMPTY_ROOT)


def test_seal_signs_no_earlier_than_the_last_lock_was_asked_for(keyring: Keyring) -> None:
    """A closing that is published after its own date closes what came until then."""
    asked_at = AT + timedelta(seconds=3)
    connection = end(Log(asked_at=asked_at), keyring)
    row = next(parameters for sql, parameters in connection.calls if sql == _SQL["add_closing"])
    assert row[5] == asked_at


def test_end_waits_for_the_time_stamp_and_says_since_when_it_is_due(keyring: Keyring) -> None:
    """Nothing is written; somebody sees it in the metrics."""

    def stamp(*_: Any) -> bytes:
        raise Unavailable("TIMESTAMP_UNAVAILABLE", {"reason": "timeout"})

    log = Log(now=AT + timedelta(hours=1))
    with pytest.raises(Unavailable):
        end(log, keyring, stamp=stamp)
    assert not log.closed
    assert CLOSING_DUE.labels(SO)._value.get() == 3600.0
    end(log, keyring)
    assert CLOSING_DUE.labels(SO)._value.get() == 0.0


def test_published_end_is_taken_back_as_it_was_when_the_log_is_there_again(keyring: Keyring) -> None:
    """After a restore nobody signs or stamps again, and it does not wait for what was finished then."""
    (first,) = sent(end(Log(), keyring, stamp=lambda *_: b"the token of that day"))
    behind = Log(size=2, recovered=[("3/closed", first[8], AT)], done={})
    assert sent(end(behind, keyring)) == []
    assert not behind.closed
    there = Log(recovered=[("3/closed", first[8], AT)], done={})

    def never(*_: Any) -> bytes:
        raise AssertionError("a published head was stamped again")

    connection = end(there, keyring, stamp=never)
    assert [row[8] for row in sent(connection)] == [first[8]]


def test_published_end_over_another_tree_stops_the_worker(keyring: Keyring) -> None:
    """What was built again is not what was locked."""
    (first,) = sent(end(Log(), keyring))
    other = a_log(2)
    other.append(b"x" * 32)
    log = Log(recovered=[("3/closed", first[8], AT)])
    connection = log.connection()
    work = connection.script
    connection.script = lambda sql, p: Answer([(3, other.to_hex())]) if sql == _SQL["head"] else work(sql, p)
    with pytest.raises(Corrupt) as stopped:
        close_once(connection, SO, keyring, unstamped, lambda: END)
    assert stopped.value.code == "RECOVERED_DIFFERS"


def test_lock_behind_the_end_stops_the_sequencer(keyring: Keyring) -> None:
    """It has no place; a person looks."""

    def script(sql: str, parameters: Any) -> Answer:
        if sql == _SQL["oldest_unsealed"]:
            return Answer([(LATER, 1.0)])
        if sql == _SQL["unsequenced"]:
            return Answer([a_lock(0)])
        return Answer([("row",)] if sql == _SQL["closing"] else [])

    connection = FakeConnection(script)
    with pytest.raises(Corrupt) as stopped:
        sequence_once(connection, SO, keyring, unstamped)
    assert (stopped.value.code, connection.names()[-1]) == ("LOG_CLOSED_LATE", "rollback")


def test_sequencer_gives_no_lock_its_place_by_a_published_end(keyring: Keyring) -> None:
    """The final head has the size of the one before it, and must not take its place in a replay."""
    (first,) = sent(end(Log(size=1), keyring))
    assert is_final(decode(first[8], ("Checkpoint",)).value["text"])

    def script(sql: str, parameters: Any) -> Answer:
        if sql == _SQL["oldest_unsealed"]:
            return Answer([(LATER, 1.0)])
        if sql == _COMMON["unmet_exists"]:
            return Answer([(True, True)])
        if sql == _COMMON["unmet_values"]:
            return Answer([("1/closed", first[8], AT)] if "Checkpoint" in parameters[0] else [])
        return Answer()

    assert sequence_once(FakeConnection(script), SO, keyring, unstamped) == 0
