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

from hub.domain.findings import finding, render
from hub.errors import HubError, Unavailable
from hub.evidence import Roots
from hub.print import check_sheet, is_pdf
from hub.sources import verify_with_source

__all__ = ["Checker"]

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
        """Let the child judge; one that breaks, or takes too long, has met a file that is no sheet."""
        try:
            line = self._started()
            line.send_bytes(data)
            if not line.poll(_TIME_S):
                raise EOFError
            answer = line.recv()
        except (OSError, EOFError):
            self.end()
            told = finding("SHEET_UNREADABLE", facts={"reason": "limits"})
            return {"verdict": "invalid", "as_of": None, "parts": {"sheet": "invalid"}, "facts": {}, "signers": [],
                    "sealed_at": None, "findings": [render(told)]}  # fmt: skip
        if isinstance(answer, HubError):
            raise answer
        found: dict[str, Any] = answer
        return found

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
        return self._line


def _serve(line: Connection, roots: Roots) -> None:
    """Judge one sheet after the other, in little memory and time."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES_MAX, _MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            data = line.recv_bytes()
        except (EOFError, OSError):
            return
        try:
            line.send(check_sheet(data, roots, verify_with_source).shown())
        except HubError as error:
            line.send(type(error)(error.code, error.facts))
