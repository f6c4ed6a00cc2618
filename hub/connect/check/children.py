"""Start `hub connector run` again and again: as a command, or as forks of a process that has the command loaded.

Killed is killed in both; loading Python ten times over attacks nothing, and took most of a check's time.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

__all__ = ["ByCommand", "ByForks", "Child", "Command", "Starting"]

_MESSAGE_BYTES_MAX = 65_536
_STDIN, _STDOUT, _STDERR = 0, 1, 2

Command = Callable[[Sequence[str]], None]
"""Does what `hub` does with these arguments, and may end the process."""


class Child(Protocol):
    """One process."""

    def is_alive(self) -> bool:
        """Tell whether it runs."""

    def end(self, how: signal.Signals, patience_s: float) -> None:
        """Send a signal and wait until it is gone; one that does not leave is killed."""


class Starting(Protocol):
    """Starts processes; what they say is added to `log`."""

    def start(self, arguments: Sequence[str], log: Path) -> Child:
        """Start `hub` with these arguments."""


class ByCommand:
    """Starts the command itself. Implements `Starting`."""

    def start(self, arguments: Sequence[str], log: Path) -> Child:
        """Start a new Python."""
        command = [sys.executable, "-m", "hub.cli", *arguments]
        with log.open("ab") as said:
            return _Started(subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL))


class _Started:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self, how: signal.Signals, patience_s: float) -> None:
        self._process.send_signal(how)
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class ByForks:
    """Has one process fork them, which was itself forked while its maker had one thread. Implements `Starting`."""

    def __init__(self, command: Command) -> None:
        """Fork that process; it ends with its maker."""
        self._asking, answering = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            try:
                self._asking.close()
                _serve(answering, command)
            finally:
                os._exit(0)
        answering.close()

    def start(self, arguments: Sequence[str], log: Path) -> Child:
        """Have another one forked."""
        self._asking.send(json.dumps([list(arguments), str(log)]).encode())
        return _Forked(int(self._asking.recv(_MESSAGE_BYTES_MAX)))


class _Forked:
    """Known by a descriptor, since its number may soon be another's."""

    def __init__(self, process: int) -> None:
        self._descriptor: int | None = None
        with suppress(ProcessLookupError):  # it is gone already
            self._descriptor = os.pidfd_open(process)

    def is_alive(self) -> bool:
        return self._descriptor is not None and not select.select([self._descriptor], [], [], 0)[0]

    def end(self, how: signal.Signals, patience_s: float) -> None:
        if self._descriptor is None:
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._descriptor, how)
        if not select.select([self._descriptor], [], [], patience_s)[0]:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            select.select([self._descriptor], [], [])
        os.close(self._descriptor)
        self._descriptor = None


def _serve(answering: socket.socket, command: Command) -> None:
    """Fork a process for each message until the other end is closed. What has ended is forgotten by the system."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while message := answering.recv(_MESSAGE_BYTES_MAX):
        arguments, log = json.loads(message)
        process = os.fork()
        if process == 0:
            try:
                answering.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _say_into(Path(log))
                command(arguments)
            finally:
                os._exit(1)
        answering.send(str(process).encode())


def _say_into(log: Path) -> None:
    with log.open("ab") as said, Path(os.devnull).open("rb") as nothing:
        os.dup2(said.fileno(), _STDOUT)
        os.dup2(said.fileno(), _STDERR)
        os.dup2(nothing.fileno(), _STDIN)
