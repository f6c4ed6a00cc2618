"""The sentinel and the progress watch: what they see, how long they are patient, what they do."""

import asyncio

import pytest

from hub.agents.stage.loop import Loop
from hub.agents.stage.progress import Standstill, watch_ownership, watch_progress
from hub.agents.stage.sentinel import Sentinel
from hub.errors import Corrupt
from tests.unit.agents.ports import MemoryHands, MemoryLog
from tests.unit.agents.stages import a_record, a_stage

PLACE = ("plain", 0)


class _Meter:
    async def observe(self, *_: object) -> None:
        return


async def _nothing() -> None:
    return


def watched(next_offset: int = 5, stored: int = 10) -> tuple[Loop, MemoryHands, Sentinel]:
    log = MemoryLog({PLACE: [a_record(n, b"2") for n in range(stored)]})
    hands = MemoryHands({PLACE: next_offset})
    loop = Loop(a_stage(), hands, log, lambda: None)
    loop.assign([PLACE])
    asyncio.run(loop.claim_idle())
    return loop, hands, Sentinel(loop, _Meter(), _nothing)


def compare(sentinel: Sentinel, end: int, *ticks: float) -> None:
    async def look() -> None:
        for tick in ticks:
            await sentinel.compare(PLACE, end, tick)

    asyncio.run(look())


def test_record_that_is_never_delivered_is_read_from_the_log() -> None:
    """The partition is silent, the loop is idle, and there is more: it was skipped."""
    loop, hands, sentinel = watched()
    loop.seen_at[PLACE] = 100.0
    compare(sentinel, 10, 102.9)
    assert hands.batches == []
    compare(sentinel, 10, 103.1)
    assert [offset for offsets, _ in hands.batches for offset in offsets] == [5, 6, 7, 8, 9]


def test_backlog_is_left_to_the_delivery() -> None:
    """Records of other partitions come in: what is silent may be on its way, but not for ever."""
    loop, hands, sentinel = watched()
    loop.seen_at.update({PLACE: 100.0, ("plain", 1): 119.5})
    compare(sentinel, 10, 120.0)
    assert hands.batches == []
    loop.seen_at["plain", 1] = 130.5
    compare(sentinel, 10, 131.0)
    assert hands.batches != []


def test_sentinel_is_content_when_position_and_end_agree() -> None:
    """For ever."""
    _, hands, sentinel = watched(10)
    compare(sentinel, 10, 100, 200, 300)
    assert hands.batches == []


def test_end_that_stays_below_the_position_stops_the_worker() -> None:
    """Not the same log: a restored disk, another leader, a topic made anew."""
    _, _, sentinel = watched()
    compare(sentinel, 3, 100, 129)
    with pytest.raises(Corrupt) as stopped:
        compare(sentinel, 3, 131)
    assert stopped.value.code == "POSITION_FOREIGN"


def test_sentinel_forgives_when_the_end_comes_back() -> None:
    """A broker that was killed answers low for a while; the patience begins anew."""
    _, _, sentinel = watched()
    for tick, end in ((100, 3), (129, 5), (140, 3), (169, 3)):
        compare(sentinel, end, tick)


def test_sentinel_passes_over_a_partition_that_is_gone() -> None:
    """It was assigned to another worker between reading the ends and comparing them."""
    loop, hands, sentinel = watched()
    loop.assign([])
    compare(sentinel, 9, 100)
    assert hands.batches == []


def test_sentinel_claims_what_no_batch_has_reached() -> None:
    """Else nobody would compare its end."""
    loop, _, sentinel = watched()
    loop.assign([PLACE])
    asyncio.run(sentinel.look())
    assert loop.positions.keys() == {PLACE}


def test_standstill_counts_only_while_there_is_lag_and_nothing_moves() -> None:
    """Seconds since the position was seen first; moving, or nothing to do, starts anew."""
    still = Standstill()
    seen = [still.look(PLACE, *at) for at in ((5, 9, 0.0), (5, 9, 10.0), (6, 9, 20.0), (6, 9, 25.0), (6, 6, 90.0))]
    assert seen == [0.0, 10.0, 0.0, 5.0, 0.0]
    assert still.look(PLACE, 6, 9, 100.0) == 10.0
    still.forget()
    assert still.look(PLACE, 6, 9, 200.0) == 0.0


def test_partition_waits_its_turn_while_others_move() -> None:
    """A long backlog goes in turns, and is no reason to leave; one that is forgotten for ever is."""
    still, other = Standstill(), ("plain", 1)
    still.look(PLACE, 5, 9, 1_000.0)
    still.look(other, 1, 9, 1_000.0)
    assert still.limit_s(60.0, 1_001.0) == 60.0
    still.look(other, 2, 9, 1_050.0)
    assert still.limit_s(60.0, 1_080.0) == 600.0
    assert still.look(PLACE, 5, 9, 1_080.0) == 80.0
    assert still.limit_s(60.0, 1_111.0) == 60.0


@pytest.fixture
def still_loop() -> Loop:
    """Make a loop with lag that does not move."""
    return watched()[0]


def test_standing_still_ends_the_worker(still_loop: Loop) -> None:
    """It says where, and what it was about."""
    with pytest.raises(Corrupt) as stopped:
        asyncio.run(watch_progress(still_loop, lambda: False, standstill_max_s=0.0, tick_s=0.001))
    assert (stopped.value.code, stopped.value.facts["doing"]) == ("NO_PROGRESS", "waiting for a delivery")
    assert (stopped.value.facts["position"], stopped.value.facts["end"]) == ("5", "10")


@pytest.mark.parametrize("outage", ["database", "cluster"])
def test_outage_is_no_standstill(still_loop: Loop, outage: str) -> None:
    """It is known, said, and ends by itself: leaving would help nobody."""
    if outage == "cluster":
        still_loop.log.away = 10**9  # type: ignore[attr-defined]

    async def watch() -> None:
        waits = outage == "database"
        await asyncio.wait_for(watch_progress(still_loop, lambda: waits, standstill_max_s=0.0, tick_s=0.001), 0.1)

    with pytest.raises(TimeoutError):
        asyncio.run(watch())


@pytest.mark.parametrize("assigned", [True, False])
def test_worker_without_partitions_leaves_when_nobody_has_them(still_loop: Loop, assigned: bool) -> None:
    """A group may be content to read nothing: who joined without the topic's metadata gets no partition, and no lag."""
    still_loop.assign([PLACE] if assigned else [])

    async def unowned() -> set[tuple[str, int]]:
        return {PLACE}

    async def watch() -> None:
        await asyncio.wait_for(watch_ownership(still_loop, unowned, standstill_max_s=0.0, tick_s=0.001), 0.2)

    with pytest.raises(TimeoutError if assigned else Corrupt):
        asyncio.run(watch())


def test_record_that_was_out_of_turn_is_tried_again_before_the_next_look() -> None:
    """In a replay others go on quickly; each wait of a whole tick would add up to hours."""
    loop, hands, sentinel = watched()
    loop.out_of_turn.add(PLACE)
    asyncio.run(sentinel.turns())
    assert [offset for offsets, _ in hands.batches for offset in offsets] == [5, 6, 7, 8, 9]
    assert loop.out_of_turn == set()
