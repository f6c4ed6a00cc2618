"""Connectors under attack: provinces beside a hub, people who sign, schools that lock, and a killer at random moments.

A kill counts when it met work: the process had begun, had moved something on since the last kill, and had more to do.
"""

import asyncio
import csv
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from hub.client import Journal
from hub.connect import STATE_FILE, Store, add_signal
from hub.connectors.generic import simulator
from hub.connectors.sdk import Manifest, load
from hub.connectors.simulating import Faults
from hub.kafka.producer import Sender
from hub.local.demo.acts import Acts
from hub.local.demo.persons import sign_waiting
from hub.local.demo.sealed import locks_by_so, registers_of_systems, sealed_sos
from hub.local.demo.story import Story, locks_of, publish_register, send_acts
from hub.local.demo.systems import InSystem, Province
from hub.local.demo.waiting import until_ingested, until_registered
from hub.local.founding import Founded, found_keys
from hub.local.hub import LocalHub
from hub.local.population import Population
from hub.local.simulating import instance_text, transcripts_of

__all__ = ["FromOneFile", "Killer", "Scene", "a_scene", "know_system", "play", "restarting", "starts_of", "until"]

_PATIENCE_S = 900.0  # on a machine that does other things too; alone it takes two or three minutes
_POLL_S = 0.05
_MOMENT_S, _MOMENT_OF_ANSWERS_S = 0.3, 0.05  # a kill comes up to so long after the connector was seen at work
_STEPS = {"pulled": 1, "ready": 2, "batched": 3, "sent": 4, "locked": 6}
_ENDED, _WRITTEN = 5, 2
_WHOLE = 10  # steps of one record: locked, and two answers written
_UNTIL_LOCK, _TOLD = (0.01, 0.6), 0.7  # shares of all steps; told is accepted, with its answer written
_KILLS_AFTER_LOCK = 3
_LOCK_PORTIONS = 5  # schools do not all lock at once
_ON_THEIR_WAY = ("pulled", "ready", "batched", "sent")
_PACE = {"poll_s": 1.0, "settle_s": 2.0}


@dataclass(frozen=True)
class Scene:
    """A hub with the registers of its provinces."""

    hub: LocalHub
    population: Population
    founded: Founded


@contextmanager
def a_scene(cache: Path, sos: Sequence[str], pupils: int, schools: int, seed: int) -> Iterator[Scene]:
    """Found a hub for these provinces and run its workers."""
    at = datetime.now(UTC).replace(microsecond=0)
    population = Population(seed, pupil_count=pupils, at=at, school_year="2025-2026", school_count=schools, sos=sos)
    with tempfile.TemporaryDirectory(prefix="hub-connectors-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the database's own user walks in
        with LocalHub(Path(folder) / "data", population.organisations, cache) as hub:
            hub.make_stores()
            founded = found_keys(population, hub.secrets)
            hub.start_workers()
            asyncio.run(_register(hub, population, founded))
            yield Scene(hub, population, founded)


class FromOneFile(Province):
    """A province that joined by one file without code: its system is a folder, with no process behind it."""

    def __init__(self, scene: Scene, so: str, file: Path) -> None:
        super().__init__(scene.hub, scene.population, so)
        self._file, self._scene = file, scene

    @cached_property
    def manifest(self) -> Manifest:
        """What the file says of the connector."""
        return load(self._file).manifest

    def start_system(self) -> None:
        """Lay the files, and write the connector's settings."""
        settings = asyncio.run(self._system_of().start())
        self.folder.mkdir(parents=True, mode=0o700)
        text = instance_text(str(self._file), self.so, {**settings, **_PACE})
        (self.folder / "connector.toml").write_text(text, encoding="utf-8")

    def in_system(self) -> InSystem:
        """Return how many records it has, and the answers of its files, a row each."""
        system = self._system_of()
        held = sum(1 for _ in transcripts_of(self._scene.population, self.so)) - system.left_out
        answers = [{"id": row["MaTraLoi"]} for one in system.answers() for row in _rows(system.root / one["id"])]
        return InSystem(held, system.left_out, answers)

    def _system_of(self) -> Any:
        transcripts = transcripts_of(self._scene.population, self.so)
        return simulator(transcripts, self.system_folder, Faults(), file=self._file)


@dataclass
class Killer:
    """Kills one connector at moments that chance chooses, spread over all the work there is."""

    province: Province
    rng: random.Random
    kills: int
    records: int
    hits: int = 0
    reached: int = 0
    """How far the work had come at the last kill."""
    targets: list[int] = field(init=False)

    def __post_init__(self) -> None:
        steps = _WHOLE * self.records
        shares = [self.rng.uniform(*_UNTIL_LOCK) for _ in range(self.kills - _KILLS_AFTER_LOCK)]
        shares += [_TOLD] * _KILLS_AFTER_LOCK
        self.targets = sorted(int(share * steps) + 1 for share in shares)

    def look(self) -> None:
        """Kill if it is time and there is work to meet."""
        if self.hits == self.kills or not self._is_at_work():
            return
        told = self.hits >= self.kills - _KILLS_AFTER_LOCK  # the answers about a whole school may be one small file
        time.sleep(self.rng.uniform(0, _MOMENT_OF_ANSWERS_S if told else _MOMENT_S))
        if not self._is_at_work():
            return
        try:
            self.province.kill_connector()
        except KeyError:  # it is on its way back from the last one
            return
        time.sleep(_POLL_S)  # what it was just writing still counts as its own
        self.reached, self.hits = self._work(), self.hits + 1

    def _is_at_work(self) -> bool:
        work = self._work()
        begun = self.reached < work and self.hits < starts_of(self.province)
        return begun and self.targets[self.hits] <= work and _has_more(self.province)

    def _work(self) -> int:
        """Return how far everything has come; each step of each record and each answer counts."""
        records = sum(_STEPS.get(state, _ENDED) * count for state, count in self.province.records().items())
        answers = self.province.answers().items()
        return records + sum((_WRITTEN if state == "written" else 1) * count for (_, state), count in answers)


def know_system(scene: Scene, province: Province) -> None:
    """Publish what the registers say of a source system that is up, where nobody signs its records."""

    async def publish() -> None:
        sender = Sender(scene.hub.bootstrap)
        try:
            await sender.send(list(registers_of_systems(scene.population, [province], scene.founded.credentials)))
            await until_registered(scene.hub)
        finally:
            await sender.close()

    asyncio.run(publish())


@contextmanager
def restarting(province: Province, code: str) -> Iterator[list[str]]:
    """Have somebody watch the connector and signal `resume --restart` when its reading stops with a code.

    Yields the codes that were acted on. Nothing else is done for it.
    """
    told, ended = list[str](), threading.Event()
    watcher = threading.Thread(target=_watch, args=(province, code, told, ended))
    watcher.start()
    try:
        yield told
    finally:
        ended.set()
        watcher.join()


def _watch(province: Province, code: str, told: list[str], ended: threading.Event) -> None:
    path = province.folder / STATE_FILE
    while not ended.wait(1.0):
        store = Store(path) if path.exists() else None
        if store is None:
            continue
        try:
            if not told and any(row["failed"] and row["code"] == code for row in store.all("steps")):
                add_signal(store, "restart", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
                told.append(code)
        finally:
            store.close()


def play(scene: Scene, province: Province, killer: Killer) -> None:
    """Sign or seal what waits, lock what stands, and kill, until everything is locked, answered and told."""
    deadline, locks = time.monotonic() + _PATIENCE_S, list[Future[None]]()
    with ThreadPoolExecutor(1) as schools:
        while not (locks and locks[-1].done() and province.is_settled and not _stands_open(province)):
            said = f"{province.so}: {killer.hits} kills, {province.records()} {province.answers()}"
            assert time.monotonic() < deadline, said
            sign_waiting(province.folder, scene.population, scene.founded.credentials, scene.population.at)
            if province.is_settled and len(locks) < _LOCK_PORTIONS and all(lock.done() for lock in locks):
                locks.append(schools.submit(asyncio.run, _lock(scene, province, _LOCK_PORTIONS - len(locks))))
            killer.look()
            time.sleep(_POLL_S)
        for lock in locks:
            lock.result()


def starts_of(province: Province) -> int:
    """Return how often the connector came so far as to open its state."""
    store = Store(province.folder / STATE_FILE)
    try:
        return int(store.one("connector")["epoch"])
    finally:
        store.close()


def until(what: str, done: Callable[[], bool]) -> None:
    """Poll until `done`; fails when patience ends."""
    deadline = time.monotonic() + _PATIENCE_S
    while not done():
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(_POLL_S)


def _has_more(province: Province) -> bool:
    records = province.records()
    waiting = any(count for (_, state), count in province.answers().items() if state == "waiting")
    return waiting or any(records.get(state) for state in _ON_THEIR_WAY)


def _stands_open(province: Province) -> bool:
    return any(province.records().get(state) for state in ("accepted", "unchanged"))


def _rows(path: Path) -> list[Mapping[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


async def _register(hub: LocalHub, population: Population, founded: Founded) -> None:
    sender = Sender(hub.bootstrap)
    try:
        await publish_register(hub, population, founded, sender, lambda *_: None)
    finally:
        await sender.close()


async def _lock(scene: Scene, province: Province, portions: int) -> None:
    """Let schools, or the Sở of sealed records, lock one of so many portions of the rounds that stand open."""
    hub, acts = scene.hub, Acts(scene.population, scene.founded.credentials, scene.population.at)
    sender = Sender(hub.bootstrap)
    try:
        with Journal(hub.data / "journal.jsonl") as journal:
            sealed = sealed_sos(scene.population, [province])
            rounds = [
                *locks_of(hub, scene.population, acts, sealed),
                *locks_by_so(hub, sealed, scene.founded.credentials, scene.population.at),
            ]
            await send_acts(hub, sender, journal, Story(), rounds[: -(-len(rounds) // portions)])
            await until_ingested(hub)
    finally:
        await sender.close()
