"""Coroutines driven by hand: each wait is a point at which the model decides who goes on."""

from collections.abc import Callable, Coroutine
from types import SimpleNamespace, TracebackType
from typing import Any

import pytest

from hub.agents.stage import doing, loop, relay, sentinel, transaction


class _Point:
    """What a suspended coroutine hands to the model."""

    def __await__(self) -> Any:
        yield self


async def switch() -> None:
    """Let others go on; a crash may end the worker here."""
    await _Point()


class Task:
    """One coroutine of a worker."""

    def __init__(self, begin: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._begin = begin
        self._work: Coroutine[Any, Any, Any] | None = None
        self.done = False

    def step(self) -> None:
        """Go on to the next wait. Raises what the coroutine raises."""
        try:
            self._work = self._work or self._begin()
            self._work.send(None)
        except StopIteration:
            self.done = True
        except BaseException:
            self.done = True
            raise

    def kill(self) -> None:
        """End it where it stands."""
        if self._work is not None:
            self._work.close()


class HandLock:
    """The loop's lock, waited for at switch points."""

    def __init__(self) -> None:
        self._held = False

    def locked(self) -> bool:
        return self._held

    async def __aenter__(self) -> None:
        while self._held:
            await switch()
        self._held = True

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._held = False


class _Flag:
    """An event that only notes."""

    def set(self) -> None:
        return

    def clear(self) -> None:
        return

    async def wait(self) -> None:
        return


class Clock:
    """Monotonic seconds of all workers; the model alone moves it."""

    now_s = 1_000.0

    def monotonic(self) -> float:
        return self.now_s


CLOCK = Clock()


async def _sleep(_: float) -> None:
    await switch()


async def _wait_for(work: Coroutine[Any, Any, Any], _: float) -> None:
    work.close()
    await switch()


async def _to_thread(work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    await switch()
    result = work(*arguments, **named)
    await switch()
    return result


_ASYNCIO = SimpleNamespace(
    sleep=_sleep, wait_for=_wait_for, to_thread=_to_thread, Event=_Flag, Lock=HandLock, Queue=None
)
_TIME = SimpleNamespace(monotonic=CLOCK.monotonic, perf_counter=CLOCK.monotonic, sleep=lambda _: None)
_SILENT = SimpleNamespace(info=lambda *_, **__: None, warning=lambda *_, **__: None, critical=lambda *_, **__: None)


class Metric:
    """Counts nothing: a history is short, and there are many."""

    def labels(self, *_: object, **__: object) -> "Metric":
        return self

    def inc(self, *_: float) -> None:
        return

    set = observe = inc


def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the model's clock, pauses and connections under the real modules; nothing sleeps or logs."""
    for module in (loop, relay):
        monkeypatch.setattr(module, "asyncio", _ASYNCIO)
    for module in (loop, doing, sentinel):
        monkeypatch.setattr(module, "time", _TIME)
    for module in (loop, doing, relay, sentinel):
        monkeypatch.setattr(module, "_log", _SILENT)
    for module in (doing, relay):
        monkeypatch.setattr(module, "open_connection", lambda url, **_: url.connect())
    for module, names in (
        (loop, ["HEALED"]),
        (doing, ["BATCH_RECORDS", "BATCH_SECONDS", "QUARANTINED", "RETRIES"]),
        (sentinel, ["LAG"]),
        (relay, ["RELAYED"]),
    ):
        for name in names:
            monkeypatch.setattr(module, name, Metric(), raising=False)
    monkeypatch.setattr(transaction, "decode_in_child", lambda *_: None)
