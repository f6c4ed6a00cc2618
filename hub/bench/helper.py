"""A process beside the measurement: it prepares, says that it is ready, waits for the start, and leaves a result."""

import json
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from hub.errors import Unavailable

__all__ = ["Helper", "Signals", "wait_for"]

_context = get_context("spawn")  # a fork would take our threads' locks along
_READY_S = 60.0
_POLL_S = 0.02


class Signals:
    """What a helper and its measurement tell each other."""

    def __init__(self) -> None:
        self.ready: Event = _context.Event()
        self.go: Event = _context.Event()
        self.stop: Event = _context.Event()


class Helper:
    """Runs `work(signals, result_path, *arguments)`; `work` must be a function of a module."""

    def __init__(self, name: str, work: Callable[..., None], result: Path, *arguments: object) -> None:
        self.name, self.signals, self._result = name, Signals(), result
        self._process = _context.Process(
            target=work, args=(self.signals, result, *arguments), name=name, daemon=True
        )  # fmt: skip
        self._process.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid or 0

    @property
    def is_running(self) -> bool:
        """Tell whether it has not ended yet."""
        return self._process.is_alive()

    def until_ready(self) -> None:
        """Return when it could start at once. Raises Unavailable WAITED_IN_VAIN."""
        wait_for(f"{self.name} to be ready", self.signals.ready.is_set, _READY_S, lambda: self._process.exitcode)

    def result(self, patience_s: float) -> dict[str, Any]:
        """Return what it wrote, once it has ended. Raises Unavailable WAITED_IN_VAIN."""
        wait_for(f"{self.name} to end", lambda: not self._process.is_alive(), patience_s)
        if self._process.exitcode != 0:
            raise Unavailable("WAITED_IN_VAIN", {"what": f"{self.name}, exit {self._process.exitcode}", "seconds": "0"})
        found: dict[str, Any] = json.loads(self._result.read_text(encoding="utf-8"))
        return found

    def end(self) -> None:
        """End it if it still runs."""
        self._process.kill()
        self._process.join()


def wait_for(
    what: str, done: Callable[[], bool], patience_s: float, gone: Callable[[], object] = lambda: None,
    poll_s: float = _POLL_S,
) -> float:  # fmt: skip
    """Poll until `done`; return the monotonic time at which it was.

    Raises Unavailable WAITED_IN_VAIN when patience ends, or as soon as `gone` gives anything but None.
    """
    began = time.monotonic()
    while not done():
        waited_s, why = time.monotonic() - began, gone()
        if waited_s > patience_s or (why is not None and not done()):
            told = what if why is None else f"{what} ({why})"
            raise Unavailable("WAITED_IN_VAIN", {"what": told, "seconds": f"{waited_s:.0f}"})
        time.sleep(poll_s)
    return time.monotonic()
