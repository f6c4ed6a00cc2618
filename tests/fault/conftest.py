"""One rig for each process of the session, and the totals of what was broken at its end.

What a process has seen travels with its reports, so that several can share the work (`-n 2`).
"""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.fault.result import Result, result_of, totals
from tests.fault.rig import Rig, a_rig
from tests.journey.conftest import cache, world

__all__ = ["cache", "world"]


@pytest.fixture(scope="session")
def rig(cache: Path) -> Iterator[Rig]:
    """Servers that stay while everything in them is broken, run after run."""
    with a_rig(cache) as running:
        yield running


@pytest.fixture
def held(record_property: Callable[[str, object], None]) -> Callable[[Result], None]:
    """Require that the fault met work and everything held; the line of the run is printed with the test's report."""

    def require(result: Result) -> None:
        record_property("run", asdict(result))
        assert result.problems == []
        assert result.outcome == "held"

    return require


_RUNS: list[Result] = []
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
        report.user_properties.append(("check", (item.name, promise, report.outcome)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Gather what a test broke, and print the line of each run; several processes send their reports to one."""
    if os.environ.get("PYTEST_XDIST_WORKER") or (report.when != "call" and not report.failed):
        return
    properties: list[tuple[str, Any]] = report.user_properties
    for name, value in properties:
        if name == "run":
            _RUNS.append(result_of(value))
            sys.stdout.write(f"\n{_RUNS[-1].line}\n")
        elif name == "check":
            _CHECKS.append((value[0], value[1], value[2]))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print one line for each run and each other check, and their totals."""
    if not _RUNS and not _CHECKS:
        return
    terminalreporter.section("faults")
    for name, promise, outcome in _CHECKS:
        terminalreporter.write_line(f"{name} [{promise}]: {outcome}")
    for result in _RUNS:
        terminalreporter.write_line(result.line)
    passed = sum(outcome == "passed" for *_, outcome in _CHECKS)
    runs = totals(_RUNS) if _RUNS else "total: 0 runs"
    terminalreporter.write_line(f"{runs}; {len(_CHECKS)} other checks, {passed} passed")
