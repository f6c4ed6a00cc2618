"""Supervision: what waits, what fails, what a person signals, and how it is told."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from hub.connect import Supervisor, add_signal, hold, open_store, refusals, signals
from hub.connectors.sdk import Page
from hub.errors import Corrupt, Refused, Unavailable
from tests.unit.connect.world import SCHOOL, SO, OneSystem, System, World, a_manifest, a_pupil, a_value

AT = "2026-06-15T03:00:00Z"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).start()


def test_dead_system_degrades_and_the_other_steps_go_on(world: World) -> None:
    """What was read before is gathered, sent and answered; then it is read on."""
    world.system.put("k1", a_value(a_pupil(1)))
    world.work()
    world.system.put("k2", a_value(a_pupil(2, class_="3B")))
    world.system.faults += [Unavailable("SYSTEM_UNREACHABLE")] * 3
    world.clock_s += 5
    world.turn()
    assert (world.look().state, world.look().reason) == ("DEGRADED", "pull SYSTEM_UNREACHABLE")
    world.sign()
    world.turn()
    assert world.states()["sent"] == 1
    world.clock_s += 100
    world.settle()
    for _ in range(5):
        world.clock_s += 100
        world.settle()
    assert world.states() == {"accepted": 2}
    assert world.look().state == "RUNNING"


def test_wait_doubles_and_heeds_what_the_system_asks(world: World) -> None:
    """A little less by name and attempt; never sooner than the system said."""
    pauses = []
    world.system.faults += [Unavailable("SYSTEM_UNREACHABLE")] * 8
    world.system.faults += [Unavailable("SYSTEM_BUSY", {"retry_after_s": "90"})]
    for _ in range(9):
        world.clock_s += 10_000
        world.turn()
        assert world.supervisor is not None
        pauses.append(world.supervisor._troubles["pull"].next_s - world.clock_s)
    assert all(earlier < later for earlier, later in pairwise(pauses[:6]))
    assert pauses[0] <= 1.0
    assert 45 <= pauses[7] <= 60
    assert pauses[8] == 90


def test_refused_login_fails_and_opens_the_system_anew(world: World) -> None:
    """It is told with code and next try, and goes on by itself."""
    world.system.faults.append(Refused("SYSTEM_REFUSES_LOGIN"))
    world.system.put("k", a_value(a_pupil(1)))
    world.turn()
    assert (world.look().state, world.look().reason) == ("FAILED", "pull SYSTEM_REFUSES_LOGIN")
    assert world.system.closed == 1
    world.clock_s += 2
    world.settle()
    assert world.look().state == "RUNNING"
    assert world.system.opened >= 2


def test_crash_of_a_mapping_refuses_its_record_and_the_others_go_on(world: World) -> None:
    """It is told to people and to the system; its text, which may hold a pupil, is told nowhere."""
    world.system.put("k", a_value(a_pupil(1), crash=True))
    world.system.put("k2", a_value(a_pupil(2)))
    world.settle()
    look = world.look()
    assert (world.states(), look.state) == ({"accepted": 1, "refused": 1}, "DEGRADED")
    assert [(one["code"], one["facts"]) for one in look.notices] == [
        ("CONNECTOR_MAPPING_CRASHED", {"error": "KeyError"})
    ]
    (answer,) = [answer for answer in world.system.said() if answer.outcome == "not_sent"]
    assert [found["code"] for found in answer.findings] == ["CONNECTOR_MAPPING_CRASHED"]


def test_resume_tries_a_failed_step_at_once(world: World) -> None:
    """A person need not wait for the next try."""
    world.system.faults.append(Refused("SYSTEM_REFUSES_LOGIN"))
    world.turn()
    pulls = world.system.pulls
    world.turn()
    assert world.system.pulls == pulls
    add_signal(world.state, "resume", AT)
    world.turn()
    assert world.system.pulls == pulls + 1


def test_corrupt_ends_the_process(world: World) -> None:
    """Somebody else starts it from what is on the disk."""
    world.system.faults.append(Corrupt("BATCH_DAMAGED"))
    with pytest.raises(Corrupt):
        world.turn()


def test_pause_rests_pulling_and_sending_and_still_answers(world: World) -> None:
    """Receipts are read and written back all the same."""
    world.system.put("k1", a_value(a_pupil(1)))
    world.settle()
    add_signal(world.state, "pause", AT)
    world.turn()
    world.system.put("k2", a_value(a_pupil(2)))
    world.door.lock(SO, SCHOOL.code)
    world.clock_s += 5
    world.settle()
    assert (world.look().state, world.states()) == ("PAUSED", {"locked": 1})
    assert world.system.outcomes()["locked"] == 1
    add_signal(world.state, "resume", AT)
    world.settle()
    assert world.states() == {"locked": 1, "accepted": 1}


def test_snapshot_reads_everything_again_and_changes_nothing(world: World) -> None:
    """Known versions are known; new ones are read meanwhile."""
    for n in range(5):
        world.system.put(f"k{n}", a_value(a_pupil(n)))
    world.settle()
    pulls = world.system.pulls
    add_signal(world.state, "snapshot", AT)
    world.settle()
    assert world.system.pulls >= pulls + 3
    assert world.states() == {"accepted": 5}
    assert not world.state.one("connector")["snapshotting"]


def test_resend_maps_refused_records_again(world: World) -> None:
    """After the mapping, or the register, was put right."""
    world.system.put("k", a_value(None, province="17", codes=["SCHOOL_UNKNOWN"]))
    world.settle()
    said = len(world.system.said())
    add_signal(world.state, "resend", AT, {"refused": True})
    world.settle()
    assert signals(world.state)[0]["outcome"] == "map 1, write 0"
    assert world.states() == {"held_back": 1}
    assert len(world.system.said()) == said
    assert [row["codes"] for row in refusals(world.state)] == [["CONNECTOR_SO_NOT_SERVED"]]


def test_resend_sends_unanswered_commands_in_their_bytes(world: World) -> None:
    """Sở repeats its first answer."""
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    world.state.do("set_command_state", so=SO, school=SCHOOL.code, state="sent", **_command(world))
    add_signal(world.state, "resend", AT, {"from_n": 1, "to_n": 1})
    world.settle()
    first, second = world.door.attempts()
    assert (first["statement_sha256"], second["repeats"]) == (second["statement_sha256"], True)
    assert set(world.door.effects().values()) == {1}


def _command(world: World) -> dict[str, str]:
    return {"command_id": world.door.attempts()[0]["command_id"]}


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [("stop", {}), ("resend", {}), ("pause", {"refused": True}), ("resend", {"key": "x"})],
    ids=["unknown", "without-range", "range-for-pause", "unknown-range"],
)
def test_wrong_signal_is_refused(world: World, kind: str, arguments: dict[str, object]) -> None:
    """Before it is written."""
    with pytest.raises(Refused) as refused:
        add_signal(world.state, kind, AT, arguments)
    assert refused.value.code == "CONNECTOR_SIGNAL_WRONG"
    assert signals(world.state) == []


def test_only_one_runner_holds_a_folder(world: World) -> None:
    """The second is told who does."""
    with hold(world.folder), pytest.raises(Refused) as refused, hold(world.folder):
        raise AssertionError
    assert refused.value.code == "CONNECTOR_RUNS_ALREADY"
    with hold(world.folder):
        pass


def test_state_of_another_connector_is_refused(world: World) -> None:
    """A folder is one connector's."""
    world.state.close()
    with pytest.raises(Refused) as refused:
        open_store(world.folder, "tinh", "khac")
    assert refused.value.code == "CONNECTOR_STATE_FOREIGN"


def test_folder_and_state_are_readable_by_nobody_else(world: World) -> None:
    """Records of pupils stand in it."""
    assert (world.folder.stat().st_mode & 0o777, (world.folder / "state.db").stat().st_mode & 0o777) == (0o700, 0o600)


def test_heartbeat_goes_on_until_told_to_stop(world: World) -> None:
    """And ends then."""

    async def work() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(0.3, stop.set)
        assert world.supervisor is not None
        await world.supervisor.until(stop)

    world.system.put("k", a_value(a_pupil(1)))
    asyncio.run(work())
    assert world.look().alive
    assert world.states() == {"batched": 1}
    assert world.system.closed


def test_step_that_never_returns_waits_and_the_others_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system is opened anew, and read on when it answers again."""
    world.system.put("k", a_value(a_pupil(1)))
    world.work()
    world.sign()
    with monkeypatch.context() as patched:
        patched.setattr("hub.connect.supervise.STEP_S", 0.05)
        patched.setattr(world.system, "pull", _never)
        world.clock_s += 5
        world.turn()
    assert (world.look().state, world.look().reason) == ("DEGRADED", "pull WAITED_IN_VAIN")
    assert world.states() == {"accepted": 1}
    assert world.system.closed
    world.clock_s += 100
    world.settle()
    assert world.look().state == "RUNNING"


def test_step_that_works_for_long_is_told_with_the_heartbeat(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process lives, and somebody should know what it is waiting for."""

    def later() -> None:
        world.now += timedelta(seconds=40)

    async def work() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(0.1, later)
        asyncio.get_running_loop().call_later(0.3, stop.set)
        assert world.supervisor is not None
        await world.supervisor.until(stop)

    monkeypatch.setattr("hub.connect.supervise.HEARTBEAT_S", 0.02)
    monkeypatch.setattr(world.system, "pull", _never)
    since = world.runner.at()
    asyncio.run(work())
    assert (world.look().state, world.look().reason) == ("RUNNING", f"pull since {since}")


async def _never(cursor: str | None, limit: int) -> None:
    await asyncio.sleep(3_600)


def test_once_ends_when_only_persons_are_waited_for(world: World) -> None:
    """And raises what a step is refused with."""
    world.system.put("k", a_value(a_pupil(1)))

    async def work() -> None:
        await Supervisor(world.runner).once(asyncio.Event())

    asyncio.run(work())
    assert world.states() == {"batched": 1}
    world.system.faults.append(Refused("SYSTEM_REFUSES_LOGIN"))
    world.runner.due.clear()
    with pytest.raises(Refused):
        asyncio.run(work())


class Settling(System):
    """A system whose files have to stand still first; `changing`: somebody writes them all the time."""

    def __init__(self, world: World, changing: bool = False) -> None:
        super().__init__()
        self._world, self._since, self._changing = world, world.clock_s, changing

    def settles_in_s(self) -> float | None:
        """Return what is left of five seconds since the first look."""
        left = 5.0 - (self._world.clock_s - self._since)
        return left if left > 0 else 5.0 if self._changing else None

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return nothing as long as something has to stand still."""
        if self.settles_in_s() is None:
            return await super().pull(cursor, limit)
        self.pulls += 1
        return Page((), cursor or "0", more=False)


@pytest.mark.parametrize("changing", [False, True])
def test_once_waits_for_files_that_have_to_stand_still(
    world: World, monkeypatch: pytest.MonkeyPatch, changing: bool
) -> None:
    """What lies there is read in that run, whatever the pace of polling; what never stands still does not hold it."""
    system = Settling(world, changing)
    system.put("k", a_value(a_pupil(1)))
    connector = OneSystem(system, a_manifest(poll_s=3_600))
    run = replace(world.runner, connector=connector)
    begun = world.clock_s

    async def sleep(pause_s: float) -> None:
        world.clock_s += pause_s

    monkeypatch.setattr("hub.connect.supervise.asyncio.sleep", sleep)
    asyncio.run(Supervisor(run).once(asyncio.Event()))
    assert world.states() == ({} if changing else {"batched": 1})
    assert 5 <= world.clock_s - begun < (90 if changing else 10)
    assert system.pulls < (100 if changing else 5)


def test_once_ends_when_a_server_stays_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """After about a minute; a scheduler that starts it again must not find it hanging."""
    world.system.faults += [Unavailable("SYSTEM_UNREACHABLE")] * 20
    asked = []

    async def sleep(pause_s: float) -> None:
        asked.append(world.clock_s)
        world.clock_s += pause_s

    monkeypatch.setattr("hub.connect.supervise.asyncio.sleep", sleep)
    with pytest.raises(Unavailable, match="SYSTEM_UNREACHABLE"):
        asyncio.run(Supervisor(world.runner).once(asyncio.Event()))
    assert 30 < asked[-1] - asked[0] < 90


def test_new_process_forgets_what_the_last_one_could_not_do(world: World) -> None:
    """It tries every step at once, and what works now is not told as failed."""
    world.system.faults.append(Refused("SYSTEM_REFUSES_LOGIN"))
    world.turn()
    assert world.look().state == "FAILED"
    world.restart().work()
    assert (world.look().state, world.look().steps) == ("RUNNING", ())
