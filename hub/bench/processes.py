"""Processor time and memory of processes, from /proc: what the kernel says, without asking the process."""

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "Memory",
    "children_of",
    "cpu_s",
    "database_in",
    "databases_cpu_s",
    "memory_of",
    "tree_cpu_s",
    "tree_memory_mib",
]

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME, _CUTIME, _CSTIME = 11, 12, 13, 14  # fields of /proc/<pid>/stat behind the name
_MIB_KB = 1024


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory in MiB: now, the highest ever, and what is neither a file nor shared."""

    rss_mib: float
    peak_mib: float
    anonymous_mib: float
    shared_mib: float


def cpu_s(pid: int) -> float:
    """Return the processor seconds of one process with all its threads; 0.0 when it is gone."""
    fields = _stat(pid)
    return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS if fields else 0.0


def tree_cpu_s(pid: int) -> float:
    """Return the same with its children, also those that ended and were waited for."""
    fields = _stat(pid)
    ended = (int(fields[_CUTIME]) + int(fields[_CSTIME])) / _TICKS if fields else 0.0
    return cpu_s(pid) + ended + sum(tree_cpu_s(child) for child in children_of(pid))


def databases_cpu_s(postmaster: int) -> dict[str, float]:
    """Return processor seconds by database of the backends that live now; "server" is what serves all of them."""
    found: dict[str, float] = {}
    for pid in children_of(postmaster):
        name = _database_of(pid)
        found[name] = found.get(name, 0.0) + cpu_s(pid)
    return found


def memory_of(pid: int) -> Memory | None:
    """Return what one process holds; None when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    kb = {key: value.split()[0] for key, _, value in (line.partition(":") for line in lines) if value.endswith("kB")}
    if "VmRSS" not in kb:
        return None
    rss, peak, anonymous, shared = (int(kb[key]) / _MIB_KB for key in ("VmRSS", "VmHWM", "RssAnon", "RssShmem"))
    return Memory(rss, peak, anonymous, shared)


def tree_memory_mib(pid: int) -> float:
    """Return what a server with children holds: everybody's own memory, and the shared memory once."""
    found = [m for m in map(memory_of, (pid, *children_of(pid))) if m is not None]
    return sum(m.anonymous_mib for m in found) + max((m.shared_mib for m in found), default=0.0)


def children_of(pid: int) -> list[int]:
    """Return the direct children of a process."""
    try:
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def _database_of(pid: int) -> str:
    """Read a backend's title, "postgres: role database host(port) doing"; the helpers of the server have another."""
    try:
        title = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0", 1)[0].decode("utf-8", "replace")
    except OSError:
        return "server"
    return database_in(title)


def database_in(title: str) -> str:
    """Return the database that a process title of the server names, or "server"."""
    words = title.split()
    return words[2] if len(words) > 3 and words[0] == "postgres:" and "(" in words[3] else "server"


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
