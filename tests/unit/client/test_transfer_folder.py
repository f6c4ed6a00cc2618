"""The folder of a received history: whole, private, the same when it is received again, and hashed anew to sign."""

import hashlib
from pathlib import Path

import pytest

from hub.client import transfer_folder
from hub.client.transfer_folder import Held, keep, look_into, recompute, remove_held
from hub.decision import set_root
from hub.errors import Refused

TRANSFER, SCHOOL = "ab" * 32, "400107"
FILES = {hashlib.sha256(data).hexdigest(): data for data in (b"one", b"two", b"three")}


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an evidence file be its transcript: what a bundle is, other tests say."""
    monkeypatch.setattr(transfer_folder, "document_of", lambda bundle: bundle)


def held_of(*documents: str, delivery: int = 1, transfer: str = TRANSFER) -> Held:
    named = tuple(sorted(documents))
    root = set_root([bytes.fromhex(one) for one in named]).hex()
    return Held(
        transfer=transfer, school=SCHOOL, delivery=delivery, count=len(named), root=root, documents=named
    )  # fmt: skip


def code_of(folder: Path) -> str:
    with pytest.raises(Refused) as refused:
        recompute(folder, TRANSFER, SCHOOL)
    return refused.value.code


def test_what_is_kept_is_private_and_recomputed_as_it_was_delivered(tmp_path: Path) -> None:
    """Count and root come from the files, not from what the folder says of itself."""
    folder, held = tmp_path / "a" / "b", held_of(*FILES)
    assert sorted(keep(folder, held, FILES)) == list(held.documents)
    assert recompute(folder, TRANSFER, SCHOOL) == held
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_same_delivery_again_writes_nothing(tmp_path: Path) -> None:
    """Not even what it says of itself."""
    keep(tmp_path, held_of(*FILES), FILES)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert keep(tmp_path, held_of(*FILES), {}) == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_interrupted_receiving_is_taken_up(tmp_path: Path) -> None:
    """Files without a manifest, half a file: the next run brings the rest."""
    first, *_ = sorted(FILES)
    (tmp_path / f"{first}.bundle.json").write_bytes(FILES[first])
    (tmp_path / f"{first}.bundle.json.part").write_bytes(b"ha")
    assert look_into(tmp_path, TRANSFER, SCHOOL) is None
    assert code_of(tmp_path) == "TRANSFER_FOLDER_WRONG"
    assert len(keep(tmp_path, held_of(*FILES), FILES)) == len(FILES) - 1
    assert recompute(tmp_path, TRANSFER, SCHOOL) == held_of(*FILES)


def test_corrected_transcript_takes_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    """The earlier one stays beneath, and is not signed for."""
    one, two, three = sorted(FILES)
    keep(tmp_path, held_of(one, two), FILES)
    later = held_of(two, three, delivery=2)
    assert keep(tmp_path, later, FILES) == [three]
    assert recompute(tmp_path, TRANSFER, SCHOOL) == later
    assert [path.name for path in (tmp_path / "earlier").iterdir()] == [f"{one}.bundle.json"]
    assert remove_held(tmp_path, TRANSFER, SCHOOL) == len(FILES)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["changed", "missing", "further"])
def test_folder_that_is_not_what_was_received_is_not_signed_for(tmp_path: Path, damage: str) -> None:
    """Whatever was done to it."""
    keep(tmp_path, held_of(*FILES), FILES)
    file = next(tmp_path.glob("*.bundle.json"))
    if damage == "changed":
        file.write_bytes(b"four")
    elif damage == "missing":
        file.unlink()
    else:
        (tmp_path / f"{'00' * 32}.bundle.json").write_bytes(b"four")
    assert code_of(tmp_path) == "TRANSFER_FOLDER_WRONG"


def test_folder_of_another_transfer_or_with_other_things_is_left_alone(tmp_path: Path) -> None:
    """Two pupils' histories are never mixed."""
    other, things = tmp_path / "other", tmp_path / "things"
    keep(other, held_of(*FILES, transfer="cd" * 32), FILES)
    things.mkdir()
    (things / "letter.odt").write_bytes(b"x")
    for folder in (other, things):
        with pytest.raises(Refused, match="TRANSFER_FOLDER_FOREIGN"):
            look_into(folder, TRANSFER, SCHOOL)
    assert code_of(other) == "TRANSFER_FOLDER_FOREIGN"
