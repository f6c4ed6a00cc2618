"""Loop, lifecycle and outbox under any history of faults: nothing lost, nothing doubled, nothing silent.

`make model EXAMPLES=n` runs n histories; here a bounded number of them, the histories that once found a fault, and the
proof that the machine finds what is broken on purpose.
"""

import os
import time

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.agents.model.broken import MUTATIONS
from tests.unit.agents.model.history import History
from tests.unit.agents.model.machine import FIGURES, Faults
from tests.unit.agents.model.steps import by_hand

EXAMPLES = int(os.environ.get("HUB_MODEL_EXAMPLES", "120"))
NOTE, COMMAND = ("note", 0), ("command", 0)
STEP_COUNT = 40


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model decides who goes on, and when."""
    by_hand(monkeypatch)


def run(machine: type[Faults], examples: int, *phases: Phase, fixed: bool = True) -> None:
    chosen = settings(
        max_examples=examples, stateful_step_count=STEP_COUNT, deadline=None, derandomize=fixed, database=None,
        phases=phases, print_blob=False, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=chosen)


def test_nothing_is_lost_doubled_or_silent_in_any_history() -> None:
    """Schools, Faust, the cluster, the database and the processes do what they like."""
    FIGURES.clear()
    started = time.perf_counter()
    run(Faults, EXAMPLES, Phase.generate, Phase.shrink, fixed="HUB_MODEL_EXAMPLES" not in os.environ)
    figures = " ".join(f"{name}={count}" for name, count in sorted(FIGURES.items()))
    print(f"model: {figures} seconds={time.perf_counter() - started:.0f}")  # noqa: T201
    assert FIGURES["histories"] >= EXAMPLES
    assert FIGURES["effects"] > FIGURES["histories"]


@pytest.mark.parametrize("name", MUTATIONS)
def test_machine_finds_what_is_broken(name: str) -> None:
    """Else the histories above would prove nothing."""
    mutation = MUTATIONS[name]

    class Broken(Faults):
        parts = mutation.parts

        def prepare_history(self) -> None:
            mutation.database(self.history.memory)

    with pytest.raises(AssertionError):
        run(Broken, 400, Phase.generate)


def with_poison(where: tuple[str, int], count: int) -> History:
    """Make a history in which worker 0 owns a partition with a few records that need no knowledge."""
    history = History()
    history.assign(0, [where])
    for n in range(count):
        history.append(where, b"key", b"poison %d" % n)
    return history


@pytest.mark.parametrize("steps", range(1, 16))
def test_rebalance_while_a_gap_is_read_drops_the_batch(steps: int) -> None:
    """The position is forgotten under the reader: no error of ours, the next owner reads the gap."""
    history = with_poison(NOTE, 4)
    history.deliver(0, NOTE, [3])
    history.step(0, "handle", steps)
    history.assign(0, [NOTE])
    history.finish(0, "handle")
    history.rest()
    history.close()
    assert (history.oracle.violations, history.stops) == ([], [])


@pytest.mark.parametrize("steps", range(1, 16))
def test_retention_that_passes_while_a_gap_is_read_stops_the_worker(steps: int) -> None:
    """Between the question for the start and the reading: what is gone then was never done either."""
    history = with_poison(COMMAND, 4)
    history.deliver(0, COMMAND, [3])
    history.step(0, "handle", steps)
    history.retain(COMMAND, history.next_offset(COMMAND) + 2)
    history.finish(0, "handle")
    history.rest()
    history.close()
    assert history.oracle.violations == []


def test_old_position_of_a_zombie_is_no_gap() -> None:
    """Another owner has done what retention removed since: the zombie is fenced and stops nobody."""
    history = with_poison(COMMAND, 4)
    history.assign(1, [COMMAND])
    history.deliver(0, COMMAND, [0])
    history.finish(0, "handle")
    history.deliver(1, COMMAND, [1, 2])
    history.finish(1, "handle")
    history.retain(COMMAND, 2)
    history.deliver(0, COMMAND, [3])
    history.finish(0, "handle")
    history.rest()
    history.close()
    assert (history.oracle.violations, history.stops) == ([], [])


def test_topic_made_anew_while_its_id_is_on_its_way_stops_the_worker() -> None:
    """The answer from before the rebalance is not kept: the new topic's records would go under the old position."""
    history = with_poison(COMMAND, 2)
    history.deliver(0, COMMAND, [0, 1])
    history.finish(0, "handle")
    history.append(COMMAND, b"key", b"poison 2")
    history.assign(0, [COMMAND])
    history.deliver(0, COMMAND, [2])
    history.step(0, "handle")
    history.make_anew(COMMAND[0])
    history.assign(0, [COMMAND])
    history.finish(0, "handle")
    for n in range(4):
        history.append(COMMAND, b"key", b"poison new %d" % n)
    history.retain(COMMAND, 2)
    history.deliver(0, COMMAND, [2, 3])
    history.finish(0, "handle")
    history.close()
    assert (history.stops, history.next_offset(COMMAND)) == (["POSITION_FOREIGN"], 2)
