"""The runner in this process, at the stand-in for Sở of a `Running`, until nothing moves any more."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hub.connect.check.running import Running
from hub.connect.check.subject import Subject
from hub.connect.instance import Instance
from hub.connect.run import Run
from hub.connect.store import open_store
from hub.connect.supervise import Supervisor
from hub.connectors.sdk import Connector

__all__ = ["run_at", "until_idle"]

_TURNS_MAX, _IDLE_TURNS, _IDLE_S = 400, 15, 0.1


def run_at(subject: Subject, running: Running, connector: Connector, settings: Mapping[str, Any]) -> Run:
    """Open the state of an instance with a connector and settings of the check; who calls closes both."""
    name, so = subject.connector.manifest.name, running.sos[0]
    store = open_store(running.folder, name, so)
    instance = Instance(name, running.folder, so, settings, running.door_folder)
    return Run(store, connector, instance, running.door, lambda: datetime.now(UTC), subject.now)


async def until_idle(supervisor: Supervisor, running: Running, *, signing: bool) -> None:
    """Let every step work, and persons sign, until nothing was done for a while."""
    idle = 0
    for _ in range(_TURNS_MAX):
        busy = await supervisor.turn()
        signed = running.sign() if signing else 0
        idle = 0 if busy or signed else idle + 1
        if idle >= _IDLE_TURNS:
            return
        await asyncio.sleep(_IDLE_S if idle else 0)
