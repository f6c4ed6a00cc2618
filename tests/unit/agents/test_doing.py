"""Doing a batch: what is tried again, what parks a school, what ends the worker."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from hub.agents.stage import doing as doing_module
from hub.agents.stage.doing import Doing
from hub.agents.stage.outbox import OutOfTurn
from hub.agents.stage.parking import PARKED_COUNT_MAX
from hub.agents.stage.position import ATTEMPTS_DEADLY, ATTEMPTS_SUSPICIOUS, Fenced
from hub.errors import Corrupt, Refused, Unavailable
from hub.store.queries import queries_of
from tests.unit.agents.stages import a_position, a_record, a_stage
from tests.unit.agents.world import Answer, FakeConnection

SQL = queries_of("common")
Make = Callable[..., Doing]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Make hands over a scripted database; nothing sleeps."""
    monkeypatch.setattr(doing_module.time, "sleep", lambda _: None)
    made: list[Doing] = []

    def some_hands(connection: FakeConnection | None = None, **stage: Any) -> Doing:
        monkeypatch.setattr(doing_module, "open_connection", lambda _: connection or FakeConnection())
        made.append(Doing(a_stage(**stage), "so-x", "url"))
        return made[-1]

    yield some_hands
    for one in made:
        one.close()


def database(parked: int = 0, attempts: int = 1) -> FakeConnection:
    def script(sql: str, _: Any) -> Answer:
        answers = {SQL["parked_count"]: [(parked,)], SQL["attempt"]: [(attempts,)]}
        return Answer(answers.get(sql, ()))

    return FakeConnection(script)


def breaking(code: str = "LOCK_SET_CHANGED") -> dict[str, Any]:
    """A stage in which the number 6 breaks an invariant of ours."""
    usual = a_stage().decide

    def decide(number: int, total: int) -> Any:
        if number == 6:
            raise Corrupt(code) if code != "bug" else KeyError("x")
        return usual(number, total)

    return {"decide": decide}


def offsets(connection: FakeConnection) -> list[tuple[int, int]]:
    """Return (before, after) of each move of a position that was committed."""
    moves: list[tuple[int, int]] = []
    for n, (sql, parameters) in enumerate(connection.calls):
        if sql == SQL["advance"]:
            end = next(s for s, _ in connection.calls[n:] if s in ("commit", "rollback"))
            moves += [(parameters["before"], parameters["after"])] if end == "commit" else []
    return moves


BATCH = [a_record(0, b"2"), a_record(1, b"6"), a_record(2, b"4")]


@pytest.mark.parametrize("code", ["LOCK_SET_CHANGED", "bug", "DATABASE_REFUSED"])
def test_record_that_breaks_parks_its_school_and_the_others_are_done(make: Make, code: str) -> None:
    """The whole batch is tried, then each record alone; the one that breaks is set aside with its bytes."""
    connection = database()
    moved = asyncio.run(make(connection, **breaking(code)).batch(a_position(), BATCH, 3))
    assert moved.next_offset == 3
    assert offsets(connection) == [(0, 1), (1, 2), (2, 3)]
    (parked,) = [p for sql, p in connection.calls if sql == SQL["park"]]
    assert parked[:4] == ("sum", "plain", b"key", "UNEXPECTED" if code == "bug" else code)
    (aside,) = [p for sql, p in connection.calls if sql == SQL["set_aside"]]
    assert aside[:7] == ("sum", "plain", 0, 1, b"key", b"key", b"6")


def test_record_of_a_parked_school_is_set_aside_and_not_decided(make: Make) -> None:
    """In its order, so that nothing overtakes what waits."""
    connection = FakeConnection(lambda sql, _: Answer([(b"key",)] if sql == SQL["parked_keys"] else ()))
    asyncio.run(make(connection).batch(a_position(), BATCH, 3))
    assert [p[3] for sql, p in connection.calls if sql == SQL["set_aside"]] == [0, 1, 2]
    assert ("write", []) in connection.calls


def test_so_many_parked_schools_stop_the_worker(make: Make) -> None:
    """The fault is not theirs: a wrong deployment must not set everybody aside."""
    with pytest.raises(Corrupt) as stopped:
        asyncio.run(make(database(parked=PARKED_COUNT_MAX), **breaking()).batch(a_position(), BATCH, 3))
    assert stopped.value.code == "PARKED_TOO_MANY"


def test_another_record_of_a_parked_school_is_set_aside_however_many_are_parked(make: Make) -> None:
    """It is no further school; its own record breaks before the transaction looks who is parked."""
    usual = database(parked=PARKED_COUNT_MAX)
    script = usual.script
    connection = FakeConnection(lambda sql, p: Answer([(b"key",)]) if sql == SQL["parked_keys"] else script(sql, p))

    def prepare(*_: Any) -> Any:
        raise KeyError("bug")

    moved = asyncio.run(make(connection, prepare=prepare).batch(a_position(), BATCH[:1], 1))
    assert moved.next_offset == 1
    assert SQL["park"] not in connection.names()
    assert connection.names().count(SQL["set_aside"]) == 1


def test_register_that_cannot_be_read_parks_nobody(make: Make) -> None:
    """What breaks before any record is looked at is no record's fault."""

    def read(_: Any) -> Any:
        raise KeyError("bug")

    connection = database()
    with pytest.raises(KeyError):
        asyncio.run(make(connection, read=read).batch(a_position(), BATCH, 3))
    assert SQL["park"] not in connection.names()


@pytest.mark.parametrize(("tries", "ends"), [(1, "done"), (3, "done"), (4, "parked again")])
def test_resumption_that_killed_its_workers_ends(
    make: Make, monkeypatch: pytest.MonkeyPatch, tries: int, ends: str
) -> None:
    """An operator let a deadly record go on: after three deaths its school waits again, and all others work."""
    monkeypatch.setattr("hub.agents.stage.transaction.decode_in_child", lambda *_: None)
    row = ("plain", 0, 7, b"key", b"2", b"[]", a_record(7).at, True)
    rows: dict[str, list[Any]] = {
        SQL["parked_by_stage"]: [(1, True)],
        SQL["resume_try"]: [(tries,)],
        SQL["parked_hold"]: [("sum", "plain", b"key")],
        SQL["aside_next"]: [row],
    }

    def script(sql: str, _: Any) -> Answer:
        if sql == SQL["aside_done"]:
            rows.pop(SQL["aside_next"])
        return Answer(rows.get(sql, ()))

    connection = FakeConnection(script)
    assert asyncio.run(make(connection).resume()) == (1 if ends == "done" else 0)
    assert (SQL["park_again"] in connection.names()) == (ends == "parked again")


@pytest.mark.parametrize(
    "error", [Corrupt("DATABASE_REFUSED", {"sqlstate": "42P01"}), Corrupt("TOPIC_NOT_APPEND_TIME"), MemoryError()]
)
def test_what_is_not_about_a_record_ends_the_worker(make: Make, error: BaseException) -> None:
    """A missing table or a wrong topic would park every school."""

    def decide(*_: Any) -> Any:
        raise error

    connection = database()
    with pytest.raises(type(error)):
        asyncio.run(make(connection, decide=decide).batch(a_position(), BATCH, 3))
    assert SQL["park"] not in connection.names()


def test_first_batch_of_an_owner_is_counted_before_it_is_touched(make: Make) -> None:
    """What kills this process leaves its number behind; a claim alone does not count."""
    connection = database()
    asyncio.run(make(connection).batch(a_position(untried=True), BATCH, 3))
    assert connection.names()[0] == SQL["attempt"]
    again = database()
    asyncio.run(make(again).batch(a_position(), BATCH, 3))
    assert SQL["attempt"] not in again.names()


def test_attempt_of_a_fenced_owner_is_none(make: Make) -> None:
    """Another owner has claimed the partition meanwhile."""
    with pytest.raises(Fenced):
        asyncio.run(make(FakeConnection()).batch(a_position(untried=True), BATCH, 3))


def test_record_that_is_out_of_turn_stops_the_batch_behind_those_before_it(make: Make) -> None:
    """Another partition of a replay must come first; nothing of the record is looked at before."""
    connection = database()
    with pytest.raises(OutOfTurn) as turn:
        asyncio.run(make(connection, out_of_turn=lambda *_: 1).batch(a_position(), BATCH, 3))
    assert turn.value.offset == 1
    assert offsets(connection) == [(0, 1)]
    assert ("load", [2]) in connection.calls


def test_suspected_records_are_done_one_by_one(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the one that kills is tried again by the next owner."""
    monkeypatch.setattr("hub.agents.stage.transaction.decode_in_child", lambda *_: None)
    connection = database(attempts=ATTEMPTS_SUSPICIOUS + 1)
    asyncio.run(make(connection).batch(a_position(untried=True), BATCH, 3))
    assert offsets(connection) == [(0, 1), (1, 2), (2, 3)]
    assert SQL["park"] not in connection.names()


def test_deadly_record_is_parked_unread_and_the_next_one_is_read(make: Make) -> None:
    """It killed the workers behind its decoder; progress makes the next one innocent."""
    connection = database(attempts=ATTEMPTS_DEADLY + 1)
    asyncio.run(make(connection).batch(a_position(untried=True), BATCH, 3))
    (parked,) = [p for sql, p in connection.calls if sql == SQL["park"]]
    assert (parked[3], parked[6]) == ("RECORD_DEADLY", 0)
    assert offsets(connection) == [(0, 1), (1, 2), (2, 3)]


def test_retry_tries_again_while_the_world_is_away(make: Make) -> None:
    """Each time on a new connection; nothing is quarantined or parked for an outage."""
    connection = FakeConnection()
    answers: list[Exception | str] = [psycopg.OperationalError("gone"), Unavailable("DECODER_UNAVAILABLE"), "done"]

    def work(_: Any) -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    hands = make(connection)
    assert hands._retry(work) == "done"
    assert connection.names() == ["close", "close"]
    assert hands.waiting_since is None


@pytest.mark.parametrize(
    "error", [Corrupt("DATABASE_REFUSED"), Refused("CHUNK_LATE"), KeyError("x"), psycopg.DataError("x")]
)
def test_retry_tries_nothing_else_again(make: Make, error: Exception) -> None:
    """A mistake of ours would only be repeated."""
    tried: list[int] = []

    def work(_: Any) -> None:
        tried.append(1)
        raise error

    with pytest.raises((Corrupt, Refused, KeyError)):
        make()._retry(work)
    assert tried == [1]


def test_retry_gives_up_while_the_worker_is_closing(make: Make) -> None:
    """The batch stays undone; whoever comes next does it."""
    hands = make()
    hands._closing = True

    def work(_: Any) -> None:
        raise Unavailable("DATABASE_UNAVAILABLE")

    with pytest.raises(Unavailable):
        hands._retry(work)


def test_statement_that_runs_into_its_limit_is_no_outage(make: Make) -> None:
    """The database is there: the progress watch may end a worker that stands still on it."""
    hands, seen = make(), []

    def work(_: Any) -> str:
        seen.append(hands.waiting_since)
        if len(seen) < 3:
            raise psycopg.errors.QueryCanceled("limit")
        return "done"

    hands._retry(work)
    assert seen == [None, None, None]
