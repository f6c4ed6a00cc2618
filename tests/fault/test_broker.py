"""Attacks "an outage never quarantines": the only broker is absent when workers start, and its disk is full."""

import time
from collections.abc import Callable

from tests.fault import blows
from tests.fault.full_disk import full_broker_disk
from tests.fault.lengths import LONG
from tests.fault.result import Result
from tests.fault.rig import SMALL, SO_WORKER, Case, Rig, Run

_AWAY = {"BROKER_UNREACHABLE", "KAFKA_UNAVAILABLE"}
_INTO_THE_START_S = (0.5, 1.0, 1.5) if LONG else (1.0,)
_INVARIANT = "an outage never quarantines"
Held = Callable[[Result], None]


def test_workers_wait_when_the_broker_is_absent_at_their_start(rig: Rig, held: Held) -> None:
    """They say what they wait for, and go on by themselves when it comes."""
    case = Case("broker down at worker start", _INVARIANT, SMALL, before=lambda run: blows.kafka_of(run).stop())
    held(rig.run(case, 41, _come_later))


def test_worker_comes_back_when_the_broker_dies_while_it_starts(rig: Rig, held: Held) -> None:
    """It leaves and is started again, at whatever moment of its start that happens; it never stands there half up."""
    case = Case("broker killed in a worker's start", "a worker works or leaves", SMALL, batch=1, pace_s=0.4)
    held(rig.run(case, 43, _die_in_start))


def test_full_disk_is_waited_out_when_the_broker_goes_down_of_it(rig: Rig, held: Held) -> None:
    """No room for the log: the broker ends itself; with room again, and a start, what it acknowledged is there."""
    with full_broker_disk(rig) as disk:
        case = Case("disk full for the broker", _INVARIANT, SMALL, batch=1, pace_s=0.1)
        held(rig.run(case, 42, disk.fill_and_free))


def _die_in_start(run: Run) -> None:
    kafka = blows.kafka_of(run)
    for n, pause_s in enumerate(_INTO_THE_START_S):
        run.until_share("validate", 0.12 + 0.2 * n)
        seen = len(blows.said(run, SO_WORKER, "metrics_up"))
        hit = run.strike("kill -9 of worker, then broker", "validate", lambda: run.kill_worker(SO_WORKER))
        run.until("its start", lambda seen=seen: len(blows.said(run, SO_WORKER, "metrics_up")) > seen)
        time.sleep(pause_s)
        kafka.kill()
        again = time.monotonic()
        kafka.start()
        kafka.wait_until_ready()
        run.recovered(hit, since=again)


def _come_later(run: Run) -> None:
    began = time.monotonic()
    hit = run.strike("broker absent", "register", lambda: run.until("both to wait", lambda: all(_waits(run))))
    hit.what += f" for {time.monotonic() - began:.0f} s"
    hit.named, hit.before = True, 0
    before, kafka = blows.lives(run), blows.kafka_of(run)
    if any(before.values()) or any(blows.said(run, name, "worker_up") for name in before):
        run.problem(f"workers did not wait for the broker: {before}")
    again = time.monotonic()
    kafka.start()
    kafka.wait_until_ready()
    run.recovered(hit, since=again)
    blows.unharmed(run, before)


def _waits(run: Run) -> list[bool]:
    return [any(line["code"] in _AWAY for line in blows.said(run, name, "worker_waits")) for name in blows.lives(run)]
