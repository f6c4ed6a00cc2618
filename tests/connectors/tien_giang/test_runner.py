"""Lots through the runner: sealed for the Sở of their year, replaced in place, answered each once."""

import time
from collections import Counter
from datetime import timedelta

import msgspec

from hub.client import load_batch
from hub.connect import FolderDoor, Instance, Run, Supervisor, begin, look, open_store
from hub.connect.check.persons import Persons
from hub.connectors.simulating import Faults
from hub.connectors.tien_giang.class_files import PUPIL, Replaced
from hub.connectors.tien_giang.simulated_lots import SignedFile, lot_files
from tests.connectors.tien_giang.systems import AT, World, run, transcripts

NOW = AT + timedelta(days=1)
PATIENCE_S = 100
SOS = ("tien-giang", "dong-thap")


class Instanced:
    """One instance at a stand-in for both Sở."""

    def __init__(self, world, folder):
        self.store = open_store(folder / "data", "tien-giang", "tien-giang")
        schools = list({t.school.code: t.school for t in world.made}.values())
        self.door = FolderDoor.laid(folder / "door", dict.fromkeys(SOS, schools), lambda: NOW)
        instance = Instance("tien-giang", folder / "data", "tien-giang", {**world.settings, "poll_s": 0.1})
        self.run = Run(self.store, world.connector, instance, self.door, lambda: NOW, time.monotonic)
        begin(self.run)
        self._supervisor, self._persons = Supervisor(self.run), Persons(NOW)

    async def settled(self):
        """Let the runner work and the seal be given until every record is answered."""
        ends, quiet = time.monotonic() + PATIENCE_S, 0
        while time.monotonic() < ends:
            busy = await self._supervisor.turn()
            signed = sum(self._persons.sign_waiting(self.run.batches, so, NOW) for so in SOS) if not busy else 0
            now = look(self.store, NOW)
            moving = sum(now.records.get(state, 0) for state in ("pulled", "ready", "batched", "sent"))
            still = self.run.caught_up and not (busy or signed or moving or now.answers_waiting)
            quiet = quiet + 1 if still else 0
            if quiet > 3:
                return now
        raise AssertionError(look(self.store, NOW).shown())

    async def close(self):
        """Give all back."""
        await self.run.close()
        self.store.close()


def test_records_are_sealed_for_the_so_of_their_year(tmp_path) -> None:
    """Those of 2024-2025 are Sở Tiền Giang's, those of 2025-2026 Sở Đồng Tháp's; each rests on its signed file."""
    made = transcripts(100, 2)

    async def work():
        async with World(tmp_path, made) as world:
            instanced = Instanced(world, tmp_path)
            now = await instanced.settled()
            batches = [load_batch(path.parent) for path in instanced.run.batches.glob("*/batch.json")]
            sealed = [(b.school_year, b.sealed, [b.source(d.source) for d in b.documents]) for b in batches]
            await instanced.close()
            return now, instanced.door, sealed, world.system.answers(), world.system.lots

    now, door, sealed, answers, lots = run(work(), 2 * PATIENCE_S)
    assert now.records == {"accepted": len(made)}
    years = Counter(t.school_year for t in made)
    assert Counter(so for so, _ in door.effects()) == {
        "tien-giang": years["2024-2025"],
        "dong-thap": years["2025-2026"],
    }
    assert set(door.effects().values()) == {1}
    assert Counter(row["kind"] for row in answers) == {"receipt": len(made)}
    assert now.undeclared_losses == 0
    signed = {file.data for lot in lots for file in lot.files}
    assert sum(len(sources) for _, _, sources in sealed) == len(made)
    for _, seal, sources in sealed:
        assert (seal.grade, seal.mapping, seal.system) == ("derived", "tien-giang/3", "ho-so-tien-giang")
        assert set(sources) <= signed


def test_replacing_file_supersedes_one_record_and_the_rest_is_unchanged(tmp_path) -> None:
    """What the later lot changes is a new version with its reason; the record that it lacks stays accepted."""
    made = transcripts(60, 2)

    async def work():
        async with World(tmp_path, made) as world:
            instanced = Instanced(world, tmp_path)
            await instanced.settled()
            lot = world.system.lots[0]
            first, *others = lot.classes[0]
            pupil = {**first[PUPIL], "NhanXetChung": "Đã sửa.", "LyDoSua": "Nhà trường sửa nhận xét."}
            records = ({**first, PUPIL: pupil}, *others[:-1])
            again = SignedFile.of(world.system.key, records, "000900", Replaced(lot.lot, lot.files[0].name))
            world.system.send(lot_files("000900", (again,)))
            now = await instanced.settled()
            current = [msgspec.json.decode(data) for so in SOS for data in instanced.door.current(so)]
            await instanced.close()
            return now, current, world.system.answers()

    now, current, answers = run(work(), 2 * PATIENCE_S)
    assert now.records == {"accepted": len(made) + 1, "refused": 1}
    assert len(current) == len(made)
    changed = [document for document in current if "supersedes" in document]
    assert [(d["remarks"], d["reason"]) for d in changed] == [("Đã sửa.", "Nhà trường sửa nhận xét.")]
    assert len(answers) == len(made) + 2  # of the new version, and of the record that the file lacks


def test_faults_of_lots_are_answered_in_the_system(tmp_path) -> None:
    """Each as an answer that names its file and its code."""
    shown = frozenset({"extra-file", "wrong-signer", "damaged-file", "reused-number", "replaced-file"})

    async def work():
        async with World(tmp_path, transcripts(100, 2), Faults(lots=shown)) as world:
            instanced = Instanced(world, tmp_path)
            await instanced.settled()
            await instanced.close()
            return "".join(path.read_text("utf-8") for path in (world.system.files / "tra-loi").rglob("bien-nhan.xml"))

    text = run(work(), 2 * PATIENCE_S)
    for code in ("EXTRA", "DIFFERS", "REUSED", "RECORD_NOT_REPEATED", "SOURCE_CERTIFICATE_UNKNOWN"):
        assert code in text, code
    assert 'ketQua="CHUA-GUI"' in text
