"""Kiểm tra: what readers upload is judged in child processes that a hostile file may break, and that are then replaced.

A PDF is never interpreted, but its data is set again to be compared, and layout is work that its maker decides.
Evidence files are parsed here, strictly and bounded, and their sources in the child of `hub.sources`.
"""

import multiprocessing
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from hub.errors import HubError, Unavailable
from hub.evidence import Roots
from hub.print import check_sheet, is_pdf
from hub.sources import verify_with_source

__all__ = ["Checker"]

_START_S = 120.0  # of a child on a machine that has other work
_TIME_S = 20.0
_WAIT_S = 3.0  # for a place; then the portal says that it is busy
_CPU_S = 600  # of a child in its whole life: it is replaced then
_MEMORY_BYTES_MAX = 2_147_483_648
_CHILD_COUNT = 2


class Checker:
    """Judges against `roots`; at most two sheets at once. `close` ends the children."""

    def __init__(self, roots: Roots) -> None:
        self._roots = roots
        self._free = [_Child(roots) for _ in range(_CHILD_COUNT)]
        self._places = threading.BoundedSemaphore(_CHILD_COUNT)

    def check(self, data: bytes) -> dict[str, Any]:
        """Return the report. Raises Unavailable PORTAL_BUSY, and as `verify_with_source`."""
        if not is_pdf(data):
            return verify_with_source(data, self._roots).shown()
        with self._child() as child:
            return child.check(data)

    def warm(self) -> None:
        """Start the children, so that no reader waits for them."""
        for child in tuple(self._free):
            child.warm()

    def close(self) -> None:
        """End all children."""
        for child in self._free:
            child.end()

    @contextmanager
    def _child(self) -> Iterator["_Child"]:
        if not self._places.acquire(timeout=_WAIT_S):
            raise Unavailable("PORTAL_BUSY")
        child = self._free.pop()
        try:
            yield child
        finally:
            self._free.append(child)
            self._places.release()


class _Child:
    """One process, started when it is first needed."""

    def __init__(self, roots: Roots) -> None:
        self._roots = roots
        self._process: SpawnProcess | None = None
        self._line: Connection | None = None

    def check(self, data: bytes) -> dict[str, Any]:
        """Let the child judge. A child that breaks or takes too long is replaced, and has said nothing of the file.

        Raises Unavailable PORTAL_BUSY then: a slow machine must never call a good sheet invalid.
        """
        try:
            line = self._started()
            line.send_bytes(data)
            answer = _next(line, _TIME_S)
        except (OSError, EOFError):
            self.end()
            raise Unavailable("PORTAL_BUSY") from None
        if isinstance(answer, HubError):
            raise answer
        found: dict[str, Any] = answer
        return found

    def warm(self) -> None:
        """Start the process. Raises OSError, EOFError when it does not come up."""
        self._started()

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._line is not None:
            self._line.close()
        self._process = self._line = None

    def _started(self) -> Connection:
        if self._line is None or self._process is None or not self._process.is_alive():
            self.end()
            spawn = multiprocessing.get_context("spawn")
            self._line, theirs = spawn.Pipe()
            self._process = spawn.Process(target=_serve, args=(theirs, self._roots), daemon=True)
            self._process.start()
            theirs.close()
            _next(self._line, _START_S)  # what it says when it is ready
        return self._line


def _next(line: Connection, seconds: float) -> Any:
    """Return the child's next answer. Raises EOFError when none comes in time."""
    if not line.poll(seconds):
        raise EOFError
    return line.recv()


def _serve(line: Connection, roots: Roots) -> None:
    """Judge one sheet after the other, in little memory and time."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES_MAX, _MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    line.send(None)
    while True:
        try:
            data = line.recv_bytes()
        except (EOFError, OSError):
            return
        try:
            line.send(check_sheet(data, roots, verify_with_source).shown())
        except HubError as error:
            line.send(type(error)(error.code, error.facts))
