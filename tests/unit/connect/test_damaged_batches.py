"""Batches that somebody, or a power cut, damaged: they are told or made again, and no other waits for them."""

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from hub.client import Outbound, load_batch, sign_submissions
from hub.connect import add_signal
from hub.connect.status import batches_waiting
from tests.unit.client.builders import ISSUED_AT, signer
from tests.unit.connect.world import Killed, World, a_pupil, a_value

Harm = Callable[[Path], object]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).start()


def _each(pattern: str, do: Callable[[Path], object]) -> Harm:
    return lambda folder: [do(path) for path in folder.glob(pattern)]


def _empty(path: Path) -> object:
    return path.write_bytes(b"")


def _longer(path: Path) -> object:
    return path.write_bytes(path.read_bytes() + b" ")


def _cut(path: Path) -> object:
    return path.write_bytes(path.read_bytes()[:100])


def _signed_again(folder: Path) -> None:
    shutil.rmtree(folder / "commands")
    sign_submissions(load_batch(folder), signer("school_seal"), "school_seal", ISSUED_AT + timedelta(hours=1))


def _another_goes_out(world: World) -> None:
    """Let another class come, be signed and be sent, whatever became of the first."""
    world.system.put("k2", a_value(a_pupil(2, class_="3B")))
    world.clock_s += 400
    world.work()
    (folder,) = [folder for folder in world.waiting() if "-3B-" in folder.name]
    others, world.waiting = world.waiting, lambda: [folder]  # type: ignore[method-assign]
    world.sign()
    world.waiting = others  # type: ignore[method-assign]
    world.work()
    assert world.states()["accepted"] == 1
    assert world.look().state != "FAILED"


@pytest.mark.parametrize(
    "harm",
    [
        _each("commands/*.json", Path.unlink), _each("commands/*.json", _empty), _each("commands/*.jws", _empty),
        _each("commands/*.jws", lambda path: path.write_bytes(b"\xff\xfe")), _each("signatures/*.jws", _cut),
        _each("documents/*", _longer), _each("batch.json", _empty), _each("batch.json", Path.unlink),
    ],
)  # fmt: skip
def test_signed_batch_that_is_damaged_is_told_and_the_others_go_on(world: World, harm: Harm) -> None:
    """In the status too; a person who removes the folder gets it made again."""
    world.system.put("k", a_value(a_pupil(1)))
    world.work()
    world.sign()
    (folder,) = world.waiting()
    harm(folder)
    (shown,) = batches_waiting(world.state, world.folder / "batches")
    assert shown["fault"]
    world.work()
    _another_goes_out(world)
    assert [(one["path"], one["severity"]) for one in world.look().notices] == [(folder.name, "refuse")]
    shutil.rmtree(folder)
    world.settle()
    assert (world.states(), world.look().notices) == ({"accepted": 2}, ())


@pytest.mark.parametrize("way", ["deleted", "renamed"])
def test_folder_that_is_gone_is_made_again(world: World, way: str) -> None:
    """Its records stand in the state."""
    world.system.put("k", a_value(a_pupil(1)))
    world.work()
    (folder,) = world.waiting()
    shutil.rmtree(folder) if way == "deleted" else folder.rename(folder.with_name("da-ky.overtaken"))
    world.work()
    assert world.waiting() == [folder]
    world.settle()
    assert (world.states(), world.look().notices) == ({"accepted": 1}, ())


def test_unsigned_batch_that_is_damaged_is_told_again_after_resume(world: World) -> None:
    """A person who says that it is well is told when it is not."""
    world.system.put("k", a_value(a_pupil(1)))
    world.work()
    _each("documents/*", _empty)(world.waiting()[0])
    for _ in range(2):
        add_signal(world.state, "resume", "2026-06-15T03:00:00Z")
        world.work()
        assert [one["code"] for one in world.look().notices] == ["BATCH_DAMAGED"]
    assert world.look().state == "DEGRADED"


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: None, _each("commands/*.json", _empty), _each("commands/*.jws", _empty),
        lambda folder: shutil.rmtree(folder / "commands"), _signed_again, _each("signatures/*.jws", _empty),
        shutil.rmtree,
    ],
)  # fmt: skip
def test_command_whose_bytes_are_gone_is_signed_anew_and_holds_up_no_other(world: World, harm: Harm) -> None:
    """It was noted, and so may have been sent: nothing but the same bytes goes out under its id."""
    folder = _noted(world)
    harm(folder)
    world.restart()
    _another_goes_out_or_all(world)
    for _ in range(3):
        world.clock_s += 400
        world.settle()
    assert (world.states(), world.look().notices) == ({"accepted": 2}, ())
    assert not [line for line in world.door.attempts() if line["codes"]]


def _noted(world: World) -> Path:
    """Let the process die between the row of a command and its first byte."""
    world.system.put("k", a_value(a_pupil(1)))
    world.work()
    world.sign()

    async def dying(so: str, batch: Sequence[Outbound]) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.door, "send", dying)
        with pytest.raises(Killed):
            world.work()
    (folder,) = world.waiting()
    return folder


def _another_goes_out_or_all(world: World) -> None:
    world.system.put("k2", a_value(a_pupil(2, class_="3B")))
    world.clock_s += 400
    world.settle()
    assert world.look().state != "FAILED"


@pytest.mark.parametrize("harm", [_each("batch.json", _empty), _each("documents/*", _longer)])
def test_noted_batch_that_is_damaged_is_told_and_holds_up_no_other(world: World, harm: Harm) -> None:
    """Its records wait for persons again."""
    harm(_noted(world))
    world.restart()
    world.work()
    _another_goes_out(world)
    assert world.states() == {"accepted": 1, "batched": 1}
    assert [one["code"] for one in world.look().notices] == ["BATCH_DAMAGED"]


def test_full_disk_is_no_fault_of_a_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sent when there is room."""
    world.system.put("k", a_value(a_pupil(1)))
    world.work()
    world.sign()

    def full(_: Path) -> None:
        raise OSError(28, "ENOSPC")

    with monkeypatch.context() as patched:
        patched.setattr("hub.connect.send.sync_folder", full)
        world.work()
        assert (world.look().reason, world.look().notices) == ("send CONNECTOR_STATE_UNAVAILABLE", ())
    world.clock_s += 100
    world.work()
    assert world.states() == {"accepted": 1}


def test_signatures_and_submissions_are_on_the_disk_before_their_row(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that outlives a power cut speaks of files that do too."""
    synced: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "hub.connect.send.sync_folder",
        lambda folder: synced.append((folder.name, world.state.one("count_commands", state="signed")["count"])),
    )
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    assert synced == [("signatures", 0), ("commands", 0)]


def test_signature_with_a_time_ahead_keeps_no_newer_version_waiting(world: World) -> None:
    """A clock that is wrong says nothing of whether somebody signs."""
    world.system.put("k", a_value(a_pupil(1)))
    world.work()
    world.sign(("homeroom_teacher",), submissions=False)
    ahead = (world.now + timedelta(days=400)).timestamp()
    for path in world.folder.glob("batches/*/signatures/*.jws"):
        os.utime(path, (ahead, ahead))
    world.system.put("k", a_value(a_pupil(1, remarks="Em ngoan.")))
    world.clock_s += 5
    world.work()
    assert world.states() == {"overtaken": 1, "batched": 1}
