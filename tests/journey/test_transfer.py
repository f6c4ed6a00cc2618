"""Both schools, a Sở and a registrar type `hub transfer`: a pupil moves, and with the pupil the whole học bạ."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hub.cli import main
from hub.decision import set_root
from hub.domain import pupil_of
from hub.domain.transcript import Transcript
from hub.local.pki import PASSWORD
from hub.local.population import SyntheticSchool
from tests.journey.deciding import lock_this
from tests.journey.world import World, eventually

OLD, NEW = "ha-noi", "nghe-an"
BOTH = ("pupil", "guardian")
Run = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture
def run(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Type `hub transfer …`; returns exit code, the JSON lines, and what was told beside them."""
    password = tmp_path / "password"
    password.write_text(PASSWORD, encoding="utf-8")

    def typed(verb: str, *arguments: object, **options: object) -> tuple[int, list[dict[str, Any]], str]:
        pairs = [(name, one) for name, value in options.items() for one in _many(value)]
        named = [part for name, value in pairs for part in (f"--{name.replace('_', '-')}", value)]
        more: list[object] = ["--json"] if verb == "key" else ["--json", "--data", world.hub.data]
        more += [] if verb == "status" else ["--password-file", password]
        more += [] if verb in ("status", "receive", "key") else ["--yes"]
        more += [] if verb in ("status", "receive", "key", "enter-key") else ["--wait"]
        monkeypatch.setattr(sys, "argv", [str(one) for one in ("hub", "transfer", verb, *arguments, *named, *more)])
        with pytest.raises(SystemExit) as left:
            main()
        out = capsys.readouterr()
        return int(left.value.code or 0), [json.loads(line) for line in out.out.splitlines()], out.err

    return typed


def _many(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


@dataclass
class Mover:
    """Types the steps of one pupil's way from `old` to `new`."""

    world: World
    run: Run
    pupil: Transcript
    old: SyntheticSchool
    new: SyntheticSchool
    id: str = field(default="", init=False)

    def start(self) -> dict[str, Any]:
        """The receiving school asks; the last line is what Bộ made of it."""
        code, lines, err = self.run(
            "start", **self._by(self.new, "DAU"), pupil=pupil_of(self.pupil),
            birth_date=self.pupil.student.birth_date, from_so=self.old.so, from_school=self.old.code,
            year=self.pupil.school_year, grade=self.pupil.grade, reason="Gia đình chuyển nơi ở",
        )  # fmt: skip
        self.id = lines[0]["transfer"]
        assert lines[-1]["kind"] == "Transfer", (code, lines, err)
        return dict(lines[-1])

    def step(self, verb: str, of: SyntheticSchool, *arguments: object, person: str = "HT", **options: object) -> Any:
        """Take one step; returns (exit code, what Bộ made of it)."""
        code, lines, err = self.run(verb, self.id, *arguments, **self._by(of, person), **options)
        assert lines[-1:], (code, err)
        assert lines[-1]["kind"] == "Transfer", lines
        return code, lines[-1]["facts"]["state"], lines[-1]

    def shown(self, school: SyntheticSchool) -> dict[str, Any]:
        """What that school heard last."""
        code, (line,), _ = self.run("status", self.id, so=school.so, school=school.code)
        assert code == 0
        return line

    def receive(self, folder: Path, key: Path, *more: object) -> tuple[int, list[dict[str, Any]], str]:
        """Receive into a folder."""
        where = {"so": self.new.so, "school": self.new.code, "folder": folder, "key": key}
        return self.run("receive", self.id, *more, **where)

    def _by(self, school: SyntheticSchool, person: str) -> dict[str, object]:
        name = f"DAU-{school.code}" if person == "DAU" else f"HT-{school.code}-001"
        return {"so": school.so, "school": school.code, "key": _key(self.world, name)}


def _key(world: World, person: str) -> Path:
    return world.hub.secrets / "persons" / f"{person}.p12"


def enter_key(world: World, run: Run, school: SyntheticSchool, folder: Path) -> Path:
    """The school draws its key and the registrar enters it; returns the private file."""
    path = folder / f"{school.code}.pem"
    _, (drawn,), _ = run("key", output=path)
    registrar = _key(world, f"DK-{school.so}-001")
    code, (entered,), _ = run("enter-key", so=school.so, school=school.code, public=drawn["public"], key=registrar)
    assert (code, entered["payload"]["key"]) == (0, drawn["public"])
    return path


def a_mover(world: World, run: Run, old: SyntheticSchool, new: SyntheticSchool) -> tuple[Mover, str]:
    """A pupil whose semester is locked at the old school, and the document's hash."""
    locked = lock_this(world, old, world.leaver(old))
    return Mover(world, run, locked.transcripts[0], old, new), locked.documents[0].sha256


def root_hex(*hashes: str) -> str:
    return set_root([bytes.fromhex(one) for one in sorted(hashes)]).hex()


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
