"""One embedded server as a child: started under its guard, watched, stopped, and found again after a crash."""

import json
import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hub.errors import Unavailable

__all__ = ["LOG_BYTES_MAX", "Order", "Server", "end_orphan", "is_ours"]

LOG_BYTES_MAX = 8 * 1024 * 1024  # a broker whose clients storm it writes 10,000 lines a second
_GUARD = Path(__file__).with_name("guard.py")
_POLL_S = 0.05
_GUARD_GRACE_S = 5.0  # what the guard may take beyond the server's own patience


@dataclass(frozen=True, slots=True)
class Order:
    """What to run: command line, working folder, the signal that stops it cleanly and how long that may take."""

    command: Sequence[str]
    folder: Path
    stop_signal: signal.Signals
    patience_s: float
    environment: Mapping[str, str] = field(default_factory=dict)
    user: tuple[int, int] | None = None  # (uid, gid) to run as; None: as we are


class Server(ABC):
    """A server with a start, a question that shows that it answers, a clean stop and a `kill -9`.

    `folder` holds its log, its pid file and its data. Subclasses say how to prepare, what to run and what to ask.
    """

    name: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / f"{self.name}.log"
        self._pid_file = folder / f"{self.name}.pid"
        self._guard: subprocess.Popen[str] | None = None
        self._pid: int | None = None

    @property
    def pid(self) -> int:
        """Process id of the server itself. Raises Unavailable SERVER_DIED when it is not running."""
        if self._pid is None or not self.is_running:
            raise self._died()
        return self._pid

    @property
    def is_running(self) -> bool:
        """Tell whether the process is there; whether it answers is another question."""
        return self._guard is not None and self._guard.poll() is None

    def start(self) -> None:
        """End an orphan of an earlier run, prepare the data on first start, and start the server.

        Returns before it answers. Raises Unavailable SERVER_SETUP_FAILED or SERVER_DIED.
        """
        if self.is_running:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        end_orphan(self._pid_file, self._mark())
        self._prepare()
        self._spawn(self._order())

    def wait_until_ready(self, timeout_s: float = 60.0) -> None:
        """Return once the server answers. Raises Unavailable SERVER_DIED at once, or SERVER_NOT_READY when late."""
        deadline = time.monotonic() + timeout_s
        while True:
            if not self.is_running:
                raise self._died()
            if self._answers():
                return
            if time.monotonic() > deadline:
                raise Unavailable(
                    "SERVER_NOT_READY", {"server": self.name, "timeout_s": f"{timeout_s:g}", "log": str(self.log)}
                )
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """Stop cleanly; after the server's patience it is killed. A server that is not running is left alone."""
        if self._guard is None:
            return
        if self._guard.poll() is None:
            self._guard.send_signal(signal.SIGTERM)
        self._reap(self._order().patience_s + _GUARD_GRACE_S)

    def kill(self) -> None:
        """SIGKILL the server, as a power cut would; returns when it is gone. `start` brings it back on its data."""
        if self._guard is not None and self._guard.poll() is None and self._pid is not None:
            os.kill(self._pid, signal.SIGKILL)
        self._reap(_GUARD_GRACE_S)

    def _spawn(self, order: Order) -> None:
        text = json.dumps(
            {
                "command": list(order.command),
                "folder": str(order.folder),
                "environment": dict(order.environment),
                "stop_signal": int(order.stop_signal),
                "patience_s": order.patience_s,
                "uid": order.user[0] if order.user else None,
                "gid": order.user[1] if order.user else None,
                "parent": os.getpid(),
                "log": str(self.log),
                "log_bytes_max": LOG_BYTES_MAX,
            }
        )
        guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_GUARD), text],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # the terminal's Ctrl-C is for the hub, which stops its servers in order
        )
        self._guard = guard
        assert guard.stdout is not None
        with guard.stdout as first_line:
            answer = first_line.readline()
        if not answer.strip().isdigit():
            raise self._died()
        self._pid = int(answer)
        self._pid_file.write_text(f"{self._pid}\n", encoding="ascii")

    def _reap(self, timeout_s: float) -> None:
        guard, self._guard = self._guard, None
        if guard is None:
            return
        try:
            guard.wait(timeout_s)
        except subprocess.TimeoutExpired:  # the guard hangs: the kernel kills the server with it
            guard.kill()
            guard.wait()
        self._pid = None
        self._pid_file.unlink(missing_ok=True)

    def _died(self) -> Unavailable:
        code = None if self._guard is None else self._guard.poll()
        return Unavailable("SERVER_DIED", {"server": self.name, "exit": str(code), "log": str(self.log)})

    @abstractmethod
    def _mark(self) -> str:
        """Return an argument that only this server's command line has (a path of its data folder)."""

    @abstractmethod
    def _prepare(self) -> None:
        """Bring the data folder into a state in which the server starts."""

    @abstractmethod
    def _order(self) -> Order:
        """Return what to run."""

    @abstractmethod
    def _answers(self) -> bool:
        """Ask the server something cheap that only a working server answers; waits one second at most."""


def is_ours(pid: int, mark: str) -> bool:
    """Tell whether process `pid` lives and has `mark` as an argument; pids are reused, so a number proves nothing."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return mark.encode() in line.split(b"\0")


def end_orphan(pid_file: Path, mark: str, patience_s: float = 10.0) -> None:
    """End the server that an earlier, crashed run left behind, if the process in `pid_file` really is that server."""
    try:
        pid = int(pid_file.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return
    for end in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + patience_s
        if is_ours(pid, mark):
            os.kill(pid, end)
        while is_ours(pid, mark) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
    pid_file.unlink(missing_ok=True)
