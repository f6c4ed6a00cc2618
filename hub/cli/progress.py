"""Progress on a terminal: one line for each thing that goes on, silent where nobody looks."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

__all__ = ["Told"]


class Told:
    """Called as tell("sent", 40): counts by what is told."""

    def __init__(self, console: Console, totals: dict[str, int] | None = None) -> None:
        self._totals = totals or {}
        self._tasks: dict[str, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f}"),
            TimeElapsedColumn(), console=console, disable=not console.is_terminal,
        )  # fmt: skip

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __call__(self, what: str, count: int) -> None:
        """Count on."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=self._totals.get(what))
        self._progress.advance(self._tasks[what], count)

    def close(self) -> None:
        """Stop drawing; repeating does nothing."""
        self._progress.stop()
