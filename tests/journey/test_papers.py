"""A paper of years ago, by the commands that a Sở types: typed in, sealed, sent, locked, and proved for what it is."""

import hashlib
import json
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
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
from hub.domain.transcript import Transcript
from hub.local.pki import PASSWORD
from hub.local.population.submissions import transcripts_before
from hub.trust import encode_base64, grade_of, parse_leaf
from tests.journey.sealing import SO, enter
from tests.journey.test_bundle import NO_NETWORK, offline
from tests.journey.world import COMPLETED, World, eventually
from tests.unit.client.scans import a_scan

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pyHanko's own modules warn when they are imported
    from tests.unit.connectors.signed.paper_world import a_dictionary, a_pdf, paper_signer, sign_pdf, updated

_POLICY = {"completeness": "ignore", "decision": "QĐ-9/SGDĐT", "so_may_lock": True, "so_cohorts": ["completed"]}
_SIGNED_PAPERS = "hoc-ba-giay-ky-so"
_CLERK = paper_signer()
_SIGNED = sign_pdf(a_pdf(), _CLERK)
Run = Callable[..., tuple[int, list[dict[str, Any]]]]


@dataclass(frozen=True)
class Paper:
    """A file from which a person typed, of so many years ago: a year for each, as each has a round of its own."""

    name: str
    data: bytes
    system: str
    years_ago: int


_PICTURE = Paper("hoc-ba.png", a_scan(17, 11), PAPERS, 3)
_PAPERS = (_PICTURE, Paper("hoc-ba.pdf", a_pdf(), PAPERS, 4), Paper("ky-so.pdf", _SIGNED, _SIGNED_PAPERS, 2))
_WRONG = {
    "signed but called a scan": (_SIGNED, PAPERS, "SOURCE_SCAN_SIGNED"),
    "changed after signing": (
        updated(_SIGNED, lambda writer: writer.add_object(a_dictionary(A="/B"))), _SIGNED_PAPERS,
        "SOURCE_PDF_UNSIGNED_CHANGE",
    ),
    "a byte of the page exchanged": (
        _SIGNED.replace(b"100 100 l S", b"100 900 l S", 1), _SIGNED_PAPERS, "SOURCE_PDF_SIGNATURE_WRONG"
    ),
    "signed by nobody whom the register pins": (
        sign_pdf(a_pdf(), paper_signer()), _SIGNED_PAPERS, "SOURCE_CERTIFICATE_UNKNOWN"
    ),
    "a scan called signed": (a_pdf(), _SIGNED_PAPERS, "SOURCE_PDF_SIGNATURE_MISSING"),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _systems(world: World) -> None:
    """The Sở keeps scans, and PDFs that a clerk of its own signed."""
    enter(world, "source_system", PAPERS, {"format": "scan", "grade": "legacy_evidence", "so": SO})
    pinned = hashlib.sha256(_CLERK.der).hexdigest()
    enter(world, "certificate", pinned, {"der_base64": encode_base64(_CLERK.der)})
    signed = {"format": "pades", "grade": "legacy_evidence", "signers": [pinned], "so": SO}
    enter(world, "source_system", _SIGNED_PAPERS, signed)


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


def _prepared(world: World, run: Run, folder: Path, paper: Paper) -> list[Transcript]:
    """Type two pupils' years in from a paper; the batch stands in `lop.batch`."""
    school, now_at = world.school(SO), world.school(SO, 1)
    drawn = transcripts_before(world.population.seed, school, now_at, world.population.school_year, paper.years_ago)
    (folder / paper.name).write_bytes(paper.data)
    write_jsonl(folder / "lop.jsonl", drawn[:2])
    code, lines = run("prepare", folder / "lop.jsonl", "--legacy", folder / paper.name, "--system", paper.system)
    assert (code, lines[-1]["taken"]) == (0, 2)
    return drawn[:2]


def _seal(world: World, run: Run, folder: Path) -> None:
    key = world.hub.secrets / "persons" / f"DAU-{SO}.p12"
    code, (sealed,) = run("seal", folder / "lop.batch", "--key", key)
    assert (code, sealed["sealed"], sealed["grade"]) == (0, 2, "legacy_evidence")


def _sending(world: World, folder: Path) -> tuple[object, ...]:
    return ("submit", folder / "lop.batch", "--so", SO, "--wait", "--data", world.hub.data)


@pytest.mark.parametrize("paper", _PAPERS, ids=["picture", "scanned PDF", "signed PDF"])
def test_paper_is_typed_sealed_sent_and_proved_as_the_lowest_grade(
    world: World, run: Run, tmp_path: Path, paper: Paper
) -> None:
    """The file stays with the Sở and in the evidence file; sent twice it is there once; a signature lifts nothing."""
    drawn, sending = _prepared(world, run, tmp_path, paper), _sending(world, tmp_path)
    assert run(*sending)[0] == 1  # nobody has sealed it
    _seal(world, run, tmp_path)
    for _ in range(2):
        code, (sent, answer) = run(*sending)
        assert (code, sent["sent"], answer["outcome"]) == (0, 2, "accepted"), answer
    hashes = [document["document_sha256"] for document in answer["documents"]]
    held = world.database(SO).execute(
        "SELECT evidence, s.data FROM document JOIN source_document s ON s.sha256 = source_sha256 "
        "WHERE document_sha256 = ANY(%s)", ([bytes.fromhex(one) for one in hashes],),
    ).fetchall()  # fmt: skip
    assert held == [("legacy_evidence", paper.data)] * 2

    lock_id = _lock(world, drawn[0].school_year, hashes)
    at_bo = world.database("bo").execute(
        "SELECT encode(document_sha256, 'hex'), signatures, leaf, evidence FROM document WHERE lock_id = %s", (lock_id,)
    ).fetchall()  # fmt: skip
    assert {row[0] for row in at_bo} == set(hashes)
    assert {(grade_of(row[1]), parse_leaf(row[2]).evidence, row[3]) for row in at_bo} == {("legacy_evidence",) * 3}
    _is_proved(world, drawn[0], paper, tmp_path)


def _is_proved(world: World, transcript: Transcript, paper: Paper, folder: Path) -> None:
    """Offline, with the paper in the file and read again; a signed one tells who signed it."""
    (folder / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    made = make_bundle(SO, world.hub.so_url(SO), [pupil_of(transcript)], transcript.school_year)
    (folder / "bundle.json").write_bytes(made.bundle)
    root = f"anchor-{SO}.der"
    (folder / root).write_bytes((world.hub.secrets / f"so-{SO}" / root).read_bytes())
    code, shown = offline(folder, "--roots", root)
    assert (code, shown["verdict"], shown["parts"]["source"]) == (0, "valid", "valid"), shown
    facts = shown["facts"]
    assert (facts["evidence"], facts["system"]) == ("legacy_evidence", paper.system)
    assert "mapping" not in facts
    pinned = hashlib.sha256(_CLERK.der).hexdigest() if paper.system == _SIGNED_PAPERS else None
    assert facts.get("source_signer_sha256") == pinned


@pytest.mark.parametrize(("data", "system", "found"), _WRONG.values(), ids=_WRONG.keys())
def test_paper_that_is_not_what_its_system_keeps_is_refused_by_the_so(
    world: World, run: Run, tmp_path: Path, data: bytes, system: str, found: str
) -> None:
    """Sealed by the right seal all the same: each document under the code of its file, and nothing of it is kept."""
    assert data not in [paper.data for paper in _PAPERS if paper.system == system]
    _prepared(world, run, tmp_path, Paper("to.pdf", data, system, 5))
    _seal(world, run, tmp_path)
    code, (sent, answer) = run(*_sending(world, tmp_path))
    assert (code, sent["sent"], answer["outcome"]) == (1, 2, "refused")
    told = [{one["code"] for one in document["findings"]} for document in answer["documents"]]
    assert told == [{found}] * 2
    kept = world.database(SO).execute(
        "SELECT count(*) FROM document WHERE document_sha256 = ANY(%s)",
        ([bytes.fromhex(document["document_sha256"]) for document in answer["documents"]],),
    ).fetchone()  # fmt: skip
    assert kept == (0,)


def _lock(world: World, year: str, hashes: list[str]) -> bytes:
    """Let the Sở lock the round of these documents, and wait until Bộ has it; return the id of the lock."""
    enter(world, "lock_policy", "lock-policy", _POLICY)
    try:
        school = world.school(SO).code
        item = SoLockItem(count=len(hashes), root=set_root([bytes.fromhex(h) for h in hashes]).hex(), school=school)
        act = lock_act(SO, year, COMPLETED, [item], "17/QĐ-SGDĐT", "Học bạ giấy", world.at)
        signed = sign_act(act, world.people(f"LD-{SO}-001"), world.iat)
        (answer,) = world.ask(*(outbound.sending for outbound in act_outbounds(signed)))
        assert (answer.outcome, answer.codes) == ("accepted", set()), answer
    finally:
        enter(world, "lock_policy", "lock-policy", _POLICY | {"so_may_lock": False})
    row = eventually("the lock", lambda: world.database(SO).execute(
        "SELECT lock_id FROM lock WHERE (school, school_year, cohort, round_number) = (%s, %s, %s, %s)",
        (school, year, COMPLETED.cohort, COMPLETED.number),
    ).fetchone())  # fmt: skip
    world.receipt(SO, bytes(row[0]).hex(), "ingested")
    return bytes(row[0])
