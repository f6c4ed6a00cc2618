"""Supervise: every step is tried again for as long as it takes, each by itself; the others go on.

A step that finds the world not there (Unavailable) waits and tries again: 1 s, doubling to a minute, or what the system
asked for. A step that does not return in ten minutes waits too; until then the heartbeat tells since when it works.
A step that is refused, or crashes, has failed: source and sink are opened anew and it is tried again, 1 s doubling to
five minutes, for ever, or at once when a person signals `resume`. Corrupt ends the process: another one starts from
what is on the disk.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

import structlog

from hub.connect.gauges import tell_gauges
from hub.connect.obey import obey
from hub.connect.prepare import prepare
from hub.connect.pull import pull
from hub.connect.receive import receive
from hub.connect.run import Run, check_cluster
from hub.connect.send import send
from hub.connect.transfers import transfer
from hub.connect.write import write
from hub.errors import Corrupt, HubError, Refused, Unavailable

__all__ = ["HEARTBEAT_S", "STEPS", "Supervisor", "begin"]

Step = Callable[[Run], Awaitable[bool]]
STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "obey": obey, "pull": pull, "prepare": prepare, "send": send, "receive": receive, "transfer": transfer,
        "write": write,
    }
)  # fmt: skip
HEARTBEAT_S = 5.0
STEP_S = 600.0  # far more than any bounded piece of work takes
_CLOSE_S = 10.0
_IDLE_S = 0.25
_FIRST_S, _WAIT_MAX_S, _FAILED_MAX_S, _ASKED_MAX_S = 1.0, 60.0, 300.0, 3_600.0
_DOUBLINGS_MAX = 12
_ONCE_ATTEMPTS_MAX = 6  # about a minute
_ONCE_SETTLES_S = 60.0  # longer than files need to stand still; one that is written all the time is left for later
_log = structlog.get_logger()


def begin(run: Run) -> None:
    """Note one more start. Raises Refused CONNECTOR_STATE_FOREIGN for the state of another cluster."""
    with suppress(Unavailable):  # a system may be read while the broker is down; before sending it is looked at again
        check_cluster(run)
    with run.store.transaction():
        run.store.do("started")
        run.store.do("forget_steps")  # what the last process could not do, this one tries at once
        _declare(run)


def _declare(run: Run) -> None:
    """Look at what was lost so far beside the manifest of today."""
    version = run.connector.mapper.version
    for row in run.store.all("losses", mapping_version=version):
        kind, direction, path = row["kind"], row["direction"], row["path"]
        declared = int((kind, direction, path) in run.declared)
        run.store.do(
            "set_declared", mapping_version=version, declared=declared, kind=kind, direction=direction, path=path
        )


@runtime_checkable
class _Settling(Protocol):
    """A source that says after how many seconds a pull may find more."""

    def settles_in_s(self) -> float | None:
        """Return that, or None where nothing waits for it alone."""


@dataclass
class _Trouble:
    attempts: int = 0
    next_s: float = 0.0


@dataclass
class Supervisor:
    """Runs the steps of one connector in turn."""

    run: Run
    _troubles: dict[str, _Trouble] = field(default_factory=dict)
    _at_work: tuple[str, str] | None = None  # which step, and since when
    _settles_until_s: float | None = None

    async def until(self, stop: asyncio.Event) -> None:
        """Run until told to stop; a step under way is left where it is, which is as good as a kill. Raises Corrupt."""
        awaited: tuple[Coroutine[Any, Any, object], ...] = (self._beat(), self._work(), stop.wait())
        tasks = [asyncio.ensure_future(one) for one in awaited]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._close()
        for task in done:
            task.result()

    async def once(self, stop: asyncio.Event) -> None:
        """Run until nothing is left to do, or told to stop; files that only have to stand still are waited for.

        Raises the error of a step that fails, or that has waited for about a minute.
        """
        try:
            while not stop.is_set():
                if self.run.is_due("beat", HEARTBEAT_S):
                    self._tell()
                busy = await self.turn()
                self._check_steps()
                if not busy and not self._waits() and not self._settles():
                    break
                if not busy:
                    await asyncio.sleep(_IDLE_S)
        finally:
            await self._close()

    def _check_steps(self) -> None:
        for row in self.run.store.all("steps"):
            if row["failed"]:
                raise Refused(row["code"], json.loads(row["facts"]))
            if row["attempts"] > _ONCE_ATTEMPTS_MAX:
                raise Unavailable(row["code"], json.loads(row["facts"]))

    async def turn(self) -> bool:
        """Let every step that may work do one bounded piece; tell whether any did something."""
        busy = False
        for name, step in STEPS.items():
            if self.run.retry:
                self.run.retry = False
                self._troubles.clear()
            if self.run.clock() >= self._trouble(name).next_s:
                busy = await self._try(name, step) or busy
            await asyncio.sleep(0)
        return busy

    def _waits(self) -> bool:
        """Tell whether something is on its way by itself: a step that tries again, or a receipt."""
        commands = sum(self.run.store.one("count_commands", state=state)["count"] for state in ("signed", "sent"))
        state = self.run.store.one("connector")
        reading = not state["paused"] and not state["held"] and (not self.run.caught_up or state["snapshotting"])
        return bool(self._troubles) or bool(reading) or (commands > 0 and not state["paused"])

    def _settles(self) -> bool:
        """Tell whether the source only waits until what it saw stands still; it is asked again when that may be so."""
        state, source = self.run.store.one("connector"), self.run.source()
        left_s = source.settles_in_s() if isinstance(source, _Settling) else None
        if left_s is None or state["paused"] or state["held"]:
            self._settles_until_s = None
            return False
        now = self.run.clock()
        if self._settles_until_s is None:
            self._settles_until_s = now + left_s + _ONCE_SETTLES_S
        self.run.due["pull"] = min(self.run.due.get("pull", now), now + left_s)
        return now < self._settles_until_s

    async def _work(self) -> None:
        while True:
            if not await self.turn():
                await asyncio.sleep(_IDLE_S)

    async def _beat(self) -> None:
        while True:
            self._tell()
            await asyncio.sleep(HEARTBEAT_S)

    def _tell(self) -> None:
        step, since = self._at_work or (None, None)
        self.run.store.do("beat", at=self.run.at(), at_work=step, at_work_since=since)
        tell_gauges(self.run)

    async def _try(self, name: str, step: Step) -> bool:
        self._at_work = (name, self.run.at())
        try:
            busy = await self._bounded(name, step)
        except Corrupt:
            raise
        except Unavailable as error:
            self._wait(name, error)
            return False
        except Exception as error:
            await self._fail(name, error)
            return False
        finally:
            self._at_work = None
        if self._troubles.pop(name, None) is not None:
            self.run.store.do("step_works", name=name)
        return busy

    async def _bounded(self, name: str, step: Step) -> bool:
        """Do one piece of work. Raises Unavailable WAITED_IN_VAIN when it does not return; it is left as by a kill."""
        try:
            async with asyncio.timeout(STEP_S) as limit:
                return await step(self.run)
        except TimeoutError as error:
            if not limit.expired():
                raise
            await self._close()
            raise Unavailable("WAITED_IN_VAIN", {"what": name, "seconds": f"{STEP_S:g}"}) from error

    async def _close(self) -> None:
        """Close source and sink, without waiting long for a system that does not answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await self.run.close()

    def _wait(self, name: str, error: Unavailable) -> None:
        asked = min(_seconds(error.facts.get("retry_after_s")), _ASKED_MAX_S)
        self._note(name, error.code, error.facts, failed=False, max_s=_WAIT_MAX_S, least_s=asked)

    async def _fail(self, name: str, error: Exception) -> None:
        code, facts = "CONNECTOR_CRASHED", {"step": name, "error": type(error).__name__}
        if isinstance(error, HubError):
            code, facts = error.code, error.facts
        else:
            _log.error("connector_step_crashed", connector=self.run.instance.name, step=name, exc_info=True)
        self._note(name, code, facts, failed=True, max_s=_FAILED_MAX_S)
        await self._close()

    def _note(
        self, name: str, code: str, facts: Mapping[str, str], *, failed: bool, max_s: float, least_s: float = 0.0
    ) -> None:
        if name == "pull":
            self.run.caught_up = True  # what was read is gathered; a dead system must not hold it up
        trouble = self._troubles.setdefault(name, _Trouble())
        trouble.attempts += 1
        pause = max(_pause_s(name, trouble.attempts, max_s), least_s)
        trouble.next_s = self.run.clock() + pause
        next_at = f"{self.run.now() + timedelta(seconds=pause):%Y-%m-%dT%H:%M:%SZ}"
        self.run.store.do(
            "step_waits", name=name, failed=int(failed), code=code, facts=json.dumps(dict(facts), ensure_ascii=False),
            attempts=trouble.attempts, next_at=next_at, at=self.run.at(),
        )  # fmt: skip
        _log.warning(
            "connector_step_failed" if failed else "connector_step_waits", connector=self.run.instance.name, step=name,
            code=code, attempts=trouble.attempts, pause_s=round(pause, 1),
        )  # fmt: skip

    def _trouble(self, name: str) -> _Trouble:
        return self._troubles.get(name, _Trouble())


def _pause_s(name: str, attempts: int, max_s: float) -> float:
    """Return how long to wait: doubling, a little less by name and attempt, so that connectors do not come together."""
    whole: float = min(_FIRST_S * 2 ** min(attempts - 1, _DOUBLINGS_MAX), max_s)
    drawn = hashlib.sha256(f"{name}/{attempts}".encode()).digest()[0] / 255
    return whole * (1 - drawn / 4)


def _seconds(text: str | None) -> float:
    try:
        return max(float(text or 0), 0.0)
    except ValueError:
        return 0.0
