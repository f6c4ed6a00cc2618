"""A connector on real servers: from a system to Sở and Bộ, and back: receipts, a lock, a correction, who comes in."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from hub.client import load_batch, missing_roles, sign_batch, sign_submissions
from hub.connect import Instance, KafkaDoor, Run, Supervisor, begin, look, open_store
from hub.connectors.sdk import Answer
from hub.domain import canonical, pupil_of
from hub.domain.statements import RegisterEntry, RoundName
from hub.domain.transcript import Transcript
from hub.trust import roster_id
from tests.journey.correcting import Correcting, corrected
from tests.journey.world import CANARY, LockedRound, World
from tests.unit.connect.world import OneSystem, System, a_manifest, a_value

SO = "ha-noi"
_FIRST_FREE = 901  # transfer rounds of this test; others count up from 2
_PATIENCE_S = 60.0


class Connected:
    """A system of a province of its own, with its connector at the real door."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.system = world, System()
        self.store = open_store(folder, "tinh", SO)
        door = KafkaDoor(world.hub.bootstrap, {SO: world.hub.so_url(SO)}, folder / "journal.jsonl", time.monotonic)
        province = world.school(SO).province(world.population.school_year)
        connector = OneSystem(self.system, a_manifest(province=[{"code": province, "so": SO}], poll_s=0.2))
        instance = Instance("tinh", folder, SO, {})
        self.run = Run(self.store, connector, instance, door, lambda: datetime.now(UTC), time.monotonic)
        begin(self.run)
        self._supervisor, self._runner = Supervisor(self.run), asyncio.Runner()

    def close(self) -> None:
        """Leave."""
        self._runner.run(self.run.door.close())
        self._runner.close()
        self.store.close()

    def until(self, what: str, found: Callable[[], object]) -> None:
        """Let the connector work and persons sign until something is found."""
        ends = time.monotonic() + _PATIENCE_S
        while not found():
            assert time.monotonic() < ends, f"waited for {what}: {look(self.store, datetime.now(UTC)).shown()}"
            if not self._runner.run(self._supervisor.turn()):
                self._sign()
                time.sleep(0.1)

    def answers(self, outcome: str) -> list[Answer]:
        """Return what was written into the system with this outcome."""
        return [answer for answer in self.system.said() if answer.outcome == outcome]

    def _sign(self) -> None:
        for row in self.store.all("batches_in", state="waiting"):
            batch = load_batch(self.run.batches / row["folder"])
            school = next(s for s in self.world.population.schools() if s.code == row["school"])
            of = self.world.class_of(school)
            for signer in of.signers[0]:
                if signer.role in missing_roles(batch):
                    sign_batch(batch, signer.role, self.world.people(signer.person), self.world.iat)
            if not missing_roles(batch):
                issuer = of.issued_by
                sign_submissions(batch, self.world.people(issuer.person), issuer.role, self.world.at)


@pytest.fixture
def connected(world: World, tmp_path: Path) -> Iterator[Connected]:
    made = Connected(world, tmp_path / "connectors" / "tinh")
    yield made
    made.close()
    log = (tmp_path / "connectors" / "tinh" / "journal.jsonl").read_text(encoding="utf-8")
    assert CANARY not in log


def _reserve_rounds(connected: Connected, school: str, year: str) -> None:
    """Let the connector count its transfer rounds from a number that no other test reaches."""
    nothing = dict.fromkeys(("class", "identity", "document", "document_sha256", "batch_id"))
    with connected.store.transaction():
        connected.store.do(
            "add_native_record", key="-", version="-", place="-", findings=b"[]", at="2026-01-01T00:00:00Z", so=SO,
            school=school, school_year=year, round=f"transfer/{_FIRST_FREE - 1}", **nothing,
        )  # fmt: skip
        row = connected.store.one("same_version", key="-", version="-")
        connected.store.do("set_record_state", n=row["n"], state="overtaken")


def _lock(world: World, connected: Connected, transcript: Transcript) -> LockedRound:
    """Lock the one document of a round, as the school does, and wait until the system hears of it."""
    document = world.signed(transcript)
    row = connected.store.all("records_with_document", so=SO, document_sha256=document.sha256)[0]
    cohort, _, number = row["round"].partition("/")
    name = RoundName(cohort=cohort, number=int(number))
    school = next(s for s in world.population.schools() if s.code == transcript.school.code)
    (asked,) = world.ask(world.lock(school, [document.sha256], name))
    assert asked.outcome == "accepted", asked
    return LockedRound(school, name, (transcript,), (document,), asked, asked, b"")


def test_records_travel_and_answers_come_back(world: World, connected: Connected) -> None:
    """Through persons, Kafka and Sở to Bộ; and each answer is written into the system once."""
    school, neighbour = world.school(SO), world.school(SO, 1)
    first, second, other = world.leaver(school), world.leaver(school), world.pupil(neighbour)
    _reserve_rounds(connected, school.code, first.school_year)
    for n, transcript in enumerate((first, second, other)):
        connected.system.put(f"k{n}", a_value(transcript))
    connected.system.put("bad", a_value(msgspec.structs.replace(other, school_year="2025-2027")))
    connected.until("receipts", lambda: len(connected.answers("accepted")) == 3)
    assert len(connected.answers("not_sent")) == 1

    made = _lock(world, connected, first)
    connected.until("the lock", lambda: connected.answers("locked"))
    connected.until("Bộ's answer", lambda: connected.answers("ingested"))
    assert [answer.record_key for answer in connected.answers("locked")] == ["k0"]

    correction, asked = Correcting.request(world, made)
    assert asked.outcome == "accepted", asked
    name = correction.opened((datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0))
    new = corrected(first, made.documents[0])
    (handed_in,) = world.ask(world.submission(school, [world.signed(new)], name))
    assert handed_in.outcome == "accepted", handed_in
    (locked,) = world.ask(world.lock(school, [world.signed(new).sha256], name))
    assert locked.outcome == "accepted", locked
    connected.until("the correction", lambda: connected.answers("corrected"))
    assert connected.answers("corrected")[0].documents == (canonical(new).decode(),)

    pupils = [pupil_of(first), pupil_of(second)]
    payload = {"class": "6Z", "pupils": pupils, "school": neighbour.code, "school_year": "2026-2027"}
    entry = RegisterEntry(
        entry_id=roster_id(neighbour.code, "2026-2027", "6Z"), issued_at=f"{world.at:%Y-%m-%dT%H:%M:%SZ}",
        kind="roster", payload=payload, so=SO, type="vn.hocba.register-entry/1",
        valid_from=f"{world.at - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
    )  # fmt: skip
    world.send(world.register(entry))
    connected.until("the pupil", lambda: connected.answers("incoming"))
    (incoming,) = connected.answers("incoming")
    assert (incoming.school, incoming.documents) == (neighbour.code, (canonical(new).decode(),))
    _lock(world, connected, second)  # the roster stood before
    connected.until("the other pupil", lambda: len(connected.answers("incoming")) == 2)
    assert connected.answers("incoming")[1].documents == (canonical(second).decode(),)
    connected.until("the other lock", lambda: len(connected.answers("locked")) == 2)
    assert set(connected.system.offered.values()) == {1}
    assert look(connected.store, datetime.now(UTC)).signatures == "checked"
    assert look(connected.store, datetime.now(UTC)).records == {
        "accepted": 1, "locked": 2, "overtaken": 1, "refused": 1
    }  # fmt: skip
