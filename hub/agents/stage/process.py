"""One worker process of one organisation: its stages, each with a Faust app, and the tasks beside them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from hub.agents.stage.doing import Doing
from hub.agents.stage.lag import LagMeter
from hub.agents.stage.log import KafkaLog
from hub.agents.stage.loop import Loop
from hub.agents.stage.progress import pulse, watch_ownership, watch_progress
from hub.agents.stage.relay import Build, Relay
from hub.agents.stage.sentinel import Sentinel
from hub.agents.stage.stage import Stage
from hub.agents.stage.worker import fatal, faust_app
from hub.errors import Unavailable
from hub.kafka.deployment import group_prefix

__all__ = ["Beside", "run_process"]

_log = structlog.get_logger()
_WAIT_S = 1.0
Beside = Callable[[Callable[[], None]], Awaitable[None]]
"""A task beside the stages; it gets the relay's kick."""


async def run_process(
    owner: str, stages: Sequence[Stage[Any, Any, Any, Any]], database_url: str, bootstrap: str, slot: str,
    build: Build, beside: Sequence[Beside], stop: asyncio.Event, standstill_s: float,
) -> None:  # fmt: skip
    """Run until `stop` is set. Waits for the cluster and for every declared topic before it subscribes."""
    log = KafkaLog(bootstrap)
    await _ready(log, sorted({topic.name for stage in stages for topic in stage.topics}))
    relay = Relay(owner, database_url, bootstrap, build)
    running = asyncio.get_running_loop()

    def kick() -> None:
        running.call_soon_threadsafe(relay.kick)

    hands = [Doing(stage, owner, database_url) for stage in stages]
    loops = [Loop(stage, own, log, kick) for stage, own in zip(stages, hands, strict=True)]
    groups = [f"{group_prefix(owner)}{stage.name}" for stage in stages]
    apps = [faust_app(loop, group, slot, bootstrap) for loop, group in zip(loops, groups, strict=True)]
    works = [("relay", relay.run()), ("pulse", pulse()), *(("beside", task(kick)) for task in beside)]
    for loop, own, group in zip(loops, hands, groups, strict=True):
        works += _watches(loop, own, LagMeter(owner, loop.stage.name, bootstrap), kick)
        works += _progress(loop, own, partial(log.unowned, group, loop.stage.topics), standstill_s)
    tasks = [asyncio.create_task(_guarded(name, work)) for name, work in works]
    for app in apps:
        await _start(app)
    _log.info("worker_up", owner=owner, stages=[s.name for s in stages], slot=slot)
    await stop.wait()
    await _stop(apps, tasks, hands, relay)


def _watches(loop: Loop, own: Doing, meter: LagMeter, kick: Callable[[], None]) -> list[tuple[str, Awaitable[None]]]:
    async def tend() -> None:
        if await own.resume():
            kick()

    return [(loop.stage.name, Sentinel(loop, meter, tend).watch())]


def _progress(
    loop: Loop, own: Doing, unowned: Callable[[], Awaitable[set[tuple[str, int]]]], standstill_s: float
) -> list[tuple[str, Awaitable[None]]]:
    return [
        (loop.stage.name, watch_progress(loop, lambda: own.waits, standstill_max_s=standstill_s)),
        (loop.stage.name, watch_ownership(loop, unowned, standstill_max_s=standstill_s)),
    ]


async def _ready(log: KafkaLog, names: Sequence[str]) -> None:
    """Faust ignores a missing topic for ever, so topics are awaited before it starts."""
    while True:
        try:
            await log.identity(names)
        except Unavailable as error:
            _log.warning("worker_waits", code=error.code, **error.facts)
            await asyncio.sleep(_WAIT_S)
        else:
            return


async def _start(app: Any) -> None:
    """Start one app. Raises Unavailable when the cluster goes away meanwhile: the process then leaves, to come back."""
    try:
        await app.start()
    except KafkaError as error:
        raise Unavailable("KAFKA_UNAVAILABLE", {"error": type(error).__name__}) from error


async def _guarded(name: str, work: Awaitable[None]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        fatal(name, error)


async def _stop(apps: Sequence[Any], tasks: Sequence[asyncio.Task[None]], hands: Sequence[Doing], relay: Relay) -> None:
    for app in apps:
        await app.stop()
    await relay.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for own in hands:
        await asyncio.to_thread(own.close)
    _log.info("worker_down")
