"""Attacks "an outage delays and loses nothing" at the time-stamp authority: away while heads are to be sealed."""

import time
from collections.abc import Callable

from hub.local.timestamp_authority import TimestampAuthority
from tests.fault import blows
from tests.fault.result import Result
from tests.fault.rig import SMALL, SO_WORKER, Case, Rig, Run

_UNSEALED = "SELECT count(*) FROM lock WHERE log_index IS NULL"
_UNSTAMPED = "SELECT count(*) FROM checkpoint WHERE timestamp_token = ''"


def test_heads_are_sealed_when_the_authority_was_away_and_the_waiting_worker_killed(
    rig: Rig, held: Callable[[Result], None]
) -> None:
    """Locks pile up without a head, the worker dies while it waits and again waits; then all are sealed and stamped."""

    def fault(run: Run) -> None:
        authority = run.hub.timestamp_authority
        assert authority is not None
        run.until_share("sequencer", 0.1)
        hit = run.strike("time-stamp authority away, worker killed", "sequencer", authority.stop)
        hit.named = True
        try:
            _kill_while_it_waits(run)
        finally:
            back = _back(authority)
        run.recovered(hit, since=back)
        run.over.wait(run.case.patience_s)
        if run.eyes.count("so", _UNSTAMPED) or run.eyes.count("bo", _UNSTAMPED):
            run.problem("a head has no time-stamp")

    case = Case("time-stamp authority away", "sealing waits, nothing is lost", SMALL, batch=1, pace_s=0.3)
    held(rig.run(case, 71, fault))


def _kill_while_it_waits(run: Run) -> None:
    """Kill the worker once locks wait for a token; its next life waits as well, and locks on."""
    for _ in range(2):
        asked = len(_waits(run))
        run.until("a question without an answer", lambda asked=asked: len(_waits(run)) > asked)
        run.until("a lock that waits", lambda: run.eyes.count("so", _UNSEALED) > 0)
        run.kill_worker(SO_WORKER)
    before, asked = run.eyes.done("sequencer"), len(_waits(run))
    run.until("the next life to wait", lambda: len(_waits(run)) > asked)
    if run.eyes.done("sequencer") != before:
        run.problem("something was sealed without the authority")


def _waits(run: Run) -> list[object]:
    return [line for line in blows.said(run, SO_WORKER, "sequencer_waits") if line["code"] == "TIMESTAMP_UNAVAILABLE"]


def _back(authority: TimestampAuthority) -> float:
    authority.start()
    return time.monotonic()
