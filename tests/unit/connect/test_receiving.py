"""What Sở says, in its order: corrections after a pause, locks behind rosters, signatures that do not hold."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.client import ReadReceipt
from hub.connect import add_signal, losses
from hub.connectors.sdk import Loss
from hub.domain import Finding, Transcript, canonical, finding, read
from hub.errors import Refused
from tests.unit.connect.world import SCHOOL, SO, World, a_pupil, a_value, sha256

AT = "2026-06-15T03:00:00Z"
_NEVER_S = 1e18


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).start()


def _accepted(world: World) -> Transcript:
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    return _current(world)


def _current(world: World) -> Transcript:
    (document,) = world.door.current(SO)
    transcript = read(document).transcript
    assert transcript is not None
    return transcript


def _correct(world: World, transcript: Transcript, class_: str) -> Transcript:
    new = replace(transcript, class_=class_, supersedes=sha256(canonical(transcript)), reason="Nhầm lớp.")
    world.door.correct(SO, canonical(new))
    return new


def test_corrections_of_one_read_are_all_written_back(world: World) -> None:
    """A runner that was down hears of the second before it has taken in the first."""
    transcript = _accepted(world)
    world.door.lock(SO, SCHOOL.code)
    world.settle()
    for class_ in ("3B", "3C"):
        transcript = _correct(world, transcript, class_)
    world.settle()
    corrected = [answer.documents for answer in world.system.said() if answer.outcome == "corrected"]
    assert len(corrected) == 2
    assert corrected[-1] == (canonical(transcript).decode(),)


def test_receipt_lock_and_correction_of_one_read_are_taken_in_their_order(world: World) -> None:
    """Each needs what the one before it has changed."""
    world.system.put("k", a_value(a_pupil(1)))
    world.work()
    world.runner.due["receipts"] = _NEVER_S
    world.sign()
    world.work()
    assert world.states() == {"sent": 1}
    world.door.lock(SO, SCHOOL.code)
    _correct(world, _current(world), "3B")
    world.runner.due.clear()
    world.settle()
    assert world.states() == {"locked": 1}
    assert world.system.outcomes() == {"accepted": 1, "locked": 1, "corrected": 1}


def test_correction_waits_when_its_document_has_not_come(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is behind its topic must not cost it."""
    transcript = _accepted(world)
    world.door.lock(SO, SCHOOL.code)
    world.settle()
    _correct(world, transcript, "3B")
    with monkeypatch.context() as patched:
        patched.setattr(world.door, "documents", lambda *_: {})
        world.clock_s += 5
        world.turn()
        assert world.look().reason == "receive DATABASE_BEHIND"
    world.clock_s += 100
    world.settle()
    assert (world.system.outcomes()["corrected"], world.look().state) == (1, "RUNNING")


def test_lock_changes_nothing_when_the_database_is_not_within_reach(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Such a connector sends and hears receipts, and does not wait for ever."""
    _accepted(world)
    monkeypatch.setattr(world.door, "documents", lambda *_: None)
    world.door.lock(SO, SCHOOL.code)
    world.settle()
    assert (world.states(), world.look().state) == ({"accepted": 1}, "RUNNING")


def test_pupil_comes_in_when_the_other_school_locks_after_the_roster(world: World) -> None:
    """Once; the roster is older than what the pupil brings."""
    history = canonical(_accepted(world))
    world.door.add_incoming(SO, SCHOOL.code, "2026-2027", [history])
    world.clock_s += 60
    world.settle()
    assert world.system.outcomes()["incoming"] == 0
    world.door.lock(SO, SCHOOL.code)
    for _ in range(3):
        world.clock_s += 60
        world.settle()
    (answer,) = [answer for answer in world.system.said() if answer.kind == "incoming_pupil"]
    assert answer.documents == (history.decode(),)
    assert world.system.offered[answer.answer_id] == 1


def test_what_the_system_cannot_say_of_who_comes_in_is_counted_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """As on the way in; the roster published again brings nothing new."""
    history = canonical(a_pupil(7, school=replace(SCHOOL, code="0101009")))
    _accepted(world)
    lost = (Loss("dropped", "$.remarks", "out"),)
    monkeypatch.setattr(world.connector.mapper, "backward", lambda _: ({}, lost))
    for _ in range(2):
        world.door.add_incoming(SO, SCHOOL.code, "2026-2027", [history])
        world.clock_s += 60
        world.settle()
    assert [(row["path"], row["direction"], row["count"]) for row in losses(world.state)] == [("$.remarks", "out", 1)]


def test_pupil_whom_the_system_refused_is_written_again_when_told(world: World) -> None:
    """An answer about no record of the system belongs to no range."""
    history = canonical(a_pupil(7, school=replace(SCHOOL, code="0101009")))
    _accepted(world)
    world.system.sink_faults.append(Refused("SYSTEM_REFUSES"))
    world.door.add_incoming(SO, SCHOOL.code, "2026-2027", [history])
    world.clock_s += 60
    world.settle()
    assert world.look().answers["incoming_pupil"] == {"refused": 1}
    add_signal(world.state, "resend", AT, {"refused": True})
    world.settle()
    assert world.look().answers["incoming_pupil"] == {"written": 1}


def test_receipt_with_a_wrong_signature_is_told_and_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Who can write into the topic is not Sở."""

    def judged(receipt: ReadReceipt) -> tuple[str, tuple[Finding, ...]]:
        return "invalid", (finding("SIGNER_UNKNOWN", "$.signature"),)

    monkeypatch.setattr(world.door, "judged", judged)
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    look = world.look()
    assert (look.state, look.records, look.answers) == ("DEGRADED", {"sent": 1}, {})
    assert look.reason.startswith("SIGNER_UNKNOWN receipt ")


def test_receipts_that_nobody_could_check_are_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """They count, and status says so until a register is within reach."""
    _accepted(world)
    assert (world.look().signatures, world.look().state) == ("unchecked", "RUNNING")
    monkeypatch.setattr(world.door, "judged", lambda _: ("valid", ()))
    world.door.lock(SO, SCHOOL.code)
    world.settle()
    assert world.look().signatures == "checked"
