"""Batches that a system signed itself and that cannot be sent as they are: told, answered, and in nobody's way."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.client import Batch, ReadReceipt, load_batch, sign_batch, sign_submissions
from hub.connect import add_signal
from hub.domain import Transcript
from tests.unit.client.builders import ISSUED_S, a_batch, signer
from tests.unit.connect.world import ROLES, SO, World, a_pupil

OTHER_SCHOOL = "7777777"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).start()


def _signed(world: World, name: str, *documents: Transcript, said: Callable[[Path], object] | None = None) -> Batch:
    """Make a batch; what `said` changes of it is changed before it is signed."""
    batch = a_batch(world.folder.parent / name, documents)
    if said is not None:
        said(batch.folder)
        batch = load_batch(batch.folder)
    for role in ROLES:
        sign_batch(batch, role, signer(role), ISSUED_S)
    sign_submissions(batch, signer("school_seal"), "school_seal", world.now)
    return batch


def _deliver(world: World, *folders: Path) -> None:
    world.system.batches[:] = folders
    world.runner.due.clear()
    world.clock_s += 100
    world.work()


def _index(folder: Path, **changes: Any) -> None:
    path = folder / "batch.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changes))


def _round(folder: Path) -> None:
    path = folder / "batch.json"
    path.write_text(path.read_text().replace('"completed"', '"transfer"'))


def _swap(folder: Path) -> None:
    one, other = sorted((folder / "signatures").iterdir())
    one.rename(folder / "t")
    other.rename(one)
    (folder / "t").rename(other)


def _each(pattern: str, data: bytes | None) -> Callable[[Path], object]:
    def harm(folder: Path) -> None:
        for path in folder.glob(pattern):
            path.unlink() if data is None else path.write_bytes(data)

    return harm


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (_swap, "BATCH_DAMAGED"), (_round, "BATCH_DAMAGED"),
        (lambda folder: _index(folder, acting=OTHER_SCHOOL), "BATCH_DAMAGED"),
        (_each("signatures/*", b""), "BATCH_NOT_SIGNED"), (_each("signatures/*", b"a.b.c\n"), "SIGNATURE_ATTACHED"),
        (_each("commands/*", None), "BATCH_NOT_SIGNED"), (_each("commands/*.json", None), "BATCH_DAMAGED"),
        (_each("commands/*.jws", b"\xff"), "BATCH_DAMAGED"), (_each("commands/*.json", b"{}"), "BATCH_DAMAGED"),
    ],
)  # fmt: skip
def test_signed_batch_that_cannot_be_sent_is_told_and_answered_once(
    world: World, harm: Callable[[Path], object], code: str
) -> None:
    """Nobody here waits for it without knowing; a good one goes out beside it."""
    bad = _signed(world, "lo-1", a_pupil(1), a_pupil(3))
    harm(bad.folder)
    good = _signed(world, "lo-2", a_pupil(2))
    _deliver(world, bad.folder, good.folder)
    world.restart()
    world.clock_s += 400
    world.work()
    assert world.states() == {"accepted": 1, "batched": 2}
    assert [one["code"] for one in world.look().notices] == [code]
    told = [answer for answer in world.system.said() if answer.outcome == "not_sent"]
    assert [(one.school, [found["code"] for found in one.findings]) for one in told] == [(bad.school, [code])] * 2
    assert {world.system.offered[one.answer_id] for one in told} == {1}


@pytest.mark.parametrize("changes", [{"school": "9999999"}, {"school_year": "2024-2025"}])
def test_batch_whose_documents_are_of_another_school_or_year_is_not_taken(
    world: World, changes: dict[str, str]
) -> None:
    """Its submissions would be answered to somebody else."""
    batch = _signed(world, "lo-1", a_pupil(1))
    _index(batch.folder, **changes)
    _deliver(world, batch.folder)
    assert world.states() == {}
    assert [one["code"] for one in world.look().notices] == ["BATCH_DAMAGED"]


def test_twenty_wrong_batches_stop_no_other(world: World) -> None:
    """None of them counts as waiting for a receipt."""
    bad = [_signed(world, f"lo-{n}", a_pupil(n)).folder for n in range(20)]
    for folder in bad:
        _index(folder, acting=OTHER_SCHOOL)
    good = _signed(world, "lo-20", a_pupil(20))
    _deliver(world, *bad, good.folder)
    assert world.states() == {"accepted": 1, "batched": 20}
    assert len(world.door.attempts()) == 1


def test_receipt_of_a_successor_finds_its_command(world: World) -> None:
    """It is given to the school that hands in, not to the one that issued the documents."""
    batch = _signed(world, "lo-1", a_pupil(1), said=lambda folder: _index(folder, acting=OTHER_SCHOOL))
    _deliver(world, batch.folder)
    assert world.states() == {"accepted": 1}


def test_batch_that_sent_already_is_delivered_with_a_file_more_is_not_waited_for(world: World) -> None:
    """What Sở has is unchanged; the next version goes out."""
    batch = _signed(world, "lo-1", a_pupil(1))
    _deliver(world, batch.folder)
    (batch.commands / "ghi-chu-12345.json").write_text("x")
    _deliver(world, batch.folder)
    assert world.states() == {"accepted": 1, "unchanged": 1}
    _next_version_is_accepted(world, batch)


def test_batch_that_is_delivered_with_a_statement_signed_anew_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while the first is on its way."""
    batch = _signed(world, "lo-1", a_pupil(1))
    again = batch.folder.with_name("lo-1-lai")
    shutil.copytree(batch.folder, again)
    shutil.rmtree(again / "commands")
    sign_submissions(load_batch(again), signer("school_seal"), "school_seal", world.now + timedelta(hours=1))
    with monkeypatch.context() as patched:
        patched.setattr(world.door, "receipts", _none_yet)
        _deliver(world, batch.folder)
        _deliver(world, again)
        assert world.states() == {"sent": 1, "ready": 1}
    world.clock_s += 100
    world.work()
    assert (world.states(), len(world.door.attempts())) == ({"accepted": 1, "unchanged": 1}, 1)
    assert (world.look().waiting_batches, world.look().notices) == (0, ())
    _next_version_is_accepted(world, batch)


async def _none_yet(_: str, since: dict[int, int]) -> tuple[list[ReadReceipt], dict[int, int]]:
    return [], since


def _next_version_is_accepted(world: World, batch: Batch) -> None:
    before = batch.documents[0].document_sha256
    newer = _signed(world, "lo-moi", a_pupil(1, remarks="Em ngoan.", supersedes=before, reason="Nhầm nhận xét."))
    _deliver(world, newer.folder)
    assert world.states() == {"accepted": 2, "unchanged": 1}
    assert world.door.current(SO) == [newer.document(newer.documents[0].document_sha256)]


def test_signed_batch_whose_folder_is_gone_is_told_until_it_is_delivered_again(world: World) -> None:
    """Its signatures stand nowhere else here; a snapshot asks the system for it."""
    batch = _signed(world, "lo-1", a_pupil(1))
    statements = {path: path.read_bytes() for path in batch.commands.iterdir()}
    shutil.rmtree(batch.commands)
    batch.commands.mkdir()
    _deliver(world, batch.folder)
    (folder,) = world.waiting()
    world.system.batches.clear()
    shutil.rmtree(folder)
    world.work()
    assert [one["code"] for one in world.look().notices] == ["BATCH_MISSING"]
    assert world.look().state == "DEGRADED"
    world.system.batches.append(batch.folder)
    add_signal(world.state, "snapshot", "2026-06-15T03:00:00Z")
    world.work()
    for path, data in statements.items():
        (folder / "commands" / path.name).write_bytes(data)
    world.work()
    assert (world.states(), world.look().notices) == ({"accepted": 1}, ())


def test_signed_batch_is_on_the_disk_before_it_has_its_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is noted of it outlives a power cut, and so does it."""
    synced: list[str] = []
    monkeypatch.setattr("hub.connect.adopt.sync_folder", lambda folder: synced.append(folder.suffix))
    _deliver(world, _signed(world, "lo-1", a_pupil(1)).folder)
    assert (synced, world.states()) == ([".new"], {"accepted": 1})
