"""Guard of one server: a small process between the hub and the server, so that nothing outlives a crashed hub.

Started as `python -I -S guard.py '{"command": [...], ...}'`; imports the standard library only and stays
single-threaded, which makes the parent-death signal safe: it is tied to the *thread* that forked, and the hub has many.

It keeps three promises:
- when the hub is gone, the server is asked to stop and then killed; when the guard is gone, the kernel kills it;
- the server's output goes to a log file of bounded size (two halves), so a stuck client cannot fill the disk;
- the server's pid is printed once, and the server is reaped, so that a restart never meets a zombie.

Signals: SIGTERM asks the server to stop with its own stop signal; SIGINT is ignored (Ctrl-C is the hub's business).
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

__all__ = ["BoundedLog", "main"]

_PR_SET_PDEATHSIG = 1
_TICK_S = 0.2  # how late the guard may notice that the hub is gone


class BoundedLog:
    """A log file that keeps the last `bytes_max` bytes at most, in two halves: `path` and `path.1`."""

    def __init__(self, path: Path, bytes_max: int) -> None:
        self._path, self._half = path, bytes_max // 2
        self._file = path.open("ab", buffering=0)

    def write(self, chunk: bytes) -> None:
        """Append, and begin a new half when this one is full."""
        if self._file.tell() + len(chunk) > self._half:
            self._file.close()
            self._path.replace(self._path.with_name(self._path.name + ".1"))
            self._file = self._path.open("ab", buffering=0)
        self._file.write(chunk[-self._half :])

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _Guard:
    def __init__(self, order: dict[str, Any]) -> None:
        self.stop_signal = int(order["stop_signal"])
        self.patience_s = float(order["patience_s"])
        self.parent = int(order["parent"])
        self.log = BoundedLog(Path(order["log"]), int(order["log_bytes_max"]))
        self.kill_at: float | None = None
        self.server = self._start(order)

    def _start(self, order: dict[str, Any]) -> "subprocess.Popen[bytes]":
        guard = os.getpid()
        libc = ctypes.CDLL(None, use_errno=True)

        def die_with_guard() -> None:
            for mine in (signal.SIGINT, signal.SIGTERM):  # ignored signals are inherited; Java would never hear them
                signal.signal(mine, signal.SIG_DFL)
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != guard:
                os._exit(1)

        as_user = {} if order["uid"] is None else {"user": order["uid"], "group": order["gid"], "extra_groups": []}
        return subprocess.Popen(
            order["command"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=order["folder"],
            env=order["environment"],
            preexec_fn=die_with_guard,  # noqa: PLW1509 - this process has one thread and never starts another
            **as_user,
        )

    def ask_to_stop(self, *_: object) -> None:
        if self.kill_at is None and self.server.returncode is None:
            self.kill_at = time.monotonic() + self.patience_s
            self.server.send_signal(self.stop_signal)

    def watch(self) -> int:
        """Pump the output until the server is gone; return its exit code (negative: the signal that ended it)."""
        assert self.server.stdout is not None
        pipe = self.server.stdout.fileno()
        while self.server.poll() is None:
            self._pump(pipe, _TICK_S)
            if os.getppid() != self.parent:
                self.ask_to_stop()
            if self.kill_at is not None and time.monotonic() > self.kill_at:
                self.server.kill()
        while self._pump(pipe, 0):
            pass
        return self.server.returncode

    def _pump(self, pipe: int, wait_s: float) -> bool:
        ready, _, _ = select.select([pipe], [], [], wait_s)
        chunk = os.read(pipe, 65_536) if ready else b""
        if ready and not chunk:  # the server closed its output but lives on
            time.sleep(wait_s)
        if chunk:
            self.log.write(chunk)
        return bool(chunk)


def main(text: str) -> int:
    """Start the server of the order in `text` (JSON), print its pid, guard it, return its exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # until there is something to stop
    os.umask(0o077)
    guard = _Guard(json.loads(text))
    signal.signal(signal.SIGTERM, guard.ask_to_stop)
    sys.stdout.write(f"{guard.server.pid}\n")
    sys.stdout.close()
    code = guard.watch()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
