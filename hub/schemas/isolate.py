"""Decoding in a child process, for a record that is suspected of killing whoever decodes it.

The child has a limit of memory and of processor time. It says when it is ready to begin: a child that dies after
that was killed by the record; one that never got so far, or was not given the processor in time, is the world's
fault, and no record is quarantined for an outage.
"""

import json
import math
import resource
import subprocess
import sys
from collections.abc import Iterable

import msgspec

from hub.errors import Refused, Unavailable
from hub.schemas.wire import MESSAGE_BYTES_MAX, Message, decode

__all__ = ["MEMORY_BYTES_MAX", "decode_in_child", "run_child"]

MEMORY_BYTES_MAX = 512 * 1_048_576  # address space of the child; a worker's own goal is below 400 MiB
_WALL_TIMES = 10  # a child may wait this many times its processor time for a busy machine
_READY = b"R"
_CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from hub.schemas.isolate import run_child; run_child()"
)


class _Task(msgspec.Struct, frozen=True):
    """What the child is told on its standard input."""

    data: bytes
    expected: list[str]
    bytes_max: int
    cpu_s: int
    memory_bytes_max: int


class _Answer(msgspec.Struct, frozen=True):
    """What the child answers: a message, or the code and facts of a refusal."""

    message: Message | None = None
    code: str = ""
    facts: dict[str, str] = {}


def decode_in_child(
    data: bytes,
    expected: Iterable[str],
    timeout_s: float,
    *,
    bytes_max: int = MESSAGE_BYTES_MAX,
    memory_bytes_max: int = MEMORY_BYTES_MAX,
    program: str = _CHILD,
) -> Message:
    """Do what `decode` does, in a child with at most `timeout_s` seconds of processor time (rounded up).

    `program` is what the child runs; a test gives one that dies.
    Raises what `decode` raises; Refused DECODER_KILLED when the child died while decoding; Unavailable
    DECODER_UNAVAILABLE when it did not start or got no processor time (try again).
    """
    cpu_s = max(1, math.ceil(timeout_s))
    task = _Task(data, sorted(expected), bytes_max, cpu_s, memory_bytes_max)
    try:
        done = subprocess.run(
            [sys.executable, "-c", program, json.dumps(sys.path)],
            input=msgspec.msgpack.encode(task), capture_output=True, timeout=cpu_s * _WALL_TIMES, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable("DECODER_UNAVAILABLE", {"reason": type(error).__name__}) from None
    if not done.stdout.startswith(_READY):
        raise Unavailable("DECODER_UNAVAILABLE", {"reason": f"exit {done.returncode} before decoding"})
    if done.returncode != 0:
        raise Refused("DECODER_KILLED", {"exit": str(done.returncode)})
    return _message(done.stdout[len(_READY) :])


def _message(answer: bytes) -> Message:
    try:
        said = msgspec.msgpack.decode(answer, type=_Answer)
    except msgspec.DecodeError:
        raise Refused("DECODER_KILLED", {"exit": "no answer"}) from None
    if said.message is None:
        raise Refused(said.code, said.facts)
    return said.message


def run_child() -> None:
    """Be the child: read the task, take the limits, say ready, decode, answer."""
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Task)
    resource.setrlimit(resource.RLIMIT_AS, (task.memory_bytes_max, task.memory_bytes_max))
    resource.setrlimit(resource.RLIMIT_CPU, (task.cpu_s, task.cpu_s))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(_READY)
    sys.stdout.buffer.flush()
    try:
        answer = _Answer(decode(task.data, frozenset(task.expected), bytes_max=task.bytes_max))
    except Refused as refused:
        answer = _Answer(code=refused.code, facts=refused.facts)
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))
