"""One pupil's eight years in three provinces: what each province's own system says of them, and how it gets to Bộ.

Grades 1–5 in Tiền Giang before it was merged (signed class files), 6 and 7 in Hải Phòng (signed here), 8 in Nghệ An (a
database that signs nothing). The pupil, the schools and the systems are synthetic.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from hub.client import command_sending, lock_request
from hub.connect import Instance, KafkaDoor, Run, Supervisor, begin, look, open_store
from hub.connectors.sdk import Manifest, load
from hub.connectors.sdk.finding import door as package_of
from hub.connectors.simulating import Faults
from hub.domain.transcript import Transcript
from hub.local.demo.persons import sign_waiting
from hub.local.demo.sealed import locks_by_so, registers_of_systems
from hub.local.demo.waiting import until_ingested, until_registered
from hub.local.population import SyntheticSchool
from hub.local.population.submissions import transcripts_before
from hub.local.simulating import instance_text
from tests.journey.world import COMPLETED, World

__all__ = ["GRADES", "Played", "eight_years", "hand_in_here", "lock_there", "register_systems"]

GRADES = (1, 2, 3, 4, 5, 6, 7, 8)
_LAST_GRADE, _LAST_LOWER, _LAST_PRIMARY = 8, 7, 5
_CLASSMATES = 2
_SEED, _PATIENCE_S = 11, 90.0


def eight_years(world: World) -> list[list[Transcript]]:
    """Return the years of a pupil and of some classmates, each list one pupil's grades 1 to 8."""
    primary, lower, last = (
        world.school("tien-giang"), world.school("hai-phong", 1), world.school("nghe-an", 1)
    )  # fmt: skip
    of = replace(last.classes[0], grade=_LAST_GRADE, name=f"{_LAST_GRADE}A")
    now_at = replace(last, classes=(of,))
    years = []
    for grade in GRADES:
        at = primary if grade <= _LAST_PRIMARY else lower if grade <= _LAST_LOWER else last
        drawn = transcripts_before(_SEED, at, now_at, world.population.school_year, _LAST_GRADE - grade)
        years.append([t for t in drawn if t.student.nationality == "VN"][: _CLASSMATES + 1])
    return [list(pupil) for pupil in zip(*years, strict=True)]


@dataclass
class _Of:
    """What the registers are told of a played system."""

    so: str
    folder: Path

    @property
    def manifest(self) -> Manifest:
        """What the connector is."""
        return load(self.so).manifest


class Played:
    """A province's system, played, with its connector at the real door; one event loop serves both."""

    def __init__(self, world: World, folder: Path, so: str, transcripts: Iterable[Transcript]) -> None:
        self.world, self.so, self.folder = world, so, folder / so
        self.folder.mkdir(parents=True)
        self._runner = asyncio.Runner()
        self._system = package_of(so)[0].simulator(list(transcripts), folder / f"he-thong-{so}", Faults())
        self.settings = {**self._runner.run(self._system.start()), "poll_s": 0.2, "settle_s": 0.5}
        (self.folder / "connector.toml").write_text(instance_text(so, so, self.settings), encoding="utf-8")
        self.store = open_store(self.folder, so, so)

    @property
    def told(self) -> _Of:
        """Return what its registrar must know."""
        return _Of(self.so, self.folder)

    def start(self) -> None:
        """Start the connector."""
        urls = {so: self.world.hub.so_url(so) for so in self.world.hub.slugs}
        door = KafkaDoor(self.world.hub.bootstrap, urls, self.folder / "journal.jsonl", time.monotonic)
        instance = Instance(self.so, self.folder, self.so, self.settings)
        self.run = Run(
            self.store, load(self.so), instance, door, lambda: datetime.now(UTC), time.monotonic
        )  # fmt: skip
        begin(self.run)
        self._supervisor = Supervisor(self.run)

    def until(self, what: str, done: Callable[[], bool]) -> None:
        """Let the connector work, and whoever has the key seal, until something holds."""
        ends = time.monotonic() + _PATIENCE_S
        while not done():
            assert time.monotonic() < ends, f"waited for {what}: {look(self.store, datetime.now(UTC)).shown()}"
            if not self._runner.run(self._supervisor.turn()):
                sign_waiting(self.folder, self.world.population, self.world.people, self.world.at)
                self._runner.run(asyncio.sleep(0.1))  # the system goes on, too

    def records(self) -> dict[str, int]:
        """Count its records by state."""
        return look(self.store, datetime.now(UTC)).records

    def close(self) -> None:
        """End both."""
        if hasattr(self, "run"):
            self._runner.run(self.run.close())
            self._runner.run(self.run.door.close())
        self.store.close()
        self._runner.run(self._system.stop())
        self._runner.close()


def register_systems(world: World, played: Sequence[Played]) -> None:
    """Let the registrars publish whose records are sealed, and that the Sở may lock them."""
    world.send(*registers_of_systems(world.population, [one.told for one in played], world.people))  # type: ignore[misc]
    asyncio.run(until_registered(world.hub))


def lock_there(world: World, sos: Sequence[str]) -> None:
    """Let these Sở lock all that stands open, by acts of two persons, and wait until Bộ has it."""
    acts = locks_by_so(world.hub, sos, world.people, world.at)
    answers = world.ask(*(act.outbound.sending for act in acts))
    assert {answer.outcome for answer in answers} == {"accepted"}, answers
    asyncio.run(until_ingested(world.hub))


def hand_in_here(world: World, school: SyntheticSchool, transcripts: Sequence[Transcript]) -> None:
    """Hand in and lock one school year as a school does that signs here, and wait until Bộ has it."""
    year = transcripts[0].school_year
    documents = [world.signed(t) for t in transcripts]
    said = lock_request(
        world.command_id(), school.code, year, COMPLETED, [d.sha256 for d in documents], world.at, ()
    )  # fmt: skip
    issuer = world.class_of(school).issued_by
    lock = command_sending(school.so, said, world.people(issuer.person), issuer.role, world.iat)
    answers = world.ask(world.submission(school, documents, COMPLETED, school_year=year), lock)
    assert [one.outcome for one in answers] == ["accepted", "accepted"], answers
    asyncio.run(until_ingested(world.hub))
