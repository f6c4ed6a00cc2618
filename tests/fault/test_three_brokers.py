"""Attacks "what was acknowledged survives" on three brokers with three copies, two of which confirm every message."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.topics import command
from tests.fault.cluster import Cluster, a_rig_on
from tests.fault.result import Result
from tests.fault.rig import SO, Case, Rig, Run

Held = Callable[[Result], None]
_PACE_S = 0.15
_FIRST, _LAST = 0.15, 0.35
_TOPIC = command(SO)
_DEAF_S = 6.0


@pytest.fixture(scope="module")
def both(cache: Path) -> Iterator[tuple[Rig, Cluster]]:
    """A rig on three brokers."""
    with a_rig_on(cache, 3) as running:
        yield running


@pytest.fixture
def wide(both: tuple[Rig, Cluster]) -> Rig:
    """The rig."""
    return both[0]


@pytest.fixture
def three(both: tuple[Rig, Cluster]) -> Cluster:
    """Its brokers."""
    return both[1]


def _case(name: str) -> Case:
    return Case(name, "acknowledged messages survive", pace_s=_PACE_S)


def _others(three: Cluster, number: int) -> list[int]:
    return [n for n in three.brokers if n != number]


def test_journey_goes_on_when_the_leader_of_the_busiest_partition_is_killed(
    wide: Rig, three: Cluster, held: Held
) -> None:
    """Kill -9 of the leader in the middle; the others go on without it; it comes back and catches up."""
    assert three.copies(_TOPIC.name, 0) == {1, 2, 3}

    def fault(run: Run) -> None:
        run.until_share("validate", run.rng.uniform(_FIRST, _LAST))
        part = three.busiest(_TOPIC)
        leader = three.leader(_TOPIC.name, part)
        hit = run.strike(f"kill -9 of leader {leader}", "validate", lambda: three.kill(leader))
        time.sleep(0.5)  # what was under way
        hit.before = run.eyes.done("validate")
        run.recovered(hit)
        three.start(leader)
        run.until("the copies to be equal", lambda: three.in_sync(_TOPIC.name, part) == {1, 2, 3})

    held(wide.run(_case("leader of the busiest partition killed"), 1, fault))


def test_journey_is_whole_when_a_minority_is_down_for_long(wide: Rig, three: Cluster, held: Held) -> None:
    """One broker is down from before the first command until everything has arrived."""

    def fault(run: Run) -> None:
        run.until_share("register", 1.0)
        gone = run.rng.choice(sorted(three.brokers))
        three.kill(gone)
        run.until_share("validate", _FIRST)
        run.recovered(run.strike(f"broker {gone} down all the time", "validate", lambda: None))
        run.over.wait(run.case.patience_s)
        three.start(gone)
        three.until_registered()

    held(wide.run(_case("minority down for long"), 2, fault))


def test_nothing_is_acknowledged_falsely_when_a_majority_is_down(wide: Rig, three: Cluster, held: Held) -> None:
    """Two of three are killed: a send is refused or waits, none is acknowledged; when they are back all goes on."""

    def fault(run: Run) -> None:
        run.until_share("validate", run.rng.uniform(_FIRST, _LAST))
        leader = three.leader(_TOPIC.name, three.busiest(_TOPIC))
        gone = _others(three, leader)
        hit = run.strike("majority killed", "validate", lambda: three.kill(*gone))
        time.sleep(1.0)  # what was under way
        hit.before, acknowledged = run.eyes.done("validate"), _acknowledged(run)
        time.sleep(_DEAF_S)
        if _acknowledged(run) != acknowledged:
            run.problem("a send was acknowledged by a minority")
        back = time.monotonic()
        three.start(*gone)
        run.recovered(hit, since=back)

    held(wide.run(_case("majority down and back"), 3, fault))


def _acknowledged(run: Run) -> int:
    return run.journals[0].read_text(encoding="utf-8").count('"acknowledged"')
