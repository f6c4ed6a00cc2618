"""A hub in a fresh folder that plays the whole story: recalls, corrections, refusals, which the rig's stock has not."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hub.local.founding import Founded, found_keys
from hub.local.hub import LocalHub
from hub.local.population import Population
from hub.local.workers import WorkerSpec
from hub.store import Connection, open_connection
from hub.topics import SO_STAGES

__all__ = ["SO", "Run", "a_run", "count", "until", "worker_specs_apart"]

SO = "ha-noi"
PUPILS, SCHOOLS = 400, 8
CACHE = Path(__file__).parents[2] / ".hub" / "cache"
_PATIENCE_S = 90.0
_POLL_S = 0.005


@dataclass
class Run:
    """A hub that plays its story."""

    hub: LocalHub
    population: Population
    founded: Founded

    def worker(self, owner: str) -> Connection:
        """Open a connection of the worker's role."""
        return open_connection(self.hub.bo_url if owner == "bo" else self.hub.so_url(owner))


def worker_specs_apart(*alone: str) -> list[WorkerSpec]:
    """Return a worker of its own for each of these stages, one for the other stages of the Sở, and Bộ's."""
    rest = ",".join(stage for stage in SO_STAGES if stage not in alone)
    own = [WorkerSpec(f"so-{SO}-{stage}", ("so", SO, "--stages", stage)) for stage in alone]
    return [*own, WorkerSpec(f"so-{SO}-rest", ("so", SO, "--stages", rest)), WorkerSpec("bo", ("bo",))]


@contextmanager
def a_run(seed: int, specs: Sequence[WorkerSpec]) -> Iterator[Run]:
    """Found a hub in a fresh folder and start its workers."""
    at = datetime.now(UTC).replace(microsecond=0)
    population = Population(seed, pupil_count=PUPILS, at=at, school_year="2025-2026", school_count=SCHOOLS, sos=(SO,))
    with tempfile.TemporaryDirectory(prefix="hub-fault-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with LocalHub(Path(folder) / "data", (SO,), CACHE) as hub:
            hub.make_stores()
            founded = found_keys(population, hub.secrets)
            hub.start_workers(specs)
            yield Run(hub, population, founded)


def until(what: str, done: Callable[[], bool]) -> None:
    """Poll closely. Fails when patience ends."""
    deadline = time.monotonic() + _PATIENCE_S
    while not done():
        assert time.monotonic() < deadline, f"waited {_PATIENCE_S:.0f} s for {what}"
        time.sleep(_POLL_S)


def count(connection: Connection, query: str) -> int:
    """Return the number that a query counts."""
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])
