"""A thousand records of Hải Phòng through the runner: pulled through faults, signed, sent, answered, each once."""

import json
import time
from collections import Counter
from datetime import timedelta

import pytest

from hub.connect import FolderDoor, Instance, Run, Supervisor, add_signal, begin, look, open_store
from hub.connect.check.persons import Persons
from hub.connectors.simulating import Faults
from tests.connectors.hai_phong.systems import AT, World, as_of_hai_duong, run, transcripts

pytestmark = pytest.mark.long

PUPILS, SCHOOLS = 880, 6
NOW = AT + timedelta(days=1)
PATIENCE_S = 120


class OpeningDoor(FolderDoor):
    """A hub that serves Hải Phòng at first, and later Hải Dương, which was merged into it, too."""

    served = frozenset({"hai-phong"})

    def serves(self, so):
        """Tell whether this Sở is served by now."""
        return so in self.served


def schools_of(made):
    """Return the registers by Sở: Hải Phòng's schools, and the former ones of Hải Dương."""
    now = {t.school.code: t.school for t in made}
    former = [as_of_hai_duong(t).school for t in {t.school.code: t for t in made}.values()]
    return {"hai-phong": list(now.values()), "hai-duong": former}


async def settled(supervisor, persons):
    """Let the runner work and persons sign until every record is answered."""
    store, ends = supervisor.run.store, time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        busy = await supervisor.turn()
        signed = persons.sign_waiting(supervisor.run.batches, "hai-phong", NOW) if not busy else 0
        now = look(store, NOW)
        on_their_way = sum(now.records.get(state, 0) for state in ("pulled", "ready", "batched", "sent"))
        if supervisor.run.caught_up and not (busy or signed or on_their_way or now.answers_waiting or now.signals_open):
            return now
    raise AssertionError(look(store, NOW).shown())


def test_a_thousand_records_have_one_effect_each(tmp_path):
    """Through errors and doubled pages: every record is answered once. What is another Sở's waits until that is served.

    Only then do records of Hải Dương's time go to its Sở, and nothing that was sent goes again.
    """
    made = transcripts(PUPILS, SCHOOLS)
    assert len(made) >= 1_000

    async def work():
        async with World(tmp_path, made, Faults(errors=100, duplicate_page=True)) as world:
            store = open_store(tmp_path / "data", "hai-phong", "hai-phong")
            door = OpeningDoor.laid(tmp_path / "door", schools_of(made), lambda: NOW)
            instance = Instance("hai-phong", tmp_path / "data", "hai-phong", world.settings)
            runner = Run(store, world.connector, instance, door, lambda: NOW, time.monotonic)
            begin(runner)
            supervisor, persons = Supervisor(runner), Persons(NOW)
            before = await settled(supervisor, persons), door.effects(), world.system.answers()
            door.served |= {"hai-duong"}
            add_signal(store, "resend", f"{NOW:%Y-%m-%dT%H:%M:%SZ}", {"refused": True})
            after = await settled(supervisor, persons), door.effects(), world.system.answers()
            await runner.close()
            store.close()
            return before, after, world

    (waiting, sent, told), (done, effects, answers), world = run(work(), 2 * PATIENCE_S)
    keys = world.system.records.keys
    former = [key for key in keys if key.startswith("HP-30")]
    assert former
    assert waiting.records == {"accepted": len(keys) - len(former), "held_back": len(former)}
    assert len(sent) == len(keys) - len(former)
    assert Counter(_about(row) for row in told) == Counter(keys)
    assert done.records == {"accepted": len(keys)}
    assert set(effects.values()) == {1}
    assert Counter(so for so, _ in effects) == {"hai-phong": len(sent), "hai-duong": len(former)}
    assert Counter(_about(row) for row in answers) == Counter([*keys, *former])
    assert {row["refused"] for row in answers} == {0}
    assert done.undeclared_losses == 0


def _about(row):
    return json.loads(row["body"])["ma_ho_so"]
