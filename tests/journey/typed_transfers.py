"""`hub transfer` as people type it: the steps of a pupil's way, each by the school or Sở that takes it."""

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

__all__ = ["BOTH", "Mover", "Run", "a_mover", "enter_key", "key_of", "root_hex", "typed_by"]

BOTH = ("pupil", "guardian")
Run = Callable[..., tuple[int, list[dict[str, Any]], str]]


def typed_by(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what types `hub transfer …`; it gives exit code, the JSON lines, and what was told beside them."""
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

    def decide(self, decision: str, of: SyntheticSchool) -> tuple[int, str]:
        """A lead of the Sở of that school decides."""
        key = key_of(self.world, f"LD-{of.so}-001")
        code, lines, _ = self.run(
            "resolve", self.id, decision, so=of.so, school=of.code, key=key, role="so_lead", number="20/QĐ-SGDĐT",
            reason="Đã xác minh",
        )  # fmt: skip
        return code, lines[-1]["facts"]["state"]

    def until_sent(self) -> str:
        """Come as far as the delivery."""
        self.start()
        self.step("consent", self.old, person="DAU", role="school_seal", party=BOTH)
        self.step("answer", self.new, "accept")
        code, state, _ = self.step("release", self.old)
        assert (code, state) == (0, "released")
        return eventually("the delivery", lambda: self.shown(self.new)["state"] == "sent") and "sent"

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
        return {"so": school.so, "school": school.code, "key": key_of(self.world, name)}


def key_of(world: World, person: str) -> Path:
    """Return a person's key file."""
    return world.hub.secrets / "persons" / f"{person}.p12"


def enter_key(world: World, run: Run, school: SyntheticSchool, folder: Path) -> Path:
    """The school draws its key and the registrar enters it; returns the private file."""
    path = folder / f"{school.code}.pem"
    _, (drawn,), _ = run("key", output=path)
    registrar = key_of(world, f"DK-{school.so}-001")
    code, (entered,), _ = run("enter-key", so=school.so, school=school.code, public=drawn["public"], key=registrar)
    assert (code, entered["payload"]["key"]) == (0, drawn["public"])
    return path


def a_mover(world: World, run: Run, old: SyntheticSchool, new: SyntheticSchool) -> tuple[Mover, str]:
    """A pupil whose semester is locked at the old school, and the document's hash."""
    locked = lock_this(world, old, world.leaver(old))
    return Mover(world, run, locked.transcripts[0], old, new), locked.documents[0].sha256


def root_hex(*hashes: str) -> str:
    """Return the root over document hashes, in hex."""
    return set_root([bytes.fromhex(one) for one in sorted(hashes)]).hex()
