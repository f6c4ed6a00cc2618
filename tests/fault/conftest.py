"""One rig for the session, and the totals of what was broken at its end."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fault.result import RESULTS, Result, totals
from tests.fault.rig import Rig, a_rig
from tests.journey.conftest import cache, world

__all__ = ["cache", "world"]


@pytest.fixture(scope="session")
def rig(cache: Path) -> Iterator[Rig]:
    """Servers that stay while everything in them is broken, run after run."""
    with a_rig(cache) as running:
        yield running


@pytest.fixture
def held(capsys: pytest.CaptureFixture[str]) -> Callable[[Result], None]:
    """Print the line of a run and require that the fault met work and everything held."""

    def require(result: Result) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{result.line}\n")
        assert result.problems == []
        assert result.outcome == "held"

    return require


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print one line for each run and their totals."""
    if RESULTS:
        terminalreporter.section("faults")
        for result in RESULTS:
            terminalreporter.write_line(result.line)
        terminalreporter.write_line(totals(RESULTS))
