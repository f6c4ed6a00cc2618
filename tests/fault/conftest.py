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


_CHECKS: list[tuple[str, str, str]] = []
"""Name, promise and outcome of every test here that is no run of the rig."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Note the tests that break something without the rig, by the first line of what they promise."""
    outcome: Any = yield
    report = outcome.get_result()
    rigged = {"rig", "net", "wide", "held"} & set(getattr(item, "fixturenames", ()))
    if not rigged and "tests/fault" in item.nodeid and (report.when == "call" or report.failed):
        promise = (getattr(item, "function", None).__doc__ or "").strip().split("\n")[0]
        _CHECKS.append((item.name, promise, report.outcome))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print one line for each run and each other check, and their totals."""
    if not RESULTS and not _CHECKS:
        return
    terminalreporter.section("faults")
    for name, promise, outcome in _CHECKS:
        terminalreporter.write_line(f"{name} [{promise}]: {outcome}")
    for result in RESULTS:
        terminalreporter.write_line(result.line)
    passed = sum(outcome == "passed" for *_, outcome in _CHECKS)
    runs = totals(RESULTS) if RESULTS else "total: 0 runs"
    terminalreporter.write_line(f"{runs}; {len(_CHECKS)} other checks, {passed} passed")
