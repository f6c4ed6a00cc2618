"""Attacks "each slip has one effect, and the newest opens": workers, broker and database die while slips are issued."""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count as counted

import pytest

from hub.local.demo import play
from hub.local.workers import WorkerSpec
from hub.topics import BO_STAGES
from tests.fault.families import Families
from tests.fault.restoring import audited
from tests.fault.run import SO, Run, a_run, worker_specs_apart
from tests.fault.slips import Issued, drawn_slips, send_slips, sent_and_there

_SEED, _PUPILS, _ROUNDS = 72, 6, 3
_PACE_S = 0.2
_KILLS_MIN = 4
_VALIDATE, _SLIPS = f"so-{SO}-validate", "bo-slips"


@dataclass
class Hub:
    """A hub whose story is over, and every slip that was issued there since, in order."""

    run: Run
    families: Families
    issued: list[Issued] = field(default_factory=list)

    def issue(self, fault: Callable[[threading.Event], None]) -> None:
        """Issue further slips, one of them sent twice, with a fault beside it; wait until all are at Bộ."""
        first = len(self.issued) // _PUPILS
        drawn = drawn_slips(self.run.hub, SO, self.run.population, self.run.founded, _PUPILS, _ROUNDS, first)
        over, failed = threading.Event(), list[BaseException]()
        thread = threading.Thread(target=_guarded, args=(fault, over, failed), name="fault")
        thread.start()
        try:
            send_slips(self.run.hub, [*drawn, drawn[-1]], _PACE_S)
            thread.join(60)  # the fault ends by itself, and then the world is whole
        finally:
            over.set()
        assert failed == []
        self.issued += drawn
        sent_and_there(self.run.hub, SO, len(self.issued))

    def holds(self) -> None:
        """One row at Bộ for each, the newest of each family opens, no older one does, and the oracle finds nothing."""
        self.families.open()  # a server that was killed has ended its connections
        self.families.see_newest_alone(self.issued)
        report = audited(self.run)
        assert report.violations == 0, [(c.name, c.examples) for c in report.checks if c.violations]
        assert next(c for c in report.checks if c.name == "slips").looked_at == len(self.issued)


def _guarded(fault: Callable[[threading.Event], None], over: threading.Event, failed: list[BaseException]) -> None:
    try:
        fault(over)
    except BaseException as error:  # told by the test
        failed.append(error)


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A finished story; validate and slips have processes of their own."""
    others = ",".join(stage for stage in BO_STAGES if stage != "slips")
    of_bo = [WorkerSpec(_SLIPS, ("bo", "--stages", "slips")), WorkerSpec("bo", ("bo", "--stages", others))]
    specs = [*worker_specs_apart("validate")[:-1], *of_bo]
    quick = [WorkerSpec(s.name, s.arguments, s.environment, 0.3) for s in specs]
    with a_run(_SEED, quick) as run:
        asyncio.run(play(run.hub, run.population, run.founded, lambda *_: None))
        with Families(run) as families:
            yield Hub(run, families)


def test_each_slip_has_one_effect_when_validate_and_slips_are_killed_at_random(hub: Hub) -> None:
    """Kill -9 while slips are issued and issued anew, at moments that a seed chooses."""
    rng, kills = random.Random(_SEED), counted()

    def fault(over: threading.Event) -> None:
        while not over.wait(rng.uniform(0.1, 0.8)):
            name = rng.choice((_VALIDATE, _SLIPS))
            try:
                hub.run.hub.worker(name).kill(name)
            except (KeyError, ProcessLookupError):  # it is being started again
                continue
            if next(kills) >= 2 * _KILLS_MIN:
                return

    hub.issue(fault)
    assert next(kills) >= _KILLS_MIN
    hub.holds()


def test_slips_arrive_once_when_the_broker_is_killed(hub: Hub) -> None:
    """What it acknowledged is on its disk; everybody waits for the rest."""
    kafka = hub.run.hub.servers.kafka
    assert kafka is not None

    def fault(over: threading.Event) -> None:
        over.wait(3 * _PACE_S)
        kafka.kill()
        time.sleep(0.5)
        kafka.start()
        kafka.wait_until_ready()

    hub.issue(fault)
    hub.holds()


def test_slips_arrive_once_when_the_databases_are_killed(hub: Hub) -> None:
    """Whether a commit happened is read from the position; no slip is lost, none is there twice."""
    postgres = hub.run.hub.servers.postgres
    assert postgres is not None

    def fault(over: threading.Event) -> None:
        over.wait(3 * _PACE_S)
        postgres.kill()
        time.sleep(1.0)
        for _ in range(5):
            postgres.start()
            try:
                postgres.wait_until_ready()
            except Exception:  # children of a killed one may hold its memory for a moment
                time.sleep(1.0)
            else:
                return
        raise AssertionError("the database does not come back")

    hub.issue(fault)
    hub.holds()
