"""One child that reads sources, seen from outside: started, asked with a deadline, killed when it is late."""

import json
import os
import selectors
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from hub.errors import Unavailable
from hub.sources.budget import CALL_S, Budget, processor_wait_s, starved
from hub.sources.wire import FRAME_BYTES_MAX, LENGTH_BYTES, READY, Answer, Request, framed

__all__ = ["ChildLimits", "Lost", "Reader"]

_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from hub.sources.child import run_child; run_child(int(sys.argv[2]), int(sys.argv[3]))"
)
_PIECE_BYTES = 65_536
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}  # no secret of the parent's
_KILL_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What a child may use: processor and wall time for a request, memory and time to start for itself.

    `call_s` is the wall time of all requests of one call together, starting and starting again included.
    """

    cpu_s: int = 5
    wall_s: float = 10.0
    call_s: float = CALL_S
    start_s: float = 60.0
    memory_bytes_max: int = 1_024 * 1_048_576  # of addresses; what is in use stays far below
    program: str = _PROGRAM


class Lost(Exception):
    """The child is gone, or late and killed. `reason`: "killed", "stalled", or "time" for one that was cut short."""

    def __init__(self, reason: str, waited_s: float = 0.0) -> None:
        """`waited_s`: how long it had waited for a processor, in all its life."""
        self.reason, self.waited_s = reason, waited_s
        super().__init__(reason)


class Reader:
    """One child process; `requests` counts what it has answered."""

    def __init__(self, limits: ChildLimits, budget: Budget) -> None:
        """Start it and wait until it is ready. Raises Unavailable SOURCE_READER_UNAVAILABLE."""
        began = time.monotonic()
        self._limits = limits
        self.requests = 0
        arguments = [json.dumps(sys.path), str(limits.cpu_s), str(limits.memory_bytes_max)]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", limits.program, *arguments], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_ENVIRONMENT,
            )  # fmt: skip
        except OSError as error:
            raise Unavailable("SOURCE_READER_UNAVAILABLE", {"reason": type(error).__name__}) from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        try:
            self._exchange(b"", len(READY), min(limits.start_s, budget.left_s()))
        except Lost as lost:
            raise Unavailable("SOURCE_READER_UNAVAILABLE", {"reason": f"{lost.reason} before it began"}) from None
        budget.waited_s += time.monotonic() - began

    def ask(self, request: Request, budget: Budget) -> Answer:
        """Return the answer to one request. Raises Lost, or Unavailable for a child that got no processor.

        The child is gone then.
        """
        within_s, waited = min(self._limits.wall_s, budget.left_s()), self._waited_s()
        try:
            answer = self._answered(request, within_s)
        except Lost as lost:
            if lost.reason != "stalled":
                raise
            waited_s = lost.waited_s - waited
            budget.waited_s += waited_s
            if waited_s * 2 > within_s:
                raise starved() from None
            raise Lost("stalled" if within_s >= self._limits.wall_s else "time") from None
        budget.waited_s += self._waited_s() - waited
        return answer

    def _answered(self, request: Request, within_s: float) -> Answer:
        deadline = time.monotonic() + within_s
        head = self._exchange(framed(request), LENGTH_BYTES, within_s)
        length = int.from_bytes(head)
        if length > FRAME_BYTES_MAX:
            self.close()
            raise Lost("killed")
        answer = self._exchange(b"", length, deadline - time.monotonic())
        self.requests += 1
        try:
            return msgspec.msgpack.decode(answer, type=Answer)
        except msgspec.DecodeError:
            self.close()
            raise Lost("killed") from None

    def _waited_s(self) -> float:
        return processor_wait_s(self._process.pid)

    def close(self) -> None:
        """End the child, whatever it is doing."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_KILL_WAIT_S)

    def _exchange(self, data: bytes, wanted: int, within_s: float) -> bytes:
        """Write `data` and read `wanted` bytes, both as the child takes and gives them, within the time."""
        deadline = time.monotonic() + within_s
        got = bytearray()
        with selectors.DefaultSelector() as ready:
            ready.register(self._from, selectors.EVENT_READ)
            if data:
                ready.register(self._to, selectors.EVENT_WRITE)
            left = memoryview(data)
            try:
                while len(got) < wanted:
                    left_s = deadline - time.monotonic()
                    events = ready.select(left_s) if left_s > 0 else []
                    if not events:
                        raise Lost("stalled", self._waited_s())  # asked before it is killed
                    for key, _ in events:
                        if key.fd == self._to:
                            left = left[os.write(self._to, left[:_PIECE_BYTES]) :]
                            if not left:
                                ready.unregister(self._to)
                        else:
                            got += self._piece(wanted - len(got))
            except Lost:
                self.close()
                raise
            except OSError:  # the pipe broke: nobody is there to read it
                self.close()
                raise Lost("killed") from None
        return bytes(got)

    def _piece(self, count: int) -> bytes:
        piece = os.read(self._from, min(count, _PIECE_BYTES))
        if not piece:
            raise Lost("killed")
        return piece
