"""The whole connector at a stand-in for Sở: requests to unlock, a slot that is lost, and what people do then."""

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from hub.connect import add_signal
from hub.connect.check.running import Running
from hub.connect.check.working import run_at, until_idle
from hub.connect.status import look
from hub.connect.supervise import Supervisor, begin
from tests.connectors.checking import a_subject
from tests.connectors.nghe_an.systems import COUNT, playing

ASK = "INSERT INTO hoc_ba.yeu_cau_mo_khoa (ma_ho_so, ly_do) VALUES (%(key)s, 'Nhập sai điểm.')"
CLASS = "UPDATE hoc_ba.ho_so SET lop = %(lop)s WHERE ma_ho_so = %(key)s"


class Working:
    """One instance, run in this process until nothing moves."""

    def __init__(self, system, folder):
        subject = a_subject("nghe-an", folder)
        self.settings = {**system.settings, "poll_s": 0.1}
        self.running = Running(subject, "run", self.settings)
        self.run = run_at(subject, self.running, subject.connector, self.settings)
        begin(self.run)

    async def until_idle(self):
        """Work and let people sign."""
        await until_idle(Supervisor(self.run), self.running, signing=True)
        return look(self.run.store, datetime.now(UTC))

    def signal(self, kind):
        """Tell it what a person tells it."""
        add_signal(self.run.store, kind, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")

    async def close(self):
        """End."""
        await self.run.close()
        self.run.store.close()


def worked(scenario):
    """Run a scenario with a system and an instance."""

    async def run():
        with tempfile.TemporaryDirectory(prefix="hub-nghe-an-", ignore_cleanup_errors=True) as folder:
            async with playing() as system:
                instance = Working(system, Path(folder))
                try:
                    await scenario(system, instance)
                finally:
                    await instance.close()

    asyncio.run(run())


def unlocked(system):
    """Return what stands in the staging schema about requests, by number."""
    rows = [row for row in system.answers() if row["kind"] == "unlock"]
    return {row["ma_yeu_cau"]: (row["ket_qua"], row["loi"]) for row in rows}


def test_a_request_is_answered_once_by_what_the_hub_holds():
    """Locked here: the way of a correction, which the principal asks for. Not locked: nothing stands in the way."""

    async def scenario(system, instance):
        await instance.until_idle()
        key = system.keys[0]
        await system.run(ASK, key=key)
        await instance.until_idle()
        assert unlocked(system)["1"][0] == "da_nhan"
        await system.run(CLASS, lop="9Z", key=key)
        seen = await instance.until_idle()
        assert seen.records["accepted"] == COUNT + 1
        door, so = instance.running.door, instance.running.sos[0]
        for school in {row["ma_truong"] for row in system.answers() if row["kind"] == "receipt"}:
            door.lock(so, school)
        await instance.until_idle()
        await system.run(ASK, key=key)
        await system.run(CLASS, lop="9Y", key=key)
        await instance.until_idle()
        assert unlocked(system)["2"][0] == "da_khoa"
        assert "hub correction request" in unlocked(system)["2"][1]
        assert set(unlocked(system)) == {"1", "2"}
        told = [row for row in system.answers() if row["kind"] == "receipt" and "CONNECTOR_RECORD_LOCKED" in row["loi"]]
        assert [row["ma_ho_so"] for row in told] == [key]

    worked(scenario)


def test_a_lost_slot_stops_loudly_and_a_restart_has_one_effect_of_each_record():
    """People learn what to do; what was missed meanwhile comes, and what is known changes nothing."""

    async def scenario(system, instance):
        await instance.until_idle()
        await system.run("SELECT pg_drop_replication_slot('hub_nghe_an')")
        await system.run(CLASS, lop="9Z", key=system.keys[0])
        seen = await instance.until_idle()
        assert (seen.state, seen.steps[0]["code"], seen.records["accepted"]) == ("FAILED", "SLOT_LOST", COUNT)
        instance.signal("restart")
        ends = time.monotonic() + 60
        while (seen := await instance.until_idle()).records["accepted"] == COUNT:
            assert time.monotonic() < ends
        assert (seen.state, seen.records["accepted"]) == ("RUNNING", COUNT + 1)
        assert sorted(instance.running.door.effects().values()) == [1] * (COUNT - 1) + [2]  # one was replaced

    worked(scenario)
