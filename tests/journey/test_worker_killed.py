"""One run of what `make fault` repeats for ten seeds: kill -9 of validate in the middle of a batch."""

import sys

import pytest

from tests.fault.killing import kill_validate


def test_balance_holds_when_validate_is_killed(capsys: pytest.CaptureFixture[str]) -> None:
    """Attacks "nothing lost, nothing doubled": with 30 to 70 % accepted the worker dies, comes back and goes on."""
    done = kill_validate(seed=4)
    with capsys.disabled():
        sys.stdout.write(f"\n{done.line}\n")
    assert done.problems == []
    assert done.in_flight
    assert 0.3 <= done.share <= 0.7
