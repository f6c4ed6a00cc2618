"""Looks at a running measurement once a second: how far it is, what every process holds and has used."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hub.bench.processes import cpu_s, databases_cpu_s, memory_of, tree_cpu_s, tree_memory_mib

__all__ = ["Sampler", "Watched"]

_EVERY_S = 1.0


@dataclass(frozen=True)
class Watched:
    """Who is looked at: single processes by name, and the database server with its children."""

    processes: Mapping[str, int]
    postmaster: int

    def cpu_s(self) -> dict[str, float]:
        """Return processor seconds by name so far; "databases" is the whole server."""
        found = {name: cpu_s(pid) for name, pid in self.processes.items()}
        return found | {"databases": tree_cpu_s(self.postmaster)}


@dataclass
class Sampler:
    """Context manager around a run. `progress` returns counts by name, such as {"validated": 10}; told as they grow."""

    watched: Watched
    progress: Callable[[], Mapping[str, int]]
    path: Path | None = None
    every_s: float = _EVERY_S
    peaks_mib: dict[str, float] = field(default_factory=dict)
    by_database_s: dict[str, float] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._started = 0.0

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take no more samples; repeating does nothing."""
        self._stop.set()
        self._thread.join()

    def look(self) -> dict[str, Any]:
        """Take one sample and keep it."""
        memory = self._memory()
        for name, mib in memory.items():
            self.peaks_mib[name] = max(mib, self.peaks_mib.get(name, 0.0))
        for name, seconds in databases_cpu_s(self.watched.postmaster).items():
            self.by_database_s[name] = max(seconds, self.by_database_s.get(name, 0.0))
        line = {
            "t_s": round(time.monotonic() - self._started, 2),
            **self.progress(),
            "memory_mib": {name: round(mib, 1) for name, mib in memory.items()},
            "cpu_s": {name: round(seconds, 2) for name, seconds in self.watched.cpu_s().items()},
        }
        self.lines.append(line)
        return line

    def _memory(self) -> dict[str, float]:
        found = {name: memory_of(pid) for name, pid in self.watched.processes.items()}
        for name, memory in found.items():
            if memory is not None:  # the kernel keeps the highest value: nothing between two looks is missed
                self.peaks_mib[name] = max(memory.peak_mib, self.peaks_mib.get(name, 0.0))
        now = {name: memory.rss_mib for name, memory in found.items() if memory is not None}
        return now | {"databases": tree_memory_mib(self.watched.postmaster)}

    def _run(self) -> None:
        with self.path.open("w", encoding="utf-8") if self.path else _Nowhere() as file:
            while not self._stop.wait(self.every_s):
                file.write(json.dumps(self.look()) + "\n")
                file.flush()


class _Nowhere:
    """A file that keeps nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def write(self, text: str) -> None: ...

    def flush(self) -> None: ...
