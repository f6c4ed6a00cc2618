"""Batches that a system signed itself: each delivery counts, and none holds up another."""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hub.client import Batch, load_batch, sign_batch, sign_submissions
from hub.client.batch import write_batch
from hub.domain import Transcript, canonical
from hub.errors import Refused, Unavailable
from tests.unit.client.builders import ISSUED_S, a_batch, sign_all, signer
from tests.unit.connect.world import SO, World, a_pupil, a_value, sha256
from tests.unit.domain.builders import a_school

Deliver = Callable[..., Batch]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).start()


@pytest.fixture
def deliver(world: World, tmp_path: Path) -> Deliver:
    """Let the system deliver a batch, signed by these roles; with all of them its submissions are signed too."""

    def delivered(
        documents: Sequence[Transcript], roles: Sequence[str] = ("homeroom_teacher", "principal", "school_seal")
    ) -> Batch:
        n = len(world.system.batches)
        batch = a_batch(tmp_path / f"lo-{n}", documents)
        for role in roles:
            sign_batch(batch, role, signer(role), ISSUED_S + n)
        if "school_seal" in roles:
            sign_submissions(batch, signer("school_seal"), "school_seal", world.now)
        world.system.batches.append(batch.folder)
        world.runner.due.clear()
        world.work()
        return batch

    return delivered


def _leave(world: World) -> None:
    """Let nobody have signed for an hour."""
    long_ago = world.now.timestamp() - 3600
    for path in (world.folder / "batches").rglob("*.jws"):
        os.utime(path, (long_ago, long_ago))


def test_batch_with_a_pupil_twice_is_told_and_answered_and_the_next_is_sent(world: World, deliver: Deliver) -> None:
    """Which of the two is meant is not ours to say; nothing else waits for it."""
    batch = a_batch(world.folder.parent / "hai-lan", [a_pupil(1)])
    other = a_batch(world.folder.parent / "khac", [a_pupil(1, remarks="Em ngoan.")])
    _join(batch, other)
    world.system.batches.append(sign_all(load_batch(batch.folder)).folder)
    deliver([a_pupil(2)])
    assert world.states() == {"accepted": 1}
    assert [notice["code"] for notice in world.look().notices] == ["PUPIL_TWICE_IN_SUBMISSION"]
    (answer,) = [answer for answer in world.system.said() if answer.outcome == "not_sent"]
    assert [found["code"] for found in answer.findings] == ["PUPIL_TWICE_IN_SUBMISSION"]
    assert (answer.place, answer.school, answer.school_year) == (batch.folder.name, batch.school, batch.school_year)


def _join(batch: Batch, other: Batch) -> None:
    """Put the documents of another batch into a batch."""
    index = json.loads((batch.folder / "batch.json").read_bytes())
    index["documents"] += json.loads((other.folder / "batch.json").read_bytes())["documents"]
    (batch.folder / "batch.json").write_text(json.dumps(index))
    for path in (other.folder / "documents").iterdir():
        shutil.copy(path, batch.folder / "documents" / path.name)


def test_batch_signed_again_is_sent_after_so_turned_the_first_down(world: World, deliver: Deliver) -> None:
    """The documents are the same, the signatures new: it is another delivery."""
    deliver([a_pupil(1)])
    record = world.state.one("record", n=1)
    world.state.do("set_record_state", n=record["n"], state="turned_down")
    deliver([a_pupil(1)])
    assert len(world.door.attempts()) == 2
    assert world.states()["turned_down"] == 1
    assert sum(world.states().values()) == 2


def test_batch_signed_again_takes_the_place_of_one_that_lacks_signatures(world: World, deliver: Deliver) -> None:
    """A seal that was forgotten comes with the second delivery."""
    deliver([a_pupil(1)], ("homeroom_teacher", "principal"))
    assert world.states() == {"batched": 1}
    _leave(world)
    deliver([a_pupil(1)])
    assert world.states() == {"accepted": 1, "overtaken": 1}


def test_same_delivery_under_another_name_changes_nothing(world: World, deliver: Deliver, tmp_path: Path) -> None:
    """Byte for byte the same is the same batch."""
    batch = deliver([a_pupil(1)])
    shutil.copytree(batch.folder, tmp_path / "lai")
    world.system.batches.append(tmp_path / "lai")
    world.runner.due.clear()
    world.work()
    assert world.states() == {"accepted": 1}
    assert len(world.door.attempts()) == 1


def test_newer_signed_version_takes_the_place_of_one_that_was_never_sent(world: World, deliver: Deliver) -> None:
    """What only the older batch holds waits for persons, with the signatures that it has."""
    deliver([a_pupil(1), a_pupil(2)], ("homeroom_teacher", "principal"))
    _leave(world)
    newer = deliver([a_pupil(1, remarks="Em ngoan.")])
    assert world.door.current(SO) == [newer.document(newer.documents[0].document_sha256)]
    assert world.states() == {"overtaken": 1, "accepted": 1, "batched": 1}
    (folder,) = [folder for folder in world.waiting() if load_batch(folder).documents[0].document_sha256 == _sha(2)]
    assert len(load_batch(folder).signatures(_sha(2))) == 2
    world.settle()
    assert world.states() == {"overtaken": 1, "accepted": 2}


def _sha(n: int) -> str:
    return sha256(canonical(a_pupil(n)))


def test_signed_version_waits_for_the_one_that_it_names(world: World, deliver: Deliver) -> None:
    """Sở takes a version only after the one before it; so the older is not overtaken."""
    deliver([a_pupil(1)], ("homeroom_teacher", "principal"))
    _leave(world)
    deliver([a_pupil(1, remarks="Em ngoan.", supersedes=_sha(1), reason="Nhầm nhận xét.")])
    assert world.states() == {"batched": 1, "ready": 1}
    world.settle()
    assert world.states() == {"accepted": 2}


def test_batch_is_taken_over_later_when_our_disk_was_full(
    world: World, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cursor does not move past it."""

    def full(*_: object) -> None:
        raise OSError(28, "ENOSPC")

    with monkeypatch.context() as patched:
        patched.setattr("hub.connect.adopt.shutil.copyfile", full)
        deliver([a_pupil(1)])
        assert world.states() == {}
        assert world.look().reason == "pull CONNECTOR_STATE_UNAVAILABLE"
        assert world.look().notices == ()
    world.clock_s += 100
    world.work()
    assert world.states() == {"accepted": 1}


def test_batch_is_taken_over_later_when_the_register_is_away(
    world: World, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is not there is no fault of the batch."""

    def away(*_: object) -> bool:
        raise Unavailable("BROKER_UNREACHABLE")

    with monkeypatch.context() as patched:
        patched.setattr(type(world.door), "serves", away)
        deliver([a_pupil(1)])
        assert world.look().notices == ()
    world.clock_s += 100
    world.work()
    assert world.states() == {"accepted": 1}


def test_batch_of_another_so_is_answered(world: World, deliver: Deliver) -> None:
    """The system learns that it was not handed in."""
    deliver([a_pupil(1, school=a_school(province="17", code="0201"))])
    assert world.states() == {}
    (answer,) = world.system.said()
    assert (answer.outcome, [found["code"] for found in answer.findings]) == ("not_sent", ["CONNECTOR_SO_NOT_SERVED"])


def test_batch_that_cannot_be_made_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, tried again, and the notice ends when it is made."""

    def made(folder: Path, *more: object, **sealed: object) -> Batch:
        if "-3A-" in folder.name:
            raise Refused("BATCH_EXISTS", {"folder": folder.name})
        return write_batch(folder, *more, **sealed)  # type: ignore[arg-type]

    world.system.put("k1", a_value(a_pupil(1, class_="3A")))
    world.system.put("k2", a_value(a_pupil(2, class_="3B")))
    with monkeypatch.context() as patched:
        patched.setattr("hub.connect.gather.write_batch", made)
        world.work()
        assert [folder.name.split("-")[3] for folder in world.waiting()] == ["3B"]
        assert (world.look().state, [n["code"] for n in world.look().notices]) == ("DEGRADED", ["BATCH_EXISTS"])
    world.clock_s += 100
    world.settle()
    assert world.states() == {"accepted": 2}
    assert world.look().notices == ()
