"""A system that is followed: requests to unlock, how much it keeps back for us, and a reading that begins anew."""

from pathlib import Path

import pytest

from hub.connect import add_signal
from hub.connectors.sdk import UnlockRequest
from tests.unit.connect.world import World, a_pupil, a_value

AT = "2026-06-15T03:00:00Z"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty system, and a runner."""
    return World(tmp_path).start()


def test_a_request_is_answered_once_however_often_it_comes(world: World) -> None:
    """By its number; the record is not locked, so nothing stands in the way."""
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    world.system.requests = [UnlockRequest("17", "k", "ho_so k")]
    for _ in range(2):
        add_signal(world.state, "snapshot", AT)
        world.settle()
    (answer,) = [one for one in world.system.said() if one.request == "17"]
    assert (answer.record_key, answer.outcome) == ("k", "accepted")
    assert [found["code"] for found in answer.findings] == ["CONNECTOR_UNLOCK_NOT_NEEDED"]


def test_a_request_for_a_locked_record_names_the_way_of_a_correction(world: World) -> None:
    """The hub unlocks nothing; one for a record that it does not know is in nobody's way."""
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    world.state.do("lock_record", n=1)
    world.system.requests = [UnlockRequest("1", "k", "ho_so k"), UnlockRequest("2", "unknown", "ho_so ?")]
    add_signal(world.state, "snapshot", AT)
    world.settle()
    said = {one.request: (one.outcome, one.findings[0]["code"]) for one in world.system.said() if one.request}
    assert said == {
        "1": ("locked", "CONNECTOR_UNLOCK_BY_CORRECTION"), "2": ("accepted", "CONNECTOR_UNLOCK_NOT_NEEDED"),
    }  # fmt: skip


def test_a_restart_reads_from_the_beginning_and_changes_nothing(world: World) -> None:
    """The cursor is forgotten; what is known as it stands has no effect."""
    for n in range(3):
        world.system.put(f"k{n}", a_value(a_pupil(n)))
    world.settle()
    world.system.asked.clear()
    add_signal(world.state, "restart", AT)
    world.settle()
    assert world.system.asked[0] is None
    assert world.states() == {"accepted": 3}


def test_what_a_system_keeps_back_for_us_is_told(world: World) -> None:
    """In the status; a system that does not know says nothing."""
    world.settle()
    assert world.look().lag_bytes is None
    world.system.lag_bytes = 4096
    add_signal(world.state, "snapshot", AT)
    world.settle()
    assert world.look().lag_bytes == 4096
