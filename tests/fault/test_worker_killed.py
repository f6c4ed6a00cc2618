"""Attacks "nothing lost, nothing doubled": a worker is killed in the middle of a transaction, and the balance holds."""

import os
import sys

import pytest

from tests.fault.killing import kill_ingest, kill_lock, kill_validate
from tests.fault.run import REPORT, Sabotage

SEEDS = range(int(os.environ.get("SEEDS", "10")))


def _told(done: Sabotage, capsys: pytest.CaptureFixture[str]) -> Sabotage:
    REPORT.append(done)
    with capsys.disabled():
        sys.stdout.write(f"\n{done.line}\n")
    return done


@pytest.mark.parametrize("seed", SEEDS)
def test_balance_holds_when_validate_is_killed(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """With 30 to 70 % accepted and a batch in flight: after the restart every transcript stands exactly once."""
    done = _told(kill_validate(seed), capsys)
    assert done.problems == []
    assert (done.lost, done.doubled) == (0, 0)
    assert done.in_flight
    assert 0.3 <= done.share <= 0.7


def test_balance_holds_when_lock_is_killed_after_its_transaction(capsys: pytest.CaptureFixture[str]) -> None:
    """The lock is committed, its chunks and its place in the log are not sent yet: Bộ gets all of it once."""
    done = _told(kill_lock(seed=100), capsys)
    assert done.problems == []
    assert done.in_flight


def test_balance_holds_when_ingest_is_killed(capsys: pytest.CaptureFixture[str]) -> None:
    """Bộ's worker dies while it writes the transcripts of a lock: the lock is promoted once, and published once."""
    done = _told(kill_ingest(seed=101), capsys)
    assert done.problems == []
    assert done.in_flight
