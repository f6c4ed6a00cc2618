"""Workers as child processes: one for each organisation (or stage), restarted with backoff when they leave."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["WorkerSpec", "Workers"]

_BACKOFF_FIRST_S = 0.5
_BACKOFF_MAX_S = 10.0
_STOP_TIMEOUT_S = 15.0
_POLL_S = 0.2
_HEALTHY_S = 30.0  # a worker that ran for so long starts again without delay
_LOG_BYTES_MAX = 8_388_608
# glibc gives each thread an arena of its own, and what a batch left free in one is no use to the next: some 50 MiB
_FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """What `hub worker` is started with, such as ("so", "ha-noi", "--stages", "validate").

    `environment` is this worker's alone and goes over everything else. `command` is another one of `hub` that is kept
    running alike, such as ("connector", "run").
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    backoff_s_max: float = _BACKOFF_MAX_S
    command: tuple[str, ...] = ("worker",)


@dataclass
class _Child:
    spec: WorkerSpec
    process: subprocess.Popen[bytes] | None = None
    backoff_s: float = _BACKOFF_FIRST_S
    start_at: float = 0.0
    restarts: int = 0
    left_with: int | None = None


class Workers:
    """Context manager: inside it the workers run; a worker that leaves is started again."""

    def __init__(self, specs: Sequence[WorkerSpec], environment: Mapping[str, str], logs: Path) -> None:
        self._children = {spec.name: _Child(spec) for spec in specs}
        self._environment = dict(environment)
        self._logs = logs
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="workers", daemon=True)

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        for child in self._children.values():
            self._start(child)
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def restarts(self) -> dict[str, int]:
        """How often each worker was started again."""
        return {name: child.restarts for name, child in self._children.items()}

    @property
    def left_with(self) -> dict[str, int | None]:
        """Return how each worker last left: its exit code, minus the number of the signal that ended it, or None."""
        return {name: child.left_with for name, child in self._children.items()}

    def pid(self, name: str) -> int:
        """Return the process id of a running worker; KeyError when it is not running."""
        process = self._children[name].process
        if process is None or process.poll() is not None:
            raise KeyError(name)
        return process.pid

    def kill(self, name: str) -> None:
        """SIGKILL one worker; it will be started again."""
        os.kill(self.pid(name), signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM all, wait, and end what does not leave. Repeating does nothing."""
        self._stopping.set()
        self._watcher.join()
        running = [c.process for c in self._children.values() if c.process is not None and c.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + _STOP_TIMEOUT_S
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _watch(self) -> None:
        while not self._stopping.wait(_POLL_S):
            for child in self._children.values():
                self._look(child)

    def _look(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is not None and child.process.poll() is None and now - child.start_at > _HEALTHY_S:
            child.backoff_s = _BACKOFF_FIRST_S
        if child.process is not None and child.process.poll() is not None:
            child.left_with, child.process = child.process.returncode, None
            child.start_at = now + child.backoff_s
            child.backoff_s = min(child.backoff_s * 2, child.spec.backoff_s_max)
        elif child.process is None and now >= child.start_at:
            child.restarts += 1
            self._start(child)

    def _start(self, child: _Child) -> None:
        path = self._logs / f"{child.spec.name}.log"
        if path.exists() and path.stat().st_size > _LOG_BYTES_MAX:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as log:
            child.process = subprocess.Popen(
                [sys.executable, "-m", "hub.cli", *child.spec.command, *child.spec.arguments],
                env={**_FEW_ARENAS, **os.environ, **self._environment, **child.spec.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
