"""One worker process of one organisation: its stages, each with a Faust app, and the tasks beside them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from hub.agents.stage.loop import Loop
from hub.agents.stage.relay import Build, Relay
from hub.agents.stage.sentinel import watch
from hub.agents.stage.stage import Stage
from hub.agents.stage.worker import fatal, faust_app
from hub.errors import Unavailable
from hub.kafka.admin import cluster_id, topic_ids
from hub.kafka.deployment import group_prefix

__all__ = ["Beside", "run_process"]

_log = structlog.get_logger()
_WAIT_S = 1.0
Beside = Callable[[Callable[[], None]], Awaitable[None]]
"""A task beside the stages; it gets the relay's kick."""


async def run_process(
    owner: str, stages: Sequence[Stage[Any, Any, Any, Any]], database_url: str, bootstrap: str, slot: str,
    build: Build, beside: Sequence[Beside], stop: asyncio.Event,
) -> None:  # fmt: skip
    """Run until `stop` is set. Waits for the cluster and for every declared topic before it subscribes."""
    names = sorted({topic.name for stage in stages for topic in stage.topics})
    cluster, ids = await _ready(bootstrap, names)
    relay = Relay(owner, database_url, bootstrap, build)
    running = asyncio.get_running_loop()

    def kick() -> None:
        running.call_soon_threadsafe(relay.kick)

    loops = [Loop(s, owner, database_url, bootstrap, cluster, ids, kick) for s in stages]
    apps = [faust_app(loop, f"{group_prefix(owner)}{loop.stage.name}", slot, bootstrap) for loop in loops]
    tasks = [
        asyncio.create_task(_guarded(name, work))
        for name, work in [
            ("relay", relay.run()),
            *((loop.stage.name, watch(loop)) for loop in loops),
            *(("beside", task(kick)) for task in beside),
        ]
    ]
    for app in apps:
        await app.start()
    _log.info("worker_up", owner=owner, stages=[s.name for s in stages], slot=slot)
    await stop.wait()
    await _stop(apps, tasks, loops, relay)


async def _ready(bootstrap: str, names: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Faust ignores a missing topic for ever, so topics are awaited before it starts."""
    while True:
        try:
            cluster = await asyncio.to_thread(cluster_id, bootstrap)
            return cluster, dict(await asyncio.to_thread(topic_ids, bootstrap, names))
        except Unavailable as error:
            _log.warning("worker_waits_for_topics", code=error.code, **error.facts)
            await asyncio.sleep(_WAIT_S)


async def _guarded(name: str, work: Awaitable[None]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        fatal(name, error)


async def _stop(apps: Sequence[Any], tasks: Sequence[asyncio.Task[None]], loops: Sequence[Loop], relay: Relay) -> None:
    for app in apps:
        await app.stop()
    await relay.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for loop in loops:
        await asyncio.to_thread(loop.close)
    _log.info("worker_down")
