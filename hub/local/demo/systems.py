"""Provinces as they are: a system of its own and its connector, each a child process beside the hub."""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hub.connect import STATE_FILE, Store, refusals
from hub.connectors.sdk import Manifest, found, read_manifest
from hub.connectors.simulating import Faults
from hub.local.hub import LocalHub
from hub.local.population import Population
from hub.local.simulating import PopulationFile, simulator_of, transcripts_of
from hub.local.workers import Workers, WorkerSpec

__all__ = ["InSystem", "Province"]

_ON_THEIR_WAY = ("pulled", "ready", "batched", "sent")  # somebody still has to do something
_COMPLETED = "completed/1"
_BACKOFF_S_MAX = 0.5
_SILENCE_S = 6.0  # longer than a file has to lie still before it is read
_REASONS_MAX = 100_000  # records of a demonstration that were not taken


@dataclass(frozen=True, slots=True)
class InSystem:
    """Records that a system serves, transcripts that it cannot express, and what it was answered, one row an id."""

    records: int
    left_out: int
    answers: Sequence[Mapping[str, Any]]


class Province:
    """One province: `so` is the slug of its Sở and its connector's name. Start the system first, then the connector."""

    def __init__(self, hub: LocalHub, population: Population, so: str, faults: Sequence[str] = ()) -> None:
        self.so, self._hub, self._population = so, hub, population
        self._named = [part for fault in faults for part in ("--fault", fault)]
        self.folder = hub.data.absolute() / "connectors" / so
        self._system: Workers | None = None
        self._connector: Workers | None = None
        self._seen, self._since, self._awaited = 0, time.monotonic(), 1

    @cached_property
    def manifest(self) -> Manifest:
        """What its connector says of itself."""
        return read_manifest(found()[self.so] / "manifest.toml")

    @property
    def batches(self) -> Path:
        """Where the connector puts what people sign."""
        return self.folder / "batches"

    @property
    def journal(self) -> Path:
        """What the connector noted of each command."""
        return self.folder / "journal.jsonl"

    @property
    def is_up(self) -> bool:
        """Tell whether the system has said where it is."""
        return (self.folder / "connector.toml").exists()

    def start_system(self) -> None:
        """Start the simulator; it writes the connector's settings when it answers."""
        path = self._hub.data / "simulators" / "population.json"
        PopulationFile.of(self._population).write(path)
        arguments = (self.so, "--population", str(path), "--write", *self._named, *self._data)
        self._system = self._child("simulator", ("connector", "simulate"), arguments)

    def start_connector(self) -> None:
        """Start the connector; it is started again whenever it ends."""
        self._connector = self._child("connector", ("connector", "run"), (self.so, *self._data))

    def kill_connector(self) -> None:
        """SIGKILL the connector. Raises KeyError when it does not run just now."""
        assert self._connector is not None
        self._connector.kill(f"connector-{self.so}")

    def stop(self) -> None:
        """End both, the connector first. Repeating does nothing."""
        for workers in (self._connector, self._system):
            if workers is not None:
                workers.stop()
        self._connector = self._system = None

    @property
    def is_settled(self) -> bool:
        """Tell whether the connector waits for nobody: nothing is on its way, and nothing new came for a while."""
        records = self.records()
        if (seen := sum(records.values())) != self._seen:
            self._seen, self._since = seen, time.monotonic()
        waiting = sum(count for (_, state), count in self.answers().items() if state == "waiting")
        busy = waiting or any(records.get(state) for state in _ON_THEIR_WAY)
        return seen >= self._awaited and not busy and time.monotonic() - self._since > _SILENCE_S

    def expect_all(self) -> None:
        """Note how many records the system serves: the connector is not settled before it has them."""
        self._awaited = self.in_system().records

    def expect_more(self, count: int = 1) -> None:
        """Records changed in the system: the connector is not settled before it has so many more versions."""
        self._awaited = sum(self.records().values()) + count

    def records(self) -> Mapping[str, int]:
        """Return how many records the connector has in each state; none before its first start."""
        return {row["state"]: row["count"] for row in self._rows("records_by_state")}

    def answers(self) -> Mapping[tuple[str, str], int]:
        """Return how many answers the connector has by kind and state."""
        return {(row["kind"], row["state"]): row["count"] for row in self._rows("answers_by_state")}

    def reasons(self) -> dict[str, dict[str, int]]:
        """Count why records were not taken, by state and code: the runner's own word, else the first that refuses."""
        store = self._opened()
        if store is None:
            return {}
        try:
            found = refusals(store, _REASONS_MAX)
        finally:
            store.close()
        counted: dict[str, Counter[str]] = {}
        for row in found:
            counted.setdefault(row["state"], Counter())[_reason(row["codes"])] += 1
        return {state: dict(sorted(codes.items())) for state, codes in counted.items()}

    def losses(self) -> list[dict[str, Any]]:
        """Return the rows of the loss report."""
        return [dict(row) for row in self._rows("every_loss")]

    def accepted(self) -> list[str]:
        """Return the keys of completed records of this year that Sở has accepted."""
        keys = []
        for school in self._rows("schools"):
            for row in self._rows("handed_in", so=school["so"], school=school["school"]):
                if row["school_year"] == self._population.school_year and row["round"] == _COMPLETED:
                    keys.append(str(row["key"]))
        return keys

    @property
    def system_folder(self) -> Path:
        """Where the system keeps what it holds."""
        return self._hub.data.absolute() / "simulators" / self.so

    def in_system(self) -> InSystem:
        """Return what the system holds. Call it while the system does not run."""
        system = simulator_of(self.so, self._population, self.so, self.system_folder, Faults())
        left_out = int(getattr(system, "left_out", 0))
        held = sum(1 for _ in transcripts_of(self._population, self.so)) - left_out
        return InSystem(held, left_out, system.answers())

    @property
    def _data(self) -> tuple[str, str]:
        return "--data", str(self._hub.data.absolute())

    def _child(self, kind: str, command: tuple[str, ...], arguments: tuple[str, ...]) -> Workers:
        spec = WorkerSpec(f"{kind}-{self.so}", arguments, backoff_s_max=_BACKOFF_S_MAX, command=command)
        environment = {"HUB_SO_SLUGS": json.dumps(self._hub.slugs)}
        return Workers([spec], environment, self._hub.data / "logs").__enter__()

    def _rows(self, query: str, **values: str) -> list[Any]:
        store = self._opened()
        if store is None:
            return []
        try:
            return store.all(query, **values)
        finally:
            store.close()

    def _opened(self) -> Store | None:
        """Open the connector's state for a look; None before its first start."""
        path = self.folder / STATE_FILE
        return Store(path) if path.exists() else None


def _reason(codes: Sequence[str]) -> str:
    return next((code for code in codes if code.startswith("CONNECTOR_")), codes[0] if codes else "?")
