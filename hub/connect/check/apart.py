"""Run each check in a process of its own, several side by side, each ended at its time limit with all that it started.

A vendor's code may hang, end the process or write wherever it likes: nothing of that reaches the other checks, and what
a check found comes back as a file. Called once, in a process that has one thread: each check is a fork of it.
"""

import asyncio
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from hub.connect.check.children import ByForks, Command
from hub.connect.check.outcome import CheckOutcome, stopped
from hub.connect.check.subject import Subject
from hub.connect.check.suite import CHECKS, outcome_of

__all__ = ["CHECK_S", "run_apart"]

CHECK_S = 600.0
"""A check that has not ended by then is ended; the longest takes half a minute on a machine that does nothing else."""
_SIDE_BY_SIDE = 4  # they wait most of their time: for a file to stand still, a process to start
_LONGEST = ("resume", "faults", "back_pressure", "hostile", "privacy", "pages", "encodings")  # begun first
_LOOK_S = 0.02
_OUTCOME = "outcome.json"


@dataclass(frozen=True, slots=True)
class _Started:
    check: str
    folder: Path
    ends: float


def run_apart(
    subject: Subject, only: Sequence[str], tell: Callable[[CheckOutcome], None], check_s: float = CHECK_S,
    command: Command | None = None,
) -> None:  # fmt: skip
    """Run the checks named in `only`, or all; tell each outcome as it comes.

    `command` does what `hub` does: with it `hub connector run` is a fork, without it a new Python each time.
    """
    chosen = dict.fromkeys(only or CHECKS)
    waiting = deque([*(check for check in _LONGEST if check in chosen), *(c for c in chosen if c not in _LONGEST)])
    with _all_ended() as running:
        while waiting or running:
            while waiting and len(running) < _SIDE_BY_SIDE:
                check = waiting.popleft()
                running[_start(subject, check, command)] = _Started(
                    check, subject.work / check, subject.now() + check_s
                )
            for process, status in list(_ended(running, subject.now())):
                tell(_outcome(running.pop(process), status, check_s))
            time.sleep(_LOOK_S)


@contextmanager
def _all_ended() -> Iterator[dict[int, _Started]]:
    """Yield the processes under way; whatever ends the caller ends them."""
    running: dict[int, _Started] = {}
    try:
        yield running
    finally:
        for process in running:
            _end_group(process)


def _start(subject: Subject, check: str, command: Command | None) -> int:
    """Fork one check into a folder and a process group of its own."""
    folder = subject.work / check
    folder.mkdir(parents=True)
    process = os.fork()
    if process:
        with suppress(PermissionError, ProcessLookupError):  # it did so itself
            os.setpgid(process, process)
        return process
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        starting = subject.starting if command is None else ByForks(command)
        _run(replace(subject, work=folder, starting=starting), check, folder / _OUTCOME)
    finally:
        os._exit(0)


def _run(subject: Subject, check: str, to: Path) -> None:
    outcome = asyncio.run(outcome_of(check, subject))
    fresh = to.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(outcome))
    fresh.replace(to)


def _ended(running: dict[int, _Started], now: float) -> Iterator[tuple[int, int | None]]:
    """Yield each process that has ended with its status, or None for one that had to be; nothing of it is left."""
    for process, started in running.items():
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            _end_group(process)
            yield process, status
        elif now > started.ends:
            _end_group(process)
            os.waitpid(process, 0)
            yield process, None


def _end_group(process: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)


def _outcome(started: _Started, status: int | None, check_s: float) -> CheckOutcome:
    if status is None:
        return stopped(started.check, f"{check_s:g} s")
    try:
        return msgspec.json.decode((started.folder / _OUTCOME).read_bytes(), type=CheckOutcome)
    except (OSError, msgspec.MsgspecError):
        return stopped(started.check, f"exit {os.waitstatus_to_exitcode(status)}")
