"""The totals of what was broken, at the end of the session."""

from typing import Any

from tests.fault.run import REPORT
from tests.journey.conftest import cache, world

__all__ = ["cache", "world"]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print one line for each run and their totals."""
    if not REPORT:
        return
    terminalreporter.section("faults")
    for done in REPORT:
        terminalreporter.write_line(done.line)
    slowest = max(done.recovery_s for done in REPORT)
    lost, doubled = sum(done.lost for done in REPORT), sum(done.doubled for done in REPORT)
    terminalreporter.write_line(
        f"total: {len(REPORT)} runs, lost {lost}, doubled {doubled}, slowest recovery {slowest:.1f} s"
    )
