"""What a person of the Sở types: look at who is claimed twice, rule, link identifiers, look again."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.cli import main
from hub.domain import pupil_of
from hub.local.pki import PASSWORD
from tests.journey.deciding import lock_this, same_pupil
from tests.journey.world import CANARY, World, eventually

SO = "ha-noi"
Run = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command as a person would; returns exit code, the JSON lines, and all that was written."""

    def typed(*arguments: object) -> tuple[int, list[dict[str, Any]], str]:
        monkeypatch.setattr(sys, "argv", ["hub", *map(str, arguments), "--json"])
        with pytest.raises(SystemExit) as left:
            main()
        out = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, [json.loads(line) for line in out.out.splitlines()], out.out + out.err

    return typed


@pytest.fixture
def signing(world: World, tmp_path: Path) -> tuple[object, ...]:
    """The options by which the lead of the Sở signs, sends and waits."""
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n", encoding="utf-8")
    key = world.hub.secrets / "persons" / f"LD-{SO}-001.p12"
    common = ("--so", SO, "--key", key, "--password-file", password, "--data", world.hub.data)
    return (*common, "--number", "12/QĐ-SGDĐT", "--reason", "Đã xác minh nơi học", "--yes", "--wait")


def test_conflict_is_listed_shown_and_decided(world: World, run: Run, signing: tuple[object, ...]) -> None:
    """By hashes and codes; the pupil's name only where it is asked for."""
    first, second = world.school(SO), world.school(SO, 4)
    mine = world.leaver(first)
    theirs = same_pupil(world, mine, second)
    right, wrong = (world.signed(t) for t in (mine, theirs))
    for school, document in ((first, right), (second, wrong)):
        assert world.ask(world.submission(school, [document], world.round_of()))[0].outcome == "accepted"
    data = ("--data", world.hub.data)

    code, rows, written = run("conflict", "list", "--so", SO, *data)
    row = next(r for r in rows if {c["document_sha256"] for c in r["claims"]} == {right.sha256, wrong.sha256})
    assert (code, row["standing"], row["rulings"]) == (0, True, [])
    assert {(c["school"], c["state"]) for c in row["claims"]} == {(first.code, "held"), (second.code, "held")}
    assert CANARY not in written
    assert str(mine.student.personal_id) not in written
    _, rows, _ = run("conflict", "list", "--so", SO, "--names", *data)
    assert any(r["pupil"] == pupil_of(mine) and CANARY in r["claims"][0]["name"] for r in rows)

    code, lines, written = run("conflict", "decide", right.sha256, *signing)
    assert (code, lines[0]["school"], lines[0]["not_of"]) == (0, first.code, second.code)
    assert lines[-1]["outcome"] == "accepted"
    assert str(mine.student.personal_id) not in written
    code, (shown,), _ = run("conflict", "show", wrong.sha256, "--so", SO, *data)
    assert (code, [c["state"] for c in shown["claims"]], shown["standing"]) == (0, ["open"], False)
    assert [(r["school"], r["number"], r["person"]) for r in shown["rulings"]] == [
        (first.code, "12/QĐ-SGDĐT", f"LD-{SO}-001")
    ]
    code, lines, _ = run("conflict", "decide", right.sha256, *signing)
    assert (code, [f["code"] for f in lines[-1]["findings"]]) == (1, ["CONFLICT_RULED_ALREADY"])


def test_identifiers_are_linked_listed_separated_and_looked_up(
    world: World, run: Run, signing: tuple[object, ...], tmp_path: Path
) -> None:
    """Named by transcripts, so that no personal number stands on the command line."""
    first, second = world.school(SO), world.school(SO, 4)
    old, new = lock_this(world, first, world.leaver(first)), lock_this(world, second, world.leaver(second))
    paper = tmp_path / "giay-khai-sinh.pdf"
    paper.write_bytes(b"%PDF-1.7 made up")
    pair = ("--former", old.documents[0].sha256, "--present", new.documents[0].sha256, "--evidence", paper)
    data = ("--data", world.hub.data)

    code, lines, written = run("identity", "correct", *pair, *signing)
    assert (code, lines[-1]["outcome"], lines[0]["school"]) == (0, "accepted", first.code)
    numbers = [str(made.transcripts[0].student.personal_id) for made in (old, new)]
    assert [number for number in numbers if number in written] == []
    decision = lines[0]["command_id"]
    code, (shown,), _ = run("identity", "show", decision, "--so", SO, "--persons", *data)
    assert (code, shown["former"], shown["present"]) == (0, *(pupil_of(made.transcripts[0]) for made in (old, new)))
    assert (shown["counts"], shown["action"], shown["person"]) == (True, "correct", f"LD-{SO}-001")

    student = old.transcripts[0].student.student_code
    code, (found,), _ = run("lookup", "--school", first.code, "--student", student, *data)
    assert {v["document_sha256"] for v in found["versions"]} == {m.documents[0].sha256 for m in (old, new)}

    def at_bo() -> object:
        _, rows, _ = run("conflict", "list", "--bo", *data)
        hashes = {m.documents[0].sha256 for m in (old, new)}
        return [r for r in rows if {c["document_sha256"] for c in r["claims"]} == hashes]

    assert eventually("the conflict at Bộ", at_bo)
    code, lines, _ = run("identity", "separate", *pair, *signing)
    assert (code, lines[-1]["outcome"]) == (0, "accepted")
    _, rows, written = run("identity", "list", "--so", SO, *data)
    assert [r["counts"] for r in rows if r["command_id"] == decision] == [False]
    assert [number for number in numbers if number in written] == []
    code, (found,), _ = run("lookup", "--school", first.code, "--student", student, *data)
    assert [v["document_sha256"] for v in found["versions"]] == [old.documents[0].sha256]


def test_decision_is_refused_before_it_is_sent_when_something_is_missing(
    world: World, run: Run, signing: tuple[object, ...]
) -> None:
    """An unknown transcript, a pupil whom nobody else claims, a decision that there is not."""
    document = world.signed(world.leaver(world.school(SO)))
    code, _, written = run("conflict", "decide", document.sha256, *signing)
    assert (code, "DOCUMENT_UNKNOWN" in written) == (1, True)
    assert world.ask(world.submission(world.school(SO), [document], world.round_of()))[0].outcome == "accepted"
    code, _, written = run("conflict", "decide", document.sha256, *signing)
    assert (code, "OPTION_MISSING" in written) == (2, True)
    code, _, written = run("identity", "show", "no-such-decision", "--so", SO, "--data", world.hub.data)
    assert "IDENTITY_DECISION_UNKNOWN" in written
    assert code == 2
