"""One run of what `make fault` repeats for many seeds: kill -9 of Sở's worker in the middle of the journey."""

import sys
from pathlib import Path

import pytest

from tests.fault import blows
from tests.fault.rig import Case, a_rig

pytestmark = pytest.mark.long


def test_journey_is_whole_when_workers_are_killed(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Attacks "nothing lost, nothing doubled": both workers die with work on both sides of it, and all arrives once."""
    case = Case("kill -9 of both workers", "lost = doubled = 0")
    with a_rig(cache) as rig:
        result = rig.run(case, 4, blows.kill_some_workers)
    with capsys.disabled():
        sys.stdout.write(f"\n{result.line}\n")
    assert result.problems == []
    assert result.outcome == "held"
