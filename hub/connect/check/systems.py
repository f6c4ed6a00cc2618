"""The connector's own system, played with or without faults, and its records pulled: what several checks do first."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hub.connect.check.pulling import Pulled, drain
from hub.connect.check.round_trip import expressible
from hub.connect.check.subject import NO_FAULTS, Subject
from hub.connectors.sdk import Source
from hub.connectors.simulating import Faults, Simulator
from hub.domain.transcript import Transcript

__all__ = ["PATIENCE_S", "QUICK", "is_read", "opened_source", "playing", "pulled_all", "served"]

PATIENCE_S = 90.0
_PRIVATE = {"keys"}  # of a server
QUICK = {"settle_s": 0.2, "poll_s": 0.1}
"""Settings of a check: a file counts as still after a fifth of a second, where a real system is given five."""


def served(subject: Subject, count: int) -> list[Transcript]:
    """Return the documents that the system is given: the first ones that the manifest claims."""
    return [d for d in subject.documents if expressible(subject.connector.manifest, d)][:count]


def is_read(path: Path) -> bool:
    """Tell whether a file of a system's folder is one of its own; a batch is signed as a whole and stays as it is."""
    if not path.is_file() or path.is_symlink() or _PRIVATE & set(path.parts):
        return False
    return not any((folder / "batch.json").exists() for folder in path.parents)


@asynccontextmanager
async def playing(
    subject: Subject, name: str, count: int, faults: Faults = NO_FAULTS
) -> AsyncIterator[tuple[Simulator, Mapping[str, Any]]]:
    """Play the system with `count` documents; yields it and the settings of an instance."""
    assert subject.simulator is not None
    folder = subject.work / name / "system"
    folder.mkdir(parents=True, exist_ok=True)
    simulator = subject.simulator(served(subject, count), folder, faults)
    settings = await simulator.start()
    try:
        yield simulator, {**settings, **QUICK}
    finally:
        await simulator.stop()


@asynccontextmanager
async def opened_source(subject: Subject, settings: Mapping[str, Any], name: str) -> AsyncIterator[Source]:
    """Open the connector's source in a folder of its own, and close it."""
    source = subject.connector.source(subject.opened(settings, name))
    try:
        yield source
    finally:
        await source.close()


async def pulled_all(
    subject: Subject, settings: Mapping[str, Any], name: str,
    enough: Callable[[Pulled], bool] = lambda _: True, patience_s: float = PATIENCE_S,
) -> Pulled:  # fmt: skip
    """Return everything that a new source gives from the beginning."""
    async with opened_source(subject, settings, name) as source:
        return await drain(source, Pulled(), patience_s=patience_s, now=subject.now, enough=enough)
