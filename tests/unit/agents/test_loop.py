"""The loop: which records are done, what a gap and a lost partition cost, and what stops it."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.agents.stage import Record
from hub.agents.stage import loop as loop_module
from hub.agents.stage.loop import Loop
from hub.agents.stage.position import Position
from hub.agents.stage.worker import _record
from hub.errors import Corrupt
from tests.unit.agents.ports import MemoryHands, MemoryLog
from tests.unit.agents.stages import a_record, a_stage

PLACE = ("plain", 0)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits."""
    monkeypatch.setattr(loop_module, "_PAUSE_S", 0)


def a_loop(
    next_offset: int = 0, stored: int = 10, where: tuple[str, int] = PLACE
) -> tuple[Loop, MemoryHands, MemoryLog]:
    """Make a loop over one assigned partition that holds `stored` records and is done below `next_offset`."""
    log = MemoryLog({where: [a_record(n, b"2", *where) for n in range(stored)]})
    hands = MemoryHands({where: next_offset})
    loop = Loop(a_stage(), hands, log, lambda: None)
    loop.assign([where])
    return loop, hands, log


def handle(loop: Loop, offsets: list[int], topic: str = "plain") -> None:
    asyncio.run(loop.handle([a_record(n, b"2", topic) for n in offsets]))


@pytest.mark.parametrize(
    ("delivered", "done"),
    [
        ([5, 6, 7], [[5, 6, 7]]),
        ([3, 4, 5, 6], [[5, 6]]),
        ([3, 4], []),
        ([5, 6, 5, 6, 7], [[5, 6], [7]]),
    ],
)
def test_record_at_the_position_is_done_and_a_lower_one_is_not(delivered: list[int], done: list[list[int]]) -> None:
    """What was delivered again is skipped, not decided again."""
    loop, hands, _ = a_loop(5)
    handle(loop, delivered)
    assert [offsets for offsets, _ in hands.batches] == done


@pytest.mark.parametrize(
    ("delivered", "done"),
    [
        ([6], [[5], [6]]),
        ([5, 7], [[5], [6], [7]]),
        ([4, 6], [[5], [6]]),
        ([8, 9], [[5], [6], [7], [8, 9]]),
    ],
)
def test_gap_is_read_from_the_log_first(delivered: list[int], done: list[list[int]]) -> None:
    """A record was skipped on the way, before the batch or inside it: it is done in its place."""
    loop, hands, _ = a_loop(5)
    handle(loop, delivered)
    assert [offsets for offsets, _ in hands.batches] == done


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(0, 10))
def test_every_delivery_ends_in_each_record_once_and_in_order(delivered: list[int], next_offset: int) -> None:
    """Whatever is repeated, reordered or skipped on the way: below the highest delivered all is done, once."""
    loop, hands, _ = a_loop(next_offset)
    handle(loop, delivered)
    done = [offset for offsets, _ in hands.batches for offset in offsets]
    assert done == list(range(next_offset, max([*delivered, next_offset - 1]) + 1))


def test_gap_that_retention_has_passed_stops_the_worker() -> None:
    """What is gone was lost before it was done: nobody may go on as if nothing were."""
    loop, hands, log = a_loop(5)
    log.starts[PLACE] = 7
    with pytest.raises(Corrupt) as stopped:
        handle(loop, [8])
    assert (stopped.value.code, stopped.value.facts["found"]) == ("POSITION_GAP", "7")
    assert hands.batches == [([], 5)]  # it only made sure that the position is its own


def test_hole_in_a_compacted_topic_moves_the_position() -> None:
    """Compaction has removed an older entry of the same key: what is left is done, the hole is passed."""
    where = ("compacted", 0)
    loop, hands, log = a_loop(5, where=where)
    log.records[where] = [r for r in log.records[where] if r.offset in (6, 9)]
    log.starts[where] = 6
    handle(loop, [9], "compacted")
    assert hands.batches == [([6], 7), ([], 9), ([9], 10)]


def test_markers_at_the_end_move_the_position_without_a_record() -> None:
    """A transaction's marker takes an offset and holds nothing."""
    loop, hands, log = a_loop(10)
    log.ends_at[PLACE] = 12
    asyncio.run(loop.heal(PLACE, 12))
    assert hands.batches == [([], 12)]


def test_outage_of_the_cluster_inside_a_gap_is_waited_out() -> None:
    """The gap is read again from where the position stands by then."""
    loop, hands, log = a_loop(5)
    handle(loop, [5])
    log.away = 3
    handle(loop, [8])
    assert [offsets for offsets, _ in hands.batches] == [[5], [6], [7], [8]]


def test_batch_is_done_partition_by_partition() -> None:
    """Each from its own position, in its own transaction."""
    loop, hands, _ = a_loop()
    loop.assign([("plain", 0), ("plain", 1)])
    asyncio.run(loop.handle([a_record(0), a_record(0, part=1), a_record(1), a_record(1, part=1)]))
    assert hands.batches == [([0, 1], 2), ([0, 1], 2)]
    assert {place: p.next_offset for place, p in loop.positions.items()} == {("plain", 0): 2, ("plain", 1): 2}


def test_partition_is_claimed_once_and_moves_on() -> None:
    """The second batch goes on where the first one ended."""
    loop, hands, _ = a_loop()
    handle(loop, [0])
    handle(loop, [0, 1])
    assert (hands.claims, hands.batches) == (1, [([0], 1), ([1], 2)])


def test_fenced_batch_is_dropped_and_the_partition_claimed_again() -> None:
    """Another owner has it, or an answer to a commit was lost: the database says where to go on."""
    loop, hands, _ = a_loop()
    hands.fenced = True
    handle(loop, [0])
    assert (loop.positions, hands.batches) == ({}, [])
    hands.fenced, hands.next_offsets[PLACE] = False, 1
    handle(loop, [0, 1])
    assert (hands.claims, hands.batches) == (2, [([1], 2)])


def test_partition_that_is_not_assigned_is_left_alone() -> None:
    """A batch from before the rebalance."""
    loop, hands, _ = a_loop()
    loop.assign([("plain", 1)])
    handle(loop, [0])
    assert (hands.claims, hands.batches) == (0, [])


def test_assignment_forgets_positions() -> None:
    """Between two assignments another worker may have moved them."""
    loop, _, _ = a_loop()
    handle(loop, [0])
    loop.assign([PLACE])
    assert loop.positions == {}
    asyncio.run(loop.claim_idle())
    assert loop.positions.keys() == {PLACE}


def test_rebalance_during_a_batch_leaves_no_position_behind() -> None:
    """The batch stands in the database; the partition is claimed anew before the next one."""
    loop, hands, _ = a_loop()
    usual = hands.batch

    async def batch(*batch: Any) -> Position:
        moved = await usual(*batch)
        loop.assign([PLACE])
        return moved

    hands.batch = batch  # type: ignore[method-assign]
    handle(loop, [0, 1, 3])
    assert (loop.positions, hands.batches) == ({}, [([0, 1], 2)])


def test_topic_without_append_time_stops_the_worker() -> None:
    """A sender's clock is never taken for the time of receipt."""
    loop, hands, _ = a_loop(where=("timed", 0))
    record = Record("timed", 0, 0, b"key", b"2", (), datetime(2026, 6, 20, tzinfo=UTC), False)
    with pytest.raises(Corrupt) as stopped:
        asyncio.run(loop.handle([record]))
    assert stopped.value.code == "TOPIC_NOT_APPEND_TIME"
    assert hands.batches == []


def test_foreign_last_record_stops_the_claim() -> None:
    """Another record stands where the last one done stood; one that retention removed says nothing."""
    loop, hands, log = a_loop(5)
    hands.last_sha256 = a_record(4, b"2").digest()
    asyncio.run(loop.claim_idle())
    loop.assign([PLACE])
    hands.last_sha256 = a_record(4, b"other").digest()
    with pytest.raises(Corrupt) as stopped:
        asyncio.run(loop.claim_idle())
    assert stopped.value.code == "POSITION_FOREIGN"
    log.starts[PLACE] = 5
    asyncio.run(loop.claim_idle())
    assert loop.positions.keys() == {PLACE}


def test_low_end_after_a_broker_was_killed_does_not_stop_the_claim() -> None:
    """The last record done is not shown yet: the sentinel decides how long that may last."""
    loop, hands, log = a_loop(5)
    hands.last_sha256, log.ends_at[PLACE] = a_record(4, b"2").digest(), 3
    asyncio.run(loop.claim_idle())
    assert loop.positions.keys() == {PLACE}


def test_position_that_went_back_stops_the_worker() -> None:
    """The database was restored under a running worker: what it sent since would be said again, otherwise."""
    loop, hands, _ = a_loop()
    handle(loop, [0, 1, 2])
    loop.assign([PLACE])
    hands.next_offsets[PLACE] = 1
    with pytest.raises(Corrupt) as stopped:
        handle(loop, [3])
    assert (stopped.value.code, stopped.value.facts["known"]) == ("DATABASE_BEHIND", "3")


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
