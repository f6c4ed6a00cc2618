"""Two workbooks of the sector database walk from a school's desk to Bộ by the commands that a school types."""

import json
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.cli import main
from hub.connectors.csdl_c1 import write_results
from hub.connectors.pupil_list import write_pupils
from hub.connectors.worksheets import column_number
from hub.local.pki import PASSWORD
from hub.local.population import SyntheticSchool
from hub.topics import BO_STAGES, SO_STAGES
from tests.journey.world import World, eventually

YEAR = "2025-2026"
SO, SCHOOL_NUMBER = "nghe-an", 3  # a primary school whose rounds no other test uses
FIRST_ROW = 4  # after three header rows
SUBJECT_CELLS = {
    "F": ("TOAN", "level"), "G": ("TOAN", "score"), "H": ("TV", "level"), "I": ("TV", "score"), "J": ("DD", "level"),
    "K": ("TNXH", "level"), "O": ("AN", "level"), "P": ("MT", "level"), "Q": ("HDTN", "level"), "R": ("GDTC", "level"),
}  # fmt: skip
ASSESSED_CELLS = {
    "S": ("competences", "TU_CHU"), "T": ("competences", "GIAO_TIEP"), "U": ("competences", "GIAI_QUYET"),
    "V": ("competences", "NGON_NGU"), "W": ("competences", "TINH_TOAN"), "X": ("competences", "KHOA_HOC"),
    "Y": ("competences", "THAM_MI"), "Z": ("competences", "THE_CHAT"), "AA": ("qualities", "YEU_NUOC"),
    "AB": ("qualities", "NHAN_AI"), "AC": ("qualities", "CHAM_CHI"), "AD": ("qualities", "TRUNG_THUC"),
    "AE": ("qualities", "TRACH_NHIEM"),
}  # fmt: skip
EXCELLENT = dict.fromkeys((*SUBJECT_CELLS, *ASSESSED_CELLS), "T") | {"G": 9, "I": 10, "AF": "x", "AG": "x"}
GOOD = EXCELLENT | {"G": 8, "I": 7, "J": "H", "S": "Đ"}
WEAK = EXCELLENT | {"F": "C", "G": 3, "H": "H", "I": 5, "S": "C", "AF": None, "AG": None}
RATING = "AH"

Run = Callable[..., tuple[int, list[dict[str, Any]]]]


@dataclass(frozen=True)
class Row:
    """One row of the result sheet as the school wrote it; `code` says why it must be refused."""

    number: int
    student_code: str
    cells: dict[str, Any]
    refused: str | None = None
    warned: str | None = None
    cohort: str = "completed"


@dataclass(frozen=True)
class Desk:
    """A school's two files, its rows, its keys and its round."""

    school: SyntheticSchool
    folder: Path
    rows: tuple[Row, ...]
    keys: dict[str, Path]
    password: Path
    data: Path


def _rows(world: World, school: SyntheticSchool) -> tuple[list[Row], list[list[Any]], list[list[Any]]]:
    """Write down the class, cell by cell: good rows, rows with a fault, and a note below them."""
    plans: list[tuple[dict[str, Any], str | None, str | None, str]] = [
        (EXCELLENT | {RATING: "Hoàn thành xuất sắc"}, None, None, "completed"),
        (GOOD | {RATING: "Hoàn thành"}, None, None, "completed"),
        (EXCELLENT | {"G": "9,0", RATING: "Hoàn thành xuất sắc"}, None, "CELL_DECIMAL_COMMA", "completed"),
        (EXCELLENT | {"D": "nfd", RATING: "Hoàn thành xuất sắc"}, None, "CELL_NFD", "completed"),
        (EXCELLENT | {"G": 11, RATING: "Hoàn thành xuất sắc"}, "CELL_SCORE_INVALID", None, "completed"),
        (EXCELLENT | {"F": "X", RATING: "Hoàn thành xuất sắc"}, "CELL_LEVEL_UNKNOWN", None, "completed"),
        (EXCELLENT | {"C": "number", RATING: "Hoàn thành xuất sắc"}, "STUDENT_CODE_ZERO_LOST", None, "completed"),
        (EXCELLENT | {"list": "absent", RATING: "Hoàn thành xuất sắc"}, "PUPIL_NOT_IN_LIST", None, "completed"),
        (EXCELLENT | {"E": "31/02/2019", RATING: "Hoàn thành xuất sắc"}, "CELL_DATE_INVALID", None, "completed"),
        (WEAK | {RATING: "Chưa hoàn thành"}, None, None, "supplementary"),
    ]
    rows, results, listed = [], [], []
    for n, (cells, refused, warned, cohort) in enumerate(plans):
        student = world.pupil(school).student
        code = f"01{student.student_code[-8:]}"
        born = "/".join(reversed(student.birth_date.split("-")))
        name = unicodedata.normalize("NFD", student.name) if cells.get("D") == "nfd" else student.name
        values = {"A": n + 1, "B": "1A", "C": int(code) if cells.get("C") == "number" else code, "D": name, "E": born}
        values |= {letters: value for letters, value in cells.items() if letters not in {"C", "D", "list"}}
        results.append(_cells(values, 35))
        if "list" not in cells:
            gender = "Nam" if student.gender == "male" else "Nữ"
            entry = {"A": n + 1, "B": "Khối 1", "C": "1A", "D": code, "E": student.name, "F": born, "G": gender}
            listed.append(_cells(entry | {"H": "Đang học", "K": "Việt Nam", "M": student.personal_id}, 13))
        rows.append(Row(FIRST_ROW + n, code, cells, refused, warned, cohort))
    return rows, results, listed


def _cells(values: dict[str, Any], width: int) -> list[Any]:
    row: list[Any] = [None] * width
    for letters, value in values.items():
        row[column_number(letters) - 1] = value
    return row


@pytest.fixture(scope="module")
def desk(world: World, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The files and keys of the second primary school of Nghệ An."""
    school, folder = world.school(SO, SCHOOL_NUMBER), tmp_path_factory.mktemp("desk")
    rows, results, listed = _rows(world, school)
    write_results(folder / "ket-qua.xlsx", [*results, _cells({"A": "Người lập biểu"}, 35)])
    write_pupils(folder / "C1-HocSinh.xlsx", listed)
    password = folder / "password"
    password.write_text(PASSWORD + "\n", encoding="utf-8")
    persons = world.hub.secrets / "persons"
    keys = {step.role: persons / f"{step.person}.p12" for step in world.class_of(school).signers[0]}
    return Desk(school, folder, tuple(rows), keys, password, world.hub.data)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command as a person would; returns exit code and the JSON lines on standard output."""

    def typed(*arguments: object) -> tuple[int, list[dict[str, Any]]]:
        monkeypatch.setattr(sys, "argv", ["hub", *map(str, arguments), "--json"])
        with pytest.raises(SystemExit) as left:
            main()
        out = capsys.readouterr()
        code = left.value.code
        assert isinstance(code, int), out.err
        return code, [json.loads(line) for line in out.out.splitlines()]

    return typed


def _marks(row: Row) -> dict[str, dict[str, str]]:
    """What the row's cells say of the subjects, as a document writes it."""
    found: dict[str, dict[str, str]] = {}
    for letters, (subject, kind) in SUBJECT_CELLS.items():
        text = str(row.cells[letters]).replace(",", ".")
        found.setdefault(subject, {})[kind] = f"{float(text):.1f}" if kind == "score" else text
    return found


def _assessed(row: Row, group: str) -> dict[str, str]:
    return {code: row.cells[letters] for letters, (of, code) in ASSESSED_CELLS.items() if of == group}


def test_two_workbooks_reach_bo_with_the_marks_of_their_cells(desk: Desk, run: Run) -> None:
    """Every row is taken or refused with its reason; every taken one is locked and looked up as its cells say."""
    batch, common = desk.folder / "lo", ("--data", desk.data)
    files = (desk.folder / "ket-qua.xlsx", "--pupils", desk.folder / "C1-HocSinh.xlsx", "--year", YEAR)

    code, lines = run("check", *files, "--school", desk.school.code)
    assert code == 1  # some rows are refused
    code, lines = run("prepare", *files, "--school", desk.school.code, "--out", batch, *common)
    assert code == 1
    *judged, summary = lines
    by_row = {line["row"]: line for line in judged if line["file"] == "ket-qua.xlsx" and line["row"] is not None}
    _compare_rows(desk, by_row)
    taken = [row for row in desk.rows if row.refused is None]
    assert (summary["taken"], summary["refused"]) == (len(taken), len(desk.rows) - len(taken))
    hashes = {row.student_code: by_row[row.number]["document_sha256"] for row in taken}

    _sign(desk, batch, run)
    sent = _submit(desk, batch, run)
    assert {d["document_sha256"]: d["outcome"] for d in sent} == dict.fromkeys(hashes.values(), "accepted")
    for cohort in ("completed", "supplementary"):
        _lock(desk, cohort, sum(row.cohort == cohort for row in taken), run)

    for row in taken:
        place = ("--school", desk.school.code, "--student", row.student_code)
        code, (found,) = run("lookup", *place, *common)
        (version,) = found["versions"]
        assert (code, version["state"], version["document_sha256"]) == (0, "locked", hashes[row.student_code])
        assert version["ingested_at"] is not None
        assert version["effective_on"] is not None
        assert version["marks"] == _marks(row)
        assert version["competences"] == _assessed(row, "competences")
        assert version["qualities"] == _assessed(row, "qualities")
        code, (again,) = run("lookup", found["locator"], *common)
        assert (code, again) == (0, found)
    for row in (r for r in desk.rows if r.refused is not None):
        assert run("lookup", "--school", desk.school.code, "--student", row.student_code, *common)[0] == 1
    _recall_too_late(desk, next(iter(hashes.values())), run)


def _compare_rows(desk: Desk, by_row: dict[int, Any]) -> None:
    """Every row of the sheet is in exactly one of taken and refused, for the reason that was planted."""
    note = FIRST_ROW + len(desk.rows)
    assert set(by_row) == {row.number for row in desk.rows} | {note}
    assert (by_row[note]["verdict"], by_row[note]["document_sha256"]) == ("warnings", None)
    for row in desk.rows:
        line = by_row[row.number]
        codes = {finding["code"] for finding in line["findings"]}
        assert (line["verdict"] == "refused") == (row.refused is not None), line
        assert {row.refused, row.warned} - {None} <= codes
        assert line["sheet"] == "Sheet1"
        assert all(f["next_vi"] and f["path"] for f in line["findings"])


def _sign(desk: Desk, batch: Path, run: Run) -> None:
    """Teacher, principal and seal sign in order; out of order is refused, and a repetition too."""

    def by(role: str) -> int:
        key = ("--key", desk.keys[role], "--password-file", desk.password)
        return run("sign", batch, "--role", role, *key)[0]

    assert by("principal") == 1
    assert [by(role) for role in ("homeroom_teacher", "principal", "school_seal")] == [0, 0, 0]
    assert by("principal") == 1
    assert run("check", batch)[0] == 0


def _key(desk: Desk) -> tuple[object, ...]:
    return (
        "--key",
        desk.keys["principal"],
        "--password-file",
        desk.password,
        "--role",
        "principal",
        "--data",
        desk.data,
    )


def _submit(desk: Desk, batch: Path, run: Run) -> list[dict[str, Any]]:
    """Hand in twice: the same ids, the same receipts."""
    code, lines = run("submit", batch, "--so", SO, "--wait", *_key(desk))
    again, repeated = run("submit", batch, "--so", SO, "--wait", *_key(desk))
    answers = [line for line in lines if "receipt_id" in line]
    assert (code, again) == (0, 0)
    assert {a["receipt_id"] for a in answers} == {a["receipt_id"] for a in repeated if "receipt_id" in a}
    assert {a["signature"] for a in answers} == {"valid"}
    assert len(answers) == 2  # one a round
    code, receipts = run("receipts", "--so", SO, "--school", desk.school.code, "--data", desk.data)
    assert {a["receipt_id"] for a in answers} <= {r["receipt_id"] for r in receipts}
    return [document for answer in answers for document in answer["documents"]]


def _lock(desk: Desk, cohort: str, count: int, run: Run) -> None:
    """Lock exactly what the receipts say, and hear from Sở and from Bộ."""
    place = ("--so", SO, "--school", desk.school.code, "--year", YEAR, "--cohort", cohort)
    code, (shown, *answers) = run("lock", *place, "--yes", "--wait", *_key(desk))
    assert (code, shown["count"]) == (0, count)
    assert [a["outcome"] for a in answers] == ["accepted", "ingested"]


def _recall_too_late(desk: Desk, document: str, run: Run) -> None:
    """After the lock a recall is refused with its reason, and the command ends with 1."""
    place = ("--so", SO, "--school", desk.school.code, "--year", YEAR)
    code, lines = run("recall", *place, "--document", document, "--reason", "Nhập nhầm", "--wait", *_key(desk))
    assert code == 1
    assert [f["code"] for f in lines[-1]["findings"]] == ["RECORD_LOCKED"]


def test_status_lists_members_of_every_worker_group(desk: Desk, run: Run) -> None:
    """Status names who works in each organisation, once the workers have joined."""

    def everybody() -> bool:
        code, found = run("status", "--data", desk.data)
        members = {s["group"]: s["members"] for organisation in found for s in organisation["stages"]}
        wanted = [group for group in members if "khanh-hoa" not in group]  # tests write that Sở's log themselves
        return (
            code == 0 and len(wanted) == 2 * len(SO_STAGES) + len(BO_STAGES) and all(members[group] for group in wanted)
        )

    assert eventually("members of every group", everybody)
