"""Attacks "an outage never quarantines": the database is killed, stopped, absent at the start, and full."""

import time
from collections.abc import Callable

from tests.fault import blows
from tests.fault.full_disk import full_disk
from tests.fault.lengths import LONG, only_long
from tests.fault.result import Result
from tests.fault.rig import SMALL, Case, Rig, Run

_DOWN_S = 300.0 if LONG else 15.0
_ABSENT_S = 8.0
_INVARIANT = "an outage never quarantines"
Held = Callable[[Result], None]


def test_unknown_outcome_is_settled_when_the_server_is_killed_in_commit(rig: Rig, held: Held) -> None:
    """Whether a commit happened is read from the position, never guessed."""
    held(rig.run(Case("kill -9 of the database", "a commit happens once or not"), 21, blows.kill_postmaster))


@only_long
def test_journey_is_whole_when_one_backend_is_killed(rig: Rig, held: Held) -> None:
    """The server ends every connection and recovers; the workers connect again."""
    held(rig.run(Case("kill -9 of one backend", "a commit happens once or not"), 22, blows.kill_backend))


def test_workers_wait_within_bounds_when_the_database_is_down_for_long(rig: Rig, held: Held) -> None:
    """Memory stays bounded, nobody is restarted, nothing is quarantined; LONG=1 for five minutes."""
    case = Case(f"database down for {_DOWN_S:.0f} s", _INVARIANT, patience_s=_DOWN_S + 200)
    held(rig.run(case, 23, lambda run: blows.lose_database(run, _DOWN_S)))


def test_workers_wait_when_the_database_is_absent_at_their_start(rig: Rig, held: Held) -> None:
    """They start, wait, and go on by themselves."""
    case = Case("database down at worker start", _INVARIANT, SMALL, before=lambda run: blows.postgres_of(run).stop())
    held(rig.run(case, 24, _come_later))


def test_full_disk_is_waited_out_when_a_table_cannot_grow(rig: Rig, held: Held) -> None:
    """SQLSTATE 53100: the batch is retried until there is room; no school pays for it."""
    with full_disk(rig, log_too=False) as disk:
        held(rig.run(Case("disk full for tables", _INVARIANT, before=disk.lay_out), 25, disk.fill_and_free))


@only_long
def test_full_disk_is_waited_out_when_the_server_panics(rig: Rig, held: Held) -> None:
    """No room for the log of writes: the server dies and cannot start until there is room; the workers wait."""
    with full_disk(rig, log_too=True) as disk:
        held(rig.run(Case("disk full for the log", _INVARIANT, before=disk.lay_out), 26, disk.fill_and_free))


def _come_later(run: Run) -> None:
    hit = run.strike(f"database absent for {_ABSENT_S:.0f} s", "register", lambda: time.sleep(_ABSENT_S))
    hit.named = True
    before = blows.lives(run)
    postgres = blows.postgres_of(run)
    postgres.start()
    postgres.wait_until_ready()
    hit.before = 0
    run.recovered(hit, since=time.monotonic())
    blows.unharmed(run, before)
