"""A state that was lost, or is of an earlier day: what Sở has in another version is handed in again, not for ever."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from hub.connect import Store
from hub.connectors.sdk import Answer
from hub.domain import read
from tests.unit.connect.world import SCHOOL, SO, World, a_pupil, a_value


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).start()


def _replaced(world: World) -> World:
    """Let a record be accepted and replaced."""
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    world.system.put("k", a_value(a_pupil(1, remarks="Em ngoan.")))
    return _later(world)


def _later(world: World) -> World:
    world.clock_s += 100
    return world.settle()


def _lose(world: World) -> World:
    world.state.close()
    for path in world.folder.glob("state.db*"):
        path.unlink()
    world.now += timedelta(hours=30)
    return _later(world.start())


def _remarks(world: World) -> list[str]:
    found = (read(document).transcript for document in world.door.current(SO))
    return [str(one.remarks) for one in found if one is not None]


def _refused(world: World) -> list[Answer]:
    return [answer for answer in world.system.said() if answer.outcome == "refused"]


def test_record_that_was_replaced_is_unchanged_after_the_state_is_lost(world: World) -> None:
    """It says what Sở has, though not which version that one replaced."""
    _replaced(world)
    _lose(world)
    assert world.states() == {"overtaken": 1, "unchanged": 1}
    assert world.system.said()[-1].outcome == "unchanged"
    assert (_refused(world), len(world.door.effects())) == ([], 1)


@pytest.mark.parametrize("database", [True, False])
def test_next_version_is_accepted_after_the_state_is_lost(
    world: World, database: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where Sở's database is not within reach, which tells what the version says that stands."""
    if not database:
        monkeypatch.setattr(world.door, "documents", lambda *_: None)
    _replaced(world)
    world.system.records = world.system.records[-1:]
    world.system.put("k", a_value(a_pupil(1, remarks="Em rất ngoan.")))
    _lose(world)
    assert (_remarks(world), _refused(world)) == (["Em rất ngoan."], [])
    assert world.states() == {"overtaken": 1, "unchanged": 1, "accepted": 1}
    world.system.put("k", a_value(a_pupil(1, remarks="Em chăm.")))
    _later(world)
    assert (_remarks(world), _refused(world)) == (["Em chăm."], [])


def test_state_of_an_earlier_day_does_not_bring_back_an_older_version(world: World, tmp_path: Path) -> None:
    """What was signed before is sent again; the version that Sở has came after it."""
    world.system.put("k", a_value(a_pupil(1)))
    world.work()
    shutil.copy(_whole(world), tmp_path / "backup")
    _replaced(world)
    world.state.close()
    for path in world.folder.glob("state.db*"):
        path.unlink()
    shutil.copy(tmp_path / "backup", world.folder / "state.db")
    world.now += timedelta(hours=30)
    _later(world.start())
    assert (_remarks(world), _refused(world)) == (["Em ngoan."], [])
    assert world.states()["unchanged"] >= 1


def _whole(world: World) -> Path:
    """Return the file of the state with everything in it."""
    world.state.close()
    store = Store(world.folder / "state.db")
    store.close()  # the last one that closes it writes the log into the file
    world.start()
    return world.folder / "state.db"


def test_locked_version_stays_when_the_state_is_lost(world: World) -> None:
    """The record is locked again; a newer one is for a correction."""
    _replaced(world)
    world.door.lock(SO, SCHOOL.code)
    world.settle()
    _lose(world)
    assert world.states() == {"overtaken": 1, "locked": 1}
    world.system.put("k", a_value(a_pupil(1, remarks="Em chăm.")))
    _later(world)
    assert _remarks(world) == ["Em ngoan."]
    assert world.system.said()[-1].findings[0]["code"] == "CONNECTOR_RECORD_LOCKED"
