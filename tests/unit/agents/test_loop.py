"""The loop: which records are due, what a lost partition costs, what is tried again, what the sentinel sees."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from hub.agents.stage import loop as loop_module
from hub.agents.stage import sentinel
from hub.agents.stage.loop import Loop
from hub.agents.stage.position import Position
from hub.agents.stage.worker import _record
from hub.errors import Corrupt, Refused, Unavailable
from hub.store.queries import queries_of
from tests.unit.agents.stages import a_position, a_record, a_stage
from tests.unit.agents.world import Answer, FakeConnection

SQL = queries_of("common")
PLACE = ("plain", 0)
Make = Callable[..., Loop]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Make loops over a scripted database; nothing sleeps."""
    monkeypatch.setattr(loop_module.time, "sleep", lambda _: None)
    made: list[Loop] = []

    def a_loop(connection: FakeConnection | None = None, **stage: Any) -> Loop:
        monkeypatch.setattr(loop_module, "open_connection", lambda _: connection or FakeConnection())
        ids = {"plain": "topic-id", "compacted": "topic-id"}
        made.append(Loop(a_stage(**stage), "so-x", "url", "broker", "cluster", ids, lambda: None))
        return made[-1]

    yield a_loop
    for one in made:
        one.close()


def database(next_offset: int = 0, fenced: bool = False) -> FakeConnection:
    def script(sql: str, _: Any) -> Answer:
        if sql == SQL["claim"]:
            return Answer([(next_offset, 2, "cluster", "topic-id", None, 0)])
        return Answer(rowcount=0 if fenced and sql == SQL["advance"] else 1)

    return FakeConnection(script)


def offsets(connection: FakeConnection) -> list[tuple[int, int]]:
    """Return (before, after) of each move of a position."""
    return [(p["before"], p["after"]) for sql, p in connection.calls if sql == SQL["advance"]]


def test_record_at_the_position_is_due_and_a_lower_one_is_done(make: Make) -> None:
    """What was delivered again is skipped, not decided again."""
    due = make()._due(a_position(5), [a_record(n) for n in range(3, 8)])
    assert [r.offset for r in due] == [5, 6, 7]
    assert make()._due(a_position(9), [a_record(n) for n in range(3, 8)]) == []


def test_record_delivered_twice_in_one_batch_is_due_once(make: Make) -> None:
    """The second one is lower than what is expected by then."""
    due = make()._due(a_position(5), [a_record(n) for n in (5, 6, 5, 6, 7)])
    assert [r.offset for r in due] == [5, 6, 7]


@pytest.mark.parametrize("delivered", [[6], [5, 7], [4, 6], [9]])
def test_gap_stops_the_worker(make: Make, delivered: list[int]) -> None:
    """A record was skipped on the way, before the batch or inside it."""
    with pytest.raises(Corrupt) as stopped:
        make()._due(a_position(5), [a_record(n) for n in delivered])
    assert stopped.value.code == "POSITION_GAP"
    assert stopped.value.facts["topic"] == "plain"


def test_gap_in_a_compacted_topic_is_legal(make: Make) -> None:
    """Compaction has removed an older entry of the same key."""
    records = [a_record(n, topic="compacted") for n in (3, 6, 9)]
    assert [r.offset for r in make()._due(a_position(5, "compacted"), records)] == [6, 9]


def test_batch_is_done_partition_by_partition(make: Make) -> None:
    """Each from its own position, in its own transaction."""
    connection = database()
    loop = make(connection)
    loop.assign([("plain", 0), ("plain", 1)])
    records = [a_record(0, b"2"), a_record(0, b"4", part=1), a_record(1, b"6"), a_record(1, b"8", part=1)]
    asyncio.run(loop.handle(records))
    assert offsets(connection) == [(0, 2), (0, 2)]
    assert [p for sql, p in connection.calls if sql == "write"] == [[2, 8], [4, 12]]
    assert {place: p.next_offset for place, p in loop.positions.items()} == {("plain", 0): 2, ("plain", 1): 2}


def test_partition_is_claimed_once_and_moves_on(make: Make) -> None:
    """The second batch goes on where the first one ended."""
    connection = database()
    loop = make(connection)
    loop.assign([PLACE])
    asyncio.run(loop.handle([a_record(0, b"2")]))
    asyncio.run(loop.handle([a_record(0, b"2"), a_record(1, b"4")]))
    assert connection.names().count(SQL["claim"]) == 1
    assert offsets(connection) == [(0, 1), (1, 2)]


def test_fenced_batch_is_dropped_and_the_partition_claimed_again(make: Make) -> None:
    """Another owner has it, or an answer to a commit was lost: the database says where to go on."""
    connection = database(fenced=True)
    loop = make(connection)
    loop.assign([PLACE])
    asyncio.run(loop.handle([a_record(0, b"2")]))
    assert loop.positions == {}
    assert "write" not in connection.names()
    asyncio.run(loop.handle([a_record(0, b"2")]))
    assert connection.names().count(SQL["claim"]) == 2


def test_partition_that_is_not_assigned_is_left_alone(make: Make) -> None:
    """A batch from before the rebalance."""
    connection = database()
    loop = make(connection)
    loop.assign([("plain", 1)])
    asyncio.run(loop.handle([a_record(0, b"2")]))
    assert connection.calls == []


def test_assignment_forgets_positions(make: Make) -> None:
    """Between two assignments another worker may have moved them."""
    loop = make(database())
    loop.assign([PLACE])
    asyncio.run(loop.handle([a_record(0, b"2")]))
    loop.assign([PLACE])
    assert loop.positions == {}
    asyncio.run(loop.claim_idle())
    assert loop.positions.keys() == {PLACE}


def test_retry_tries_again_while_the_database_is_away(make: Make) -> None:
    """Each time on a new connection; nothing is quarantined for an outage."""
    connection = FakeConnection()
    answers: list[Exception | str] = [psycopg.OperationalError("gone"), Unavailable("DATABASE_UNAVAILABLE"), "done"]

    def work(_: Any) -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert make(connection)._retry(work) == "done"
    assert connection.names() == ["close", "close"]


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
    loop = make()
    loop._closing = True

    def work(_: Any) -> None:
        raise Unavailable("DATABASE_UNAVAILABLE")

    with pytest.raises(Unavailable):
        loop._retry(work)


def test_foreign_last_record_stops_the_claim(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another record stands where the last one done stood; one that retention removed says nothing."""
    found = SimpleNamespace(offset=4, key=b"key", value=b"other", at=datetime(2026, 6, 20, tzinfo=UTC))
    loop, last = make(), a_record(4, b"2").digest()

    async def read_one(*_: object) -> object:
        return found

    monkeypatch.setattr(loop_module, "read_one", read_one)
    position = a_position(5, last_sha256=last)
    with pytest.raises(Corrupt) as stopped:
        asyncio.run(loop._same_record(position))
    assert stopped.value.code == "POSITION_FOREIGN"
    found.value = b"2"
    asyncio.run(loop._same_record(position))
    found = None  # type: ignore[assignment]
    asyncio.run(loop._same_record(position))


def compare(loop: Loop, position: Position, end: int, *ticks: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sentinel look at one partition at these times."""
    wrong: dict[tuple[str, int], float] = {}
    place = (position.place.topic, position.place.part)
    loop.positions[place] = position
    for tick in ticks:
        monkeypatch.setattr(sentinel.time, "monotonic", lambda tick=tick: tick)
        sentinel._compare(loop, place, end, wrong)


def test_sentinel_is_content_when_position_and_end_agree(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """For ever."""
    compare(make(), a_position(5), 5, 100, 200, 300, monkeypatch=monkeypatch)


@pytest.mark.parametrize(("end", "code"), [(3, "POSITION_FOREIGN"), (9, "POSITION_GAP")])
def test_sentinel_stops_when_position_and_end_stay_apart(
    make: Make, monkeypatch: pytest.MonkeyPatch, end: int, code: str
) -> None:
    """A killed broker answers low for a while; a skipped record stays skipped."""
    compare(make(), a_position(5), end, 100, 129, monkeypatch=monkeypatch)
    with pytest.raises(Corrupt) as stopped:
        compare(make(), a_position(5), end, 100, 131, monkeypatch=monkeypatch)
    assert stopped.value.code == code


def test_sentinel_forgives_when_the_end_comes_back(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The patience begins anew."""
    loop, wrong = make(), {}
    loop.positions[PLACE] = a_position(5)
    for tick, end in ((100, 3), (129, 5), (140, 3), (169, 3)):
        monkeypatch.setattr(sentinel.time, "monotonic", lambda tick=tick: tick)
        sentinel._compare(loop, PLACE, end, wrong)  # type: ignore[arg-type]
    assert wrong == {PLACE: 140}


def test_sentinel_waits_while_records_are_delivered(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lag is no gap: a backlog is worked off."""
    loop = make()
    loop.seen_at[PLACE] = 290
    compare(loop, a_position(5), 900, 100, 200, 300, monkeypatch=monkeypatch)


def test_sentinel_takes_a_hole_at_the_end_of_a_compacted_topic(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Markers stand there too."""
    compare(make(), a_position(5, "compacted"), 9, 100, 200, 300, monkeypatch=monkeypatch)


def test_sentinel_passes_over_a_partition_that_is_gone(make: Make) -> None:
    """It was assigned to another worker between reading the ends and comparing them."""
    sentinel._compare(make(), PLACE, 9, {})


@pytest.mark.parametrize("headers", [[("a", b"1"), ("n", None)], {"a": b"1", "n": None}])
def test_record_of_a_faust_message_keeps_bytes_time_and_headers(headers: Any) -> None:
    """Also a null header; the timestamp is the broker's own only when Kafka says so."""
    message = SimpleNamespace(
        topic="plain", partition=3, offset=9, key=b"k", value=None, headers=headers, timestamp=1_781_924_400.123,
        timestamp_type=1,
    )  # fmt: skip
    record = _record(message)
    assert (record.part, record.offset, record.key, record.value) == (3, 9, b"k", None)
    assert record.headers == (("a", b"1"), ("n", None))
    assert record.at == datetime(2026, 6, 20, 3, 0, 0, 123_000, tzinfo=UTC)
    assert record.append_time
    message.timestamp_type = 0
    assert not _record(message).append_time
