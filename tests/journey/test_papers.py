"""A paper of years ago, by the commands that a Sở types: typed in, sealed, sent, locked, and proved for what it is."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.cli import main
from hub.client import act_outbounds, lock_act, make_bundle, sign_act
from hub.client.papers import PAPERS
from hub.connectors.jsonl import write_jsonl
from hub.decision import set_root
from hub.domain import pupil_of
from hub.domain.statements import SoLockItem
from hub.local.pki import PASSWORD
from hub.local.population.submissions import transcripts_before
from tests.journey.sealing import SO, enter
from tests.journey.test_bundle import NO_NETWORK, offline
from tests.journey.world import COMPLETED, World, eventually
from tests.unit.client.scans import a_scan

_YEARS_AGO, _YEAR = 3, "2022-2023"
_POLICY = {"completeness": "ignore", "decision": "QĐ-9/SGDĐT", "so_may_lock": True, "so_cohorts": ["completed"]}
Run = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command; return its exit code and the JSON lines on standard output."""

    def typed(*arguments: object) -> tuple[int, list[dict[str, Any]]]:
        monkeypatch.setattr(sys, "argv", ["hub", *map(str, arguments), "--json"])
        monkeypatch.setenv("HUB_KEY_PASSWORD", PASSWORD)
        code: object = 0
        try:
            main()
        except SystemExit as left:
            code = left.code
        return int(code or 0), [json.loads(line) for line in capsys.readouterr().out.splitlines()]  # type: ignore[call-overload]

    return typed


def test_paper_is_typed_sealed_sent_and_proved_as_the_lowest_grade(world: World, run: Run, tmp_path: Path) -> None:
    """The scan stays with the Sở and in the evidence file; sent twice it is there once."""
    enter(world, "source_system", PAPERS, {"format": "scan", "grade": "legacy_evidence", "so": SO})
    school, now_at = world.school(SO), world.school(SO, 1)
    drawn = transcripts_before(world.population.seed, school, now_at, world.population.school_year, _YEARS_AGO)
    (tmp_path / "hoc-ba.png").write_bytes(a_scan(17, 11))
    write_jsonl(tmp_path / "lop.jsonl", drawn[:2])

    code, lines = run("prepare", tmp_path / "lop.jsonl", "--legacy", tmp_path / "hoc-ba.png")
    assert (code, lines[-1]["taken"]) == (0, 2)
    sending = ("submit", tmp_path / "lop.batch", "--so", SO, "--wait", "--data", world.hub.data)
    assert run(*sending)[0] == 1  # nobody has sealed it
    key = world.hub.secrets / "persons" / f"DAU-{SO}.p12"
    code, (sealed,) = run("seal", tmp_path / "lop.batch", "--key", key)
    assert (code, sealed["sealed"], sealed["grade"]) == (0, 2, "legacy_evidence")
    for _ in range(2):
        code, (sent, answer) = run(*sending)
        assert (code, sent["sent"], answer["outcome"]) == (0, 2, "accepted")
    hashes = [document["document_sha256"] for document in answer["documents"]]
    held = world.database(SO).execute(
        "SELECT evidence, s.data FROM document JOIN source_document s ON s.sha256 = source_sha256 "
        "WHERE document_sha256 = ANY(%s)", ([bytes.fromhex(one) for one in hashes],),
    ).fetchall()  # fmt: skip
    assert held == [("legacy_evidence", a_scan(17, 11))] * 2

    _lock(world, hashes)
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    made = make_bundle(SO, world.hub.so_url(SO), [pupil_of(drawn[0])], _YEAR)
    (tmp_path / "bundle.json").write_bytes(made.bundle)
    root = f"anchor-{SO}.der"
    (tmp_path / root).write_bytes((world.hub.secrets / f"so-{SO}" / root).read_bytes())
    code, shown = offline(tmp_path, "--roots", root)
    assert (code, shown["verdict"], shown["parts"]["source"]) == (0, "valid", "valid")
    assert (shown["facts"]["evidence"], shown["facts"]["system"]) == ("legacy_evidence", PAPERS)
    assert "mapping" not in shown["facts"]


def _lock(world: World, hashes: list[str]) -> None:
    """Let the Sở lock the round of these documents, and wait until Bộ has it."""
    enter(world, "lock_policy", "lock-policy", _POLICY)
    try:
        school = world.school(SO).code
        item = SoLockItem(count=len(hashes), root=set_root([bytes.fromhex(h) for h in hashes]).hex(), school=school)
        act = lock_act(SO, _YEAR, COMPLETED, [item], "17/QĐ-SGDĐT", "Học bạ giấy", world.at)
        signed = sign_act(act, world.people(f"LD-{SO}-001"), world.iat)
        (answer,) = world.ask(*(outbound.sending for outbound in act_outbounds(signed)))
        assert (answer.outcome, answer.codes) == ("accepted", set()), answer
    finally:
        enter(world, "lock_policy", "lock-policy", _POLICY | {"so_may_lock": False})
    row = eventually("the lock", lambda: world.database(SO).execute(
        "SELECT lock_id FROM lock WHERE (school, school_year, cohort, round_number) = (%s, %s, %s, %s)",
        (school, _YEAR, COMPLETED.cohort, COMPLETED.number),
    ).fetchone())  # fmt: skip
    world.receipt(SO, bytes(row[0]).hex(), "ingested")
