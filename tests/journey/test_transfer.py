"""Both schools, a Sở and a registrar type `hub transfer`: a pupil moves, and with the pupil the whole học bạ."""

from pathlib import Path

import pytest

from hub.domain import pupil_of
from tests.journey.typed_transfers import BOTH, Mover, Run, a_mover, enter_key, key_of, root_hex
from tests.journey.world import World, eventually

OLD, NEW = "ha-noi", "nghe-an"


def test_pupil_moves_to_another_province_and_the_receiver_signs_for_what_it_holds(
    world: World, run: Run, tmp_path: Path
) -> None:
    """From the request to the signature, with the clocks on the way, as each school, both Sở and Bộ see it."""
    old, new = world.school(OLD), world.school(NEW)
    key, folder = enter_key(world, run, new, tmp_path), tmp_path / "hoc-ba"
    mover, digest = a_mover(world, run, old, new)
    asked = mover.start()
    assert (asked["outcome"], asked["facts"]["state"], asked["signature"]) == ("accepted", "requested", "valid")
    assert mover.receive(folder, key)[2].startswith("TRANSFER_NOT_DELIVERED")
    assert mover.step("consent", old, person="DAU", role="school_seal", party=BOTH)[:2] == (0, "consented")
    at_new = mover.shown(new)
    assert (at_new["awaited"], 7 <= at_new["working_days_left"] <= 8, at_new["overdue"]) == ("answer", True, [])
    assert mover.step("answer", new, "accept")[:2] == (0, "accepted")
    code, state, told = mover.step("release", old, document="00" * 32)
    assert (code, state, told["findings"][0]["code"]) == (1, "accepted", "TRANSFER_RELEASE_LACKS")
    assert mover.step("release", old)[:2] == (0, "released")
    eventually("the delivery", lambda: mover.shown(new)["state"] == "sent")

    code, (kept,), err = mover.receive(folder, key)
    assert (code, kept["count"], kept["root"], kept["new"], kept["known"]) == (0, 1, root_hex(digest), 1, False), err
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {"transfer.json": 0o600, f"{digest}.bundle.json": 0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    written = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert mover.receive(folder, key)[1][0] == kept | {"new": 0, "known": True}
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == written

    code, state, told = mover.step("acknowledge", new, person="DAU", role="school_seal", folder=folder)
    assert (code, state, told["facts"]["root"]) == (0, "closed", root_hex(digest))
    seen = [mover.shown(old), mover.shown(new)]
    seen += [line for so in (OLD, NEW) for line in run("status", mover.id, so=so)[1]]
    (at_bo,) = run("status", mover.id, "--bo")[1]
    eventually("the sending school", lambda: mover.shown(old)["state"] == "closed")
    assert {(one["state"], one["awaited"], one["root"]) for one in (*seen[1:2], at_bo)} == {
        ("closed", None, root_hex(digest))
    }
    assert (len(seen), at_bo["acknowledged_delivery"]) == (4, 1)
    assert not any("pupil" in one or "birth_date" in one for one in (*seen, at_bo))
    (named,) = run("status", mover.id, "--persons", so=NEW, school=new.code)[1]
    assert named["pupil"] == pupil_of(mover.pupil)


def test_pupil_moves_inside_a_province_and_a_refusal_has_its_reason(world: World, run: Run) -> None:
    """The clock of the law is five days there; the reason reaches the other school."""
    old, new = world.school(OLD), world.school(OLD, 1)
    mover = Mover(world, run, world.leaver(old), old, new)
    mover.start()
    mover.step("consent", new, person="DAU", role="school_seal", party=BOTH)
    assert 4 <= mover.shown(old)["working_days_left"] <= 5
    code, _, err = run("answer", mover.id, "refuse", so=OLD, school=new.code, key=key_of(world, f"HT-{new.code}-001"))
    assert (code, err.split("\n")[0]) == (1, "TRANSFER_REASON_MISSING")
    assert mover.step("answer", new, "refuse", reason="Hết chỗ học")[:2] == (0, "refused")
    eventually("the old school", lambda: mover.shown(old)["state"] == "refused")
    assert mover.shown(old)["reason"] == "Hết chỗ học"
    code, _, told = mover.step("withdraw", new, person="DAU", role="school_seal", reason="Thôi chuyển")
    assert (code, told["findings"][0]["code"]) == (1, "TRANSFER_ENDED")


def test_wrong_input_has_its_code_and_exit(world: World, run: Run, tmp_path: Path) -> None:
    """Nothing of it is sent."""
    old, new = world.school(OLD), world.school(NEW)
    mover = Mover(world, run, world.leaver(old), old, new)
    by = {"so": NEW, "school": new.code, "key": key_of(world, f"DAU-{new.code}")}
    asked = {
        "birth_date": "2015-03-04", "from_so": OLD, "from_school": old.code, "year": "2025-2026", "grade": 5,
        "reason": "Chuyển nơi ở",
    }  # fmt: skip
    mover.start()
    tries = [
        (2, "TRANSFER_PUPIL_MALFORMED", run("start", **by, **asked, pupil="Nguyễn Văn A")),
        (2, "TRANSFER_NOT_HEARD", run("consent", "00" * 32, **by, party="guardian")),
        (2, "TRANSFER_NOT_HEARD", run("status", "00" * 32, so=NEW, school=new.code)),
        (1, "TRANSFER_NOT_THIS_SIDE", run("release", mover.id, **by)),
        (1, "TRANSFER_NOT_DELIVERED", mover.receive(tmp_path / "f", tmp_path / "no.pem")),
        (2, "TRANSFER_FOLDER_WRONG", run("acknowledge", mover.id, **by, folder=tmp_path / "none")),
    ]
    assert [(code, err.split("\n")[0]) for _, _, (code, _, err) in tries] == [t[:2] for t in tries]
    code, lines, _ = run(
        "start", **by, **asked | {"from_so": "ha-noi", "from_school": "999999"}, pupil="id:001215999991"
    )
    assert (code, lines[-1]["findings"][0]["code"]) == (1, "TRANSFER_SCHOOL_UNKNOWN")


@pytest.mark.long
def test_what_was_received_is_removed_when_the_request_is_withdrawn(world: World, run: Run, tmp_path: Path) -> None:
    """After the release too, until the receiver has signed; what ended gives nothing out."""
    old, new = world.school(OLD), world.school(NEW)
    key, folder = enter_key(world, run, new, tmp_path), tmp_path / "hoc-ba"
    mover, digest = a_mover(world, run, old, new)
    mover.until_sent()
    assert mover.receive(folder, key)[0] == 0
    assert mover.step("withdraw", new, person="DAU", role="school_seal", reason="Gia đình ở lại")[:2] == (
        0,
        "withdrawn",
    )
    code, _, err = mover.receive(folder, key)
    assert (code, err.split("\n")[0]) == (1, "TRANSFER_REMOVE")
    assert (folder / f"{digest}.bundle.json").exists()
    code, (removed,), _ = mover.receive(folder, key, "--remove")
    assert (code, removed["removed"], list(folder.iterdir())) == (0, 1, [])
    other = Mover(world, run, world.leaver(old), old, new)
    other.start()
    assert other.step("withdraw", new, person="DAU", role="school_seal", reason="Gia đình ở lại")[:2] == (
        0,
        "withdrawn",
    )
    assert other.receive(tmp_path / "none", key)[2].startswith("TRANSFER_NOT_DELIVERED")


@pytest.mark.long
def test_what_was_sealed_is_kept_whole_or_not_at_all(world: World, run: Run, tmp_path: Path) -> None:
    """Another school's key, another transfer's folder, a changed file."""
    old, new = world.school(OLD), world.school(NEW)
    key, folder = enter_key(world, run, new, tmp_path), tmp_path / "hoc-ba"
    mover, digest = a_mover(world, run, old, new)
    mover.until_sent()
    run("key", output=tmp_path / "other.pem")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "x").write_text("x")
    tries = [
        (1, "TRANSFER_BOX_CLOSED", mover.receive(folder, tmp_path / "other.pem")),
        (2, "TRANSFER_NO_RECEIVING_KEY", mover.receive(folder, key_of(world, f"DAU-{new.code}"))),
        (2, "TRANSFER_FOLDER_FOREIGN", mover.receive(tmp_path / "foreign", key)),
    ]
    assert [(code, err.split("\n")[0]) for _, _, (code, _, err) in tries] == [t[:2] for t in tries]
    assert not folder.exists()
    assert mover.receive(folder, key)[0] == 0
    file = folder / f"{digest}.bundle.json"
    whole = file.read_bytes()
    file.write_bytes(whole[:-40])
    by = {"so": NEW, "school": new.code, "key": key_of(world, f"DAU-{new.code}")}
    code, _, err = run("acknowledge", mover.id, **by, folder=folder)
    assert (code, err.split("\n")[0]) == (2, "TRANSFER_FOLDER_WRONG")
    assert mover.receive(folder, key)[1][0]["new"] == 1
    assert file.read_bytes() == whole
    second, _ = a_mover(world, run, old, new)
    second.until_sent()
    code, _, err = second.receive(folder, key)
    assert (code, err.split("\n")[0]) == (2, "TRANSFER_FOLDER_FOREIGN")


@pytest.mark.long
def test_contest_is_resolved_by_the_so_of_the_sending_school(world: World, run: Run) -> None:
    """The second request waits, the first cannot be accepted; the one that is preferred goes on."""
    old, first, second = world.school(OLD), world.school(NEW), world.school(NEW, 1)
    pupil = world.leaver(old)
    one, other = Mover(world, run, pupil, old, first), Mover(world, run, pupil, old, second)
    one.start()
    assert other.start()["facts"]["state"] == "contested"
    one.step("consent", old, person="DAU", role="school_seal", party=BOTH)
    code, _, told = one.step("answer", first, "accept")
    assert (code, told["findings"][0]["code"]) == (1, "TRANSFER_CONTESTED")
    assert other.decide("prefer", old)[0] == 0
    eventually("the end of the first", lambda: one.shown(first)["state"] == "cancelled")
    assert other.shown(second)["state"] != "contested"
