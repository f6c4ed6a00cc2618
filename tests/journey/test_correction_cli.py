"""One mark is corrected after the lock by the commands that teacher, principal, school and Sở type; what it leaves."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.cli import main
from hub.client import make_bundle
from hub.domain import canonical, civil_date, pupil_of
from hub.evidence import Roots, verify_bundle
from hub.local.pki import PASSWORD
from hub.local.population import SyntheticSchool
from tests.journey.world import LockedRound, World, eventually
from tests.unit.evidence.node import second_verdict

SO = "ha-noi"
SUBJECT = "TOAN"
FIELD = f"$.subjects[{SUBJECT}].score"

Run = Callable[..., tuple[int, list[dict[str, Any]]]]


@dataclass(frozen=True)
class Desk:
    """A school with three locked transcripts, and the keys of everybody who has a part in their correction."""

    school: SyntheticSchool
    locked: LockedRound
    keys: dict[str, Path]
    common: tuple[object, ...]
    place: tuple[object, ...]

    @property
    def documents(self) -> list[str]:
        return [document.sha256 for document in self.locked.documents]

    def by(self, role: str) -> tuple[object, ...]:
        """Whose key, and as what."""
        return ("--role", role, "--key", self.keys[role])


@pytest.fixture(scope="module")
def desk(world: World, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Four pupils who left a primary school of Hà Nội, locked: one for each test that corrects."""
    school = world.school(SO)
    password = tmp_path_factory.mktemp("desk") / "password"
    password.write_text(PASSWORD + "\n", encoding="utf-8")
    persons = {step.role: step.person for step in world.class_of(school).signers[0]}
    persons |= {"so_officer": f"CV-{SO}-001", "so_lead": f"LD-{SO}-001"}
    keys = {role: world.hub.secrets / "persons" / f"{person}.p12" for role, person in persons.items()}
    common = ("--data", world.hub.data)
    place = ("--so", SO, "--school", school.code, *common, "--password-file", password)
    return Desk(school, world.lock_in(school, 4), keys, common, place)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command as a person would; returns exit code and the JSON lines on standard output."""

    def typed(*arguments: object) -> tuple[int, list[dict[str, Any]]]:
        monkeypatch.setattr(sys, "argv", ["hub", *map(str, arguments), "--json"])
        with pytest.raises(SystemExit) as left:
            main()
        out = capsys.readouterr()
        code = left.value.code
        assert code in (0, 1), out.err
        assert isinstance(code, int)
        return code, [json.loads(line) for line in out.out.splitlines()]

    return typed


def _step(desk: Desk, run: Run, verb: str, role: str, *more: object) -> dict[str, Any]:
    """Take one step and return its receipt; the command ends as the receipt says."""
    code, lines = run("correction", verb, *more, *desk.place, *desk.by(role), "--yes", "--wait")
    receipt = lines[-1]
    assert (code == 0) == (receipt["outcome"] == "accepted"), lines
    return receipt | {"correction": lines[0]["correction"]}


def _requested(desk: Desk, run: Run, document: str, *fields: str) -> str:
    """Ask for a correction and return its id."""
    about = [argument for field in fields or (FIELD,) for argument in ("--field", field)]
    receipt = _step(
        desk, run, "request", "homeroom_teacher", "--year", desk.locked.transcripts[0].school_year, "--document",
        document, *about, "--reason", "Nhập nhầm điểm của học sinh khác", "--basis", "TT 27/2020, Điều 13",
        "--evidence", "c" * 64,
    )  # fmt: skip
    assert receipt["outcome"] == "accepted", receipt
    return str(receipt["correction"])


def _shown(desk: Desk, run: Run, correction: str, *more: object) -> dict[str, Any]:
    code, lines = run("correction", "show", correction, *desk.place[:6], *more)
    assert (code, len(lines)) == (0, 1)
    return lines[0]


DECISION = ("--number", "12/QĐ-SGDĐT", "--reason", "Đúng với sổ điểm")


def test_mark_is_corrected_from_request_to_the_new_lock(world: World, desk: Desk, run: Run, tmp_path: Path) -> None:
    """Four persons agree, only the field that was asked for changes, and both versions stay provable."""
    document, transcript = desk.documents[0], desk.locked.transcripts[0]
    before = make_bundle(SO, world.hub.so_url(SO), [pupil_of(transcript)], transcript.school_year)
    correction = _approved(desk, run, document)
    number = _is_open(desk, run, correction)

    new = _handed_in(desk, run, correction, number, transcript, tmp_path)
    student = ("--school", desk.school.code, "--student", transcript.student.student_code, *desk.common)
    _, (history,) = run("lookup", *student)
    assert [(v["version"], v["state"]) for v in history["versions"]] == [(1, "locked"), (2, "open")]

    year = transcript.school_year
    lock = ("--year", year, "--cohort", "correction", "--number", number, "--yes", "--wait")
    code, (asked, *answers) = run("lock", *desk.place, *desk.by("principal"), *lock)
    assert (code, asked["count"], asked["round"]) == (0, 1, f"{year}/correction/{number}")
    assert [a["outcome"] for a in answers] == ["accepted", "ingested"]

    _is_superseded(run, student, document, new)
    shown = _shown(desk, run, correction)
    assert (shown["state"], shown["items"][0]["may"]) == ("relocked", {})
    assert shown["items"][0]["corrected"]["document_sha256"] == new
    assert [step["event"] for step in shown["steps"]] == [
        "request", "confirm", "submit", "approve", "resubmit", "relock",
    ]  # fmt: skip
    _is_reported(desk, run, correction, document, new)
    _is_proved(world, desk, before, tmp_path)


def _approved(desk: Desk, run: Run, document: str) -> str:
    """Walk the path of Nghệ An; each state says whose turn it is."""
    correction = _requested(desk, run, document)
    for verb, role, state, may in (
        ("confirm", "principal", "requested", {"confirm", "withdraw"}),
        ("submit", "school_seal", "confirmed", {"submit"}),
        ("approve", "so_officer", "submitted", {"approve", "reject"}),
    ):
        shown = _shown(desk, run, correction, "--role", role)
        assert (shown["state"], set(shown["items"][0]["may"])) == (state, may)
        more = (*DECISION, "--days", "3") if verb == "approve" else ()
        assert _step(desk, run, verb, role, correction, *more)["outcome"] == "accepted"
    return correction


def _is_open(desk: Desk, run: Run, correction: str) -> int:
    """The window is open for this pupil and this field; returns the number of its round."""
    _, lines = run("correction", "list", "--so", SO, "--school", desk.school.code, *desk.common)
    line = next(one for one in lines if one["correction"] == correction)
    assert (line["state"], line["pupils"]) == ("approved", {"approved": 1})
    assert 2 * 86_400 < line["time_left_s"] <= 4 * 86_400
    (item,) = _shown(desk, run, correction)["items"]
    assert (item["fields"], item["by"], item["why"]["reason"]) == ([FIELD], "so_officer", DECISION[3])
    assert item["base"]["log_index"] is not None
    return int(line["round"].rpartition("/")[2])


def _handed_in(desk: Desk, run: Run, correction: str, number: int, transcript: Any, folder: Path) -> str:
    """Prepare, sign and submit; returns the hash of the corrected document."""
    changes, batch = folder / "moi.json", folder / "lo"
    old = next(s.score for s in transcript.subjects if s.code == SUBJECT)
    value = "7.9" if old >= "8.0" else "8.0"
    changes.write_text(json.dumps({FIELD: value}), encoding="utf-8")
    code, (row, summary) = run(
        "correction", "prepare", correction, *desk.place[:6], "--changes", changes, "--out", batch
    )
    assert (code, summary["taken"]) == (0, 1), row
    assert row["differences"] == [{"path": FIELD, "old": old, "new": value}]
    assert summary["round"] == f"{transcript.school_year}/correction/{number}"
    for role in ("homeroom_teacher", "principal", "school_seal"):
        assert run("sign", batch, *desk.by(role), *desk.place[-2:])[0] == 0
    code, lines = run("submit", batch, "--so", SO, "--wait", *desk.by("school_seal"), *desk.place[4:])
    (accepted,) = lines[0]["documents"] if "documents" in lines[0] else lines[-1]["documents"]
    assert (code, accepted["outcome"], accepted["state"]) == (0, "accepted", "open")
    return str(accepted["document_sha256"])


def _is_superseded(run: Run, student: tuple[object, ...], document: str, new: str) -> None:
    """The old version stays readable, the new one says which it replaced, and each day has its version."""
    _, (history,) = run("lookup", *student)
    first, second = history["versions"]
    assert (first["state"], first["superseded_by"], first["document_sha256"]) == ("superseded", new, document)
    assert (second["state"], second["supersedes"], second["superseded_by"]) == ("locked", document, None)
    assert [(v["by"], bool(v["since"]), bool(v["rule"]), bool(v["next_step"]["vi"])) for v in (first, second)] == [
        ("principal", True, True, True)
    ] * 2
    assert first["since"] == second["since"]
    assert first["ingested_at"] is not None
    assert second["ingested_at"] > first["ingested_at"]
    today = civil_date(datetime.now(UTC))
    code, (then,) = run("lookup", *student, "--as-of", today)
    assert (code, [v["version"] for v in then["versions"]]) == (0, [2])
    assert run("lookup", *student, "--as-of", today - timedelta(days=2))[0] == 1
    _, (asked,) = run("lookup", *student, "--role", "principal")
    assert [set(v["may"]) for v in asked["versions"]] == [set(), {"supersede"}]


def test_status_answers_for_its_rounds(desk: Desk, run: Run) -> None:
    """Each state says since when, by whom, and by which rule; the office is checked."""
    code, found = run("status", "--role", "principal", *desk.common)
    rounds = [counted for owner in found if owner["owner"] == f"so-{SO}" for counted in owner["rounds"]]
    locked = [r for r in rounds if r["state"] == "locked"]
    assert code == 0
    assert locked
    assert all((r["by"], r["may"], bool(r["since"]), bool(r["rule"])) == ("so_seal", {}, True, True) for r in locked)


def _is_reported(desk: Desk, run: Run, correction: str, document: str, new: str) -> None:
    """Sở and Bộ count the same change over 8.0, each from its own rows, with the two documents behind it."""
    year = desk.locked.transcripts[0].school_year
    for view in ((), ("--bo",)):
        code, lines = run(
            "correction", "report", "--so", SO, "--year", year, "--school", desk.school.code, *view, *desk.common
        )
        line = lines[0]
        assert (code, line["school"]) == (0, desk.school.code)
        (crossed,) = (e for e in line["evidence"]["crossings"] if e["new"]["document_sha256"] == new)
        assert (crossed["old"]["document_sha256"], crossed["correction"]) == (document, None if view else correction)
        assert (SUBJECT, "score", "8.0") in [(m["subject"], m["field"], m["threshold"]) for m in crossed["marks"]]
        assert crossed["new"]["log_index"] > crossed["old"]["log_index"]
        assert line["corrections"]["relocked"] >= 1


def _is_proved(world: World, desk: Desk, before: Any, folder: Path) -> None:
    """The new version is valid, the old one superseded: by a status file of today, and in a bundle of today."""
    anchor = world.hub.secrets / f"so-{SO}" / f"anchor-{SO}.der"
    roots = Roots.of([(anchor.name, anchor.read_bytes())])
    url, transcript = world.hub.so_url(SO), desk.locked.transcripts[0]
    pupil = [pupil_of(transcript)]
    old, new = (make_bundle(SO, url, pupil, transcript.school_year, version=n) for n in (1, 2))
    assert [leaf.action for leaf in (before.leaf, old.leaf, new.leaf)] == ["LOCK", "LOCK", "SUPERSEDES"]
    assert verify_bundle(before.bundle, roots).verdict == "valid"
    told = verify_bundle(before.bundle, roots, old.status)
    assert (told.verdict, told.facts["superseded_by"], told.facts["status_leaves"]) == ("superseded", "2", "2")
    assert verify_bundle(old.bundle, roots).verdict == "superseded"
    assert verify_bundle(new.bundle, roots).verdict == "valid"
    for name, made, newer in (("before", before, old.status), ("old", old, None), ("new", new, None)):
        path, status = folder / f"{name}.bundle.json", folder / f"{name}.status.json"
        path.write_bytes(made.bundle)
        first = verify_bundle(made.bundle, roots, newer)
        options: list[Any] = ["--roots", anchor]
        if newer is not None:
            status.write_bytes(newer)
            options += ["--status", status]
        _, second = second_verdict(path, *options)
        assert (second["verdict"], second["parts"]) == (first.verdict, first.parts)


def test_request_may_be_withdrawn_or_rejected_and_asked_for_again(desk: Desk, run: Run) -> None:
    """Both end it with a reason; a record has one open correction at a time."""
    document = desk.documents[1]
    first = _requested(desk, run, document)
    again = run(
        "correction", "request", *desk.place, *desk.by("homeroom_teacher"), "--year",
        desk.locked.transcripts[1].school_year, "--document", document, "--field", FIELD, "--reason", "Lần nữa",
        "--basis", "TT 27/2020", "--evidence", "d" * 64, "--yes", "--wait",
    )  # fmt: skip
    assert (again[0], [f["code"] for f in again[1][-1]["findings"]]) == (1, ["CORRECTION_ALREADY_OPEN"])
    assert _step(desk, run, "withdraw", "homeroom_teacher", first, "--reason", "Đã rõ")["outcome"] == "accepted"
    assert _shown(desk, run, first)["state"] == "withdrawn"

    second = _requested(desk, run, document)
    for verb, role in (("confirm", "principal"), ("submit", "school_seal")):
        assert _step(desk, run, verb, role, second)["outcome"] == "accepted"
    assert _step(desk, run, "reject", "so_lead", second, *DECISION)["outcome"] == "accepted"
    (item,) = _shown(desk, run, second)["items"]
    assert (item["state"], item["by"], item["why"]["reason"], item["may"]) == ("rejected", "so_lead", DECISION[3], {})
    late = _step(desk, run, "approve", "so_officer", second, *DECISION, "--days", "1")
    assert (late["outcome"], [f["code"] for f in late["findings"]]) == ("refused", ["CORRECTION_STEP_NOT_ALLOWED"])


def test_document_that_changes_more_is_refused_here_and_at_so(
    world: World, desk: Desk, run: Run, tmp_path: Path
) -> None:
    """Prepare says so before anybody signs; a school that sends it all the same hears it from Sở."""
    document, transcript = desk.documents[3], desk.locked.transcripts[3]
    correction = _approved(desk, run, document)
    number = _is_open(desk, run, correction)
    changes = tmp_path / "moi.json"
    changes.write_text(json.dumps({FIELD: "8.0", "$.remarks": "Chăm."}), encoding="utf-8")
    code, (row, summary) = run(
        "correction", "prepare", correction, *desk.place[:6], "--changes", changes, "--out", tmp_path / "lo"
    )
    assert (code, summary["batch"]) == (1, None)
    assert "CORRECTION_FIELD_NOT_APPROVED" in [f["code"] for f in row["findings"]]

    value = json.loads(canonical(transcript)) | {"remarks": "Chăm.", "supersedes": document, "reason": "Nhập nhầm"}
    signed = world.signed_bytes(
        json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(), transcript
    )
    name = type(desk.locked.name)(cohort="correction", number=number)
    (answer,) = world.ask(world.submission(desk.school, [signed], name))
    assert answer.documents[signed.sha256] == ("refused", {"CORRECTION_FIELD_NOT_APPROVED"})
    assert eventually("the state", lambda: _shown(desk, run, correction)["state"]) == "approved"


def test_recalled_correction_leaves_its_window_open(desk: Desk, run: Run, tmp_path: Path) -> None:
    """Until the lock the school may take the corrected document back and hand in another one."""
    document, transcript = desk.documents[2], desk.locked.transcripts[2]
    correction = _approved(desk, run, document)
    number = _is_open(desk, run, correction)
    new = _handed_in(desk, run, correction, number, transcript, tmp_path)
    assert _shown(desk, run, correction)["state"] == "resubmitted"
    about = ("--year", transcript.school_year, "--cohort", "correction", "--number", number, "--document", new)
    code, lines = run("recall", *desk.place, *desk.by("principal"), *about, "--reason", "Ghi nhầm cột", "--wait")
    assert (code, lines[-1]["outcome"]) == (0, "accepted"), lines
    shown = _shown(desk, run, correction, "--role", "school_seal")
    assert (shown["state"], set(shown["items"][0]["may"])) == ("approved", {"resubmit"})
