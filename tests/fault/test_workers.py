"""Attacks "nothing lost, nothing doubled, nothing changed": workers die, freeze, come back too late, come and go."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.local.workers import WorkerSpec
from tests.fault import blows
from tests.fault.crashing import Point, dying
from tests.fault.lengths import SEEDS, only_long
from tests.fault.result import Result
from tests.fault.rig import SMALL, SO_WORKER, Case, Rig, Run, apart, specs

_LONGER_THAN_SESSION_S = 9.0
Held = Callable[[Result], None]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_journey_is_whole_when_a_worker_is_killed_at_random(rig: Rig, held: Held, seed: int) -> None:
    """The seed chooses stage and moment; SEEDS=n for more."""
    held(rig.run(Case("kill -9 at random", "lost = doubled = 0"), seed, blows.kill_some_worker))


def test_journey_is_whole_when_one_of_two_workers_is_killed(rig: Rig, held: Held) -> None:
    """Two workers of one Sở share the partitions; what the dead one had is done by the other, or by its next life."""
    case = Case("kill -9 of one of two workers", "one owner per partition", specs=specs(so=2))
    held(rig.run(case, 11, _kill_one_of_two))


def test_zombie_is_fenced_when_it_wakes_after_its_session(rig: Rig, held: Held) -> None:
    """The other worker took its partitions meanwhile: the batch in the frozen one's hands changes nothing."""
    case = Case("SIGSTOP longer than the session", "a zombie changes nothing", SMALL, specs(so=2), batch=1, pace_s=0.5)
    held(rig.run(case, 12, blows.freeze_longer_than_session))


@pytest.mark.parametrize("point", [pytest.param("before_transaction", marks=only_long), "inside:outbox"])
def test_zombie_changes_nothing_when_it_wakes_with_a_batch_in_its_hands(
    rig: Rig, held: Held, tmp_path: Path, point: str
) -> None:
    """It freezes between reading and writing, or with its writes not committed; an heir does the same records."""
    name = f"{SO_WORKER}-validate"
    spec = apart("validate")["validate"]
    frozen_at = Point(point, "validate", n=8, signal="SIGSTOP")

    def fault(run: Run) -> None:
        run.until("the worker to freeze", frozen_at.marker(tmp_path).exists)
        heir = WorkerSpec(f"{name}-heir", (*spec.arguments[:-1], "heir"))
        hit = run.strike("frozen with a batch", "validate", lambda: run.hub.start_workers([heir], run.logs))
        time.sleep(_LONGER_THAN_SESSION_S)
        os.kill(run.pid(name), signal.SIGCONT)
        run.recovered(hit)
        if point == "before_transaction":  # inside a transaction it holds the position's row, and the heir waits
            run.until("the zombie to be fenced", lambda: blows.said(run, name, "batch_fenced"))
            hit.what += ", fenced"

    workers = tuple({**apart("validate"), "validate": dying(spec, [frozen_at], tmp_path)}.values())
    case = Case(f"zombie frozen at {point}", "a zombie changes nothing", SMALL, workers, batch=1, pace_s=0.3)
    held(rig.run(case, 15, fault))


def test_journey_is_whole_when_workers_come_and_go(rig: Rig, held: Held) -> None:
    """Every rebalance takes partitions away in the middle of batches: each record is still done once."""
    held(rig.run(Case("rebalance storm", "conservation", SMALL, batch=1, pace_s=0.25), 13, blows.storm))


def test_journey_is_whole_when_the_only_broker_is_killed(rig: Rig, held: Held) -> None:
    """What the broker acknowledged is on its disk; clients and workers wait until it is back."""
    held(rig.run(Case("kill -9 of the broker", "acknowledged survives"), 14, blows.kill_broker))


def _kill_one_of_two(run: Run) -> None:
    run.until_share("validate", run.rng.uniform(0.12, 0.6))
    run.recovered(run.strike("kill -9 one of two", "validate", lambda: run.kill_worker(f"{SO_WORKER}-1")))
