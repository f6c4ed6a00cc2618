"""The command line without servers: help, exit codes, and what a person sees of bad input."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.catalogue import CATALOGUE
from hub.cli import main
from hub.cli.exits import EXIT_CODES, exit_code
from hub.cli.main import COMMANDS
from hub.connectors.csdl_c1 import write_results
from hub.connectors.jsonl import write_jsonl
from hub.connectors.pupil_list import write_pupils
from hub.connectors.vnedu_primary import class_of, write_classes
from hub.connectors.workbook_writing import SheetToWrite, write_workbook
from hub.domain import canonical
from hub.errors import Corrupt, Refused, Unavailable
from tests.unit.client.builders import a_batch, transcripts, with_fields
from tests.unit.connectors.builders import a_pupil, a_result
from tests.unit.connectors.class_sheets import a_class, listed

README = Path(__file__).parents[3] / "README.md"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run one command in an empty folder; returns exit code, output and what was told beside it."""
    for name in ("HUB_KAFKA_BOOTSTRAP", "HUB_SO_DATABASE_URL", "HUB_BO_DATABASE_URL", "HUB_KEY_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "nothing-here"))

    def typed(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hub", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        shown = capsys.readouterr()
        return int(left.value.code or 0), shown.out, shown.err

    return typed


def _lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_says_what_it_does_and_how_it_ends(run: Run, command: str) -> None:
    """A sentence, every option with its meaning, and the exit codes."""
    code, out, _ = run(command, "--help")
    assert code == 0
    assert " ".join(EXIT_CODES.split()) in " ".join(out.split())
    assert not re.search(r"^  --[a-z-]+ *(<[^>]*>)? *$\n  --", out, re.MULTILINE)


def test_readme_lists_every_command() -> None:
    """The table of the README and `hub --help` agree; what only operators need stands in their own page."""
    listed = set(re.findall(r"^\| `hub ([a-z]+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert listed <= set(COMMANDS)
    assert set(COMMANDS) - listed <= {"topics"}


@pytest.mark.parametrize(
    ("provinces", "said"),
    [
        ("hai-fong", "did you mean hai-phong"),
        ("dong-thap", "ha-noi, hai-phong"),
        ("", "ha-noi"),
        ("ha-noi,,", "ha-noi"),
    ],
)
def test_demo_refuses_a_province_whose_system_it_cannot_play(
    run: Run, tmp_path: Path, provinces: str, said: str
) -> None:
    """Before anything is emptied or started, with those that there are."""
    code, _, err = run("demo", "--provinces", provinces, "--data", tmp_path / "d")
    assert (code, said in " ".join(err.split())) == (2, True)
    assert not (tmp_path / "d").exists()


def test_demo_of_provinces_refuses_too_few_pupils(run: Run, tmp_path: Path) -> None:
    """With fewer not everything can be shown."""
    code, _, err = run("demo", "--provinces", "ha-noi,khanh-hoa", "--pupils", "100", "--data", tmp_path / "d")
    assert (code, "160" in err) == (2, True)


def test_demo_refuses_a_school_year_that_is_none(run: Run, tmp_path: Path) -> None:
    """Before anything is removed or started."""
    code, _, err = run("demo", "--school-year", "abc", "--data", tmp_path / "d")
    assert (code, "Traceback" in err) == (2, False)


def test_every_refusal_of_use_is_told_in_both_languages(run: Run, tmp_path: Path) -> None:
    """Code, Vietnamese, English, next step; no traceback."""
    code, out, err = run("sign", tmp_path, "--role", "principal", "--key", "k.p12")
    entry = CATALOGUE["BATCH_MISSING"]
    assert (code, out) == (2, "")
    assert err.startswith("BATCH_MISSING")
    assert entry.next_vi in err
    assert entry.next_en in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("ROUND_CLOSED"), 1), (Refused("FILE_UNREADABLE"), 2), (Refused("KEY_FILE_PASSWORD_WRONG"), 2),
        (Refused("LOOKUP_NOTHING_FOUND"), 1), (Refused("OPTION_MISSING"), 2), (Unavailable("KAFKA_UNAVAILABLE"), 3),
        (Corrupt("BALANCE_DIFFERS"), 4),
    ],
)  # fmt: skip
def test_exit_code_says_whose_fault_it_is(error: Refused, code: int) -> None:
    """1 refused, 2 input or use, 3 a server, 4 an invariant."""
    assert exit_code(error) == code


@pytest.mark.parametrize("command", ["status", "topics", "lookup 01-ABCD-EFGH-J", "receipts --so ha-noi --school 1"])
def test_folder_without_a_hub_is_said_and_left_alone(run: Run, command: str, tmp_path: Path) -> None:
    """No servers are started on an empty folder."""
    code, out, err = run(*command.split())
    assert (code, out) == (3, "")
    assert err.startswith("DATA_FOLDER_NOT_FOUNDED")
    assert not (tmp_path / "nothing-here").exists()


def test_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad environment variable gives a sentence, not a traceback."""
    monkeypatch.setenv("HUB_METRICS_PORT", "many")
    code, _, err = run("status")
    assert (code, "HUB_METRICS_PORT" in err, "Traceback" in err) == (2, True, False)


def test_check_prints_one_line_a_document_and_ends_with_the_worst(run: Run, tmp_path: Path) -> None:
    """Clean 0, refused 1, unreadable 2; every line has verdict and findings."""
    (good,) = transcripts(1)
    files = {"good.json": canonical(good), "bad.json": canonical(with_fields(good, school_year="2040-2041"))}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    code, out, _ = run("check", "--json", tmp_path / "good.json")
    assert (code, [line["verdict"] for line in _lines(out)]) == (0, ["clean"])
    code, out, _ = run("check", "--json", tmp_path / "good.json", tmp_path / "bad.json")
    assert (code, [line["verdict"] for line in _lines(out)]) == (1, ["clean", "refused"])
    code, out, _ = run("check", "--json", tmp_path / "absent.xlsx", tmp_path / "good.json")
    assert (code, [line["verdict"] for line in _lines(out)]) == (2, ["unreadable", "clean"])


def test_check_reads_batches_too(run: Run, tmp_path: Path) -> None:
    """Each document of a batch is a line; a folder that is none is unreadable."""
    batch = a_batch(tmp_path)
    assert run("check", batch.folder)[0] == 0
    code, out, _ = run("check", "--json", tmp_path)
    assert (code, _lines(out)[0]["verdict"]) == (2, "unreadable")


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("old.xls", OLE + "Workbook".encode("utf-16-le"), "WORKBOOK_XLS_FORMAT"),
        ("locked.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "WORKBOOK_PASSWORD_PROTECTED"),
        ("bom.jsonl", b"\xef\xbb\xbf{}\n", "LINES_BOM"),
        ("crlf.jsonl", b"{}\r\n", "LINE_CRLF"),
        ("long.jsonl", b"x" * 300_000, "LINE_TOO_LONG"),
        ("other.pdf", b"%PDF-1.7", "FILE_KIND_UNKNOWN"),
    ],
)  # fmt: skip
def test_hostile_files_are_named_by_check_and_prepare(
    run: Run, tmp_path: Path, name: str, data: bytes, found: str
) -> None:
    """Neither command makes anything of them."""
    (tmp_path / name).write_bytes(data)
    code, out, _ = run("check", "--json", tmp_path / name)
    assert code in {1, 2}
    assert found in {f["code"] for line in _lines(out) for f in line["findings"]}  # type: ignore[attr-defined]
    school = ("--school", "01000101", "--year", "2025-2026", "--name", "Trường Mẫu", "--province", "01")
    code, out, err = run("prepare", tmp_path / name, "--pupils", tmp_path / name, *school, "--json")
    assert code in {1, 2}
    assert found in out + err
    assert not list(tmp_path.glob("*.batch"))


def test_workbook_alone_is_judged_by_itself(run: Run, tmp_path: Path) -> None:
    """Nothing is said of what the workbook does not hold; its own faults are found."""
    write_results(tmp_path / "kq.xlsx", [a_result(), a_result(C="0100849202", G=11)])
    code, out, _ = run("check", "--json", tmp_path / "kq.xlsx")
    rows = [line for line in _lines(out) if line["row"] is not None]
    assert (code, [row["verdict"] for row in rows]) == (1, ["warnings", "refused"])
    assert [row["document_sha256"] for row in rows] == [None, None]
    codes = {f["code"] for f in rows[0]["findings"]}  # type: ignore[attr-defined]
    assert codes == {"PUPIL_LIST_ABSENT"}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("--school 01000101 --year 2025-2026", "OPTION_MISSING"),
        ("--pupils {list} --year 2025-2026", "OPTION_MISSING"),
        ("--pupils {list} --school 01000101 --year 2025-2026", "SCHOOL_FACTS_MISSING"),
        ("--pupils {list} --school 01000101 --year 2025 --name X --province 01", "OPTION_WRONG"),
        ("--pupils {list} --school 01000101 --year 2025-2026 --name X --province Hà", "OPTION_WRONG"),
    ],
)
def test_prepare_says_what_it_lacks(run: Run, tmp_path: Path, options: str, code: str) -> None:
    """A workbook does not name its school, its year or its pupils."""
    write_results(tmp_path / "kq.xlsx", [a_result()])
    write_pupils(tmp_path / "ds.xlsx", [a_pupil()])
    found, _, err = run("prepare", tmp_path / "kq.xlsx", *options.format(list=tmp_path / "ds.xlsx").split())
    assert (found, err.splitlines()[0]) == (2, code)


def test_a_class_summary_is_recognised_and_prepared(run: Run, tmp_path: Path) -> None:
    """The same command takes a vnEdu workbook of two classes; its shape is found by itself."""
    one, two = a_class(1), a_class(4, letter="B", first=3)
    write_classes(tmp_path / "th.xlsx", [class_of(one), class_of(two)])
    write_pupils(tmp_path / "ds.xlsx", listed(one, two))
    school = ("--school", "01000101", "--year", "2025-2026", "--name", "Trường Mẫu", "--province", "01")
    code, out, err = run("prepare", tmp_path / "th.xlsx", "--pupils", tmp_path / "ds.xlsx", *school, "--json")
    *rows, summary = _lines(out)
    assert (code, summary["taken"], summary["refused"]) == (0, 6, 0), out + err
    assert [row["sheet"] for row in rows if row["row"] in {9, 10, 11}] == ["1A"] * 3 + ["4B"] * 3
    code, out, _ = run("check", "--json", tmp_path / "th.xlsx")
    assert code == 0
    found = [{f["code"] for f in line["findings"]} for line in _lines(out) if line["row"] in {9, 10, 11}]  # type: ignore[attr-defined]
    assert found == [{"PUPIL_LIST_ABSENT"}] * 6


def test_a_workbook_of_an_unknown_shape_says_where_it_stops(run: Run, tmp_path: Path) -> None:
    """And which shapes are known: one line a clerk can act on, with the exit code of what cannot be read."""
    write_workbook(tmp_path / "x.xlsx", [SheetToWrite("Chi tiêu", [("Khoản", "Tiền"), ("Bút", 3)])])
    code, out, _ = run("check", "--json", tmp_path / "x.xlsx")
    (line,) = _lines(out)
    (found,) = line["findings"]  # type: ignore[misc, attr-defined]
    assert (code, found["code"], found["facts"]["cell"]) == (2, "WORKBOOK_SHAPE_UNKNOWN", "Chi tiêu!A1")
    assert "vnEdu" in found["next_vi"]
    assert "C1" in found["next_vi"]


def test_prepare_of_lines_writes_a_batch_and_a_report(run: Run, tmp_path: Path) -> None:
    """All grades; the last line of output is the summary."""
    write_jsonl(tmp_path / "lop.jsonl", transcripts(3))
    code, out, _ = run("prepare", tmp_path / "lop.jsonl", "--json")
    *rows, summary = _lines(out)
    assert (code, len(rows), summary["taken"], summary["refused"]) == (0, 3, 3, 0)
    assert (tmp_path / "lop.batch" / "report.jsonl").read_text(encoding="utf-8").count("\n") == 3
    assert run("prepare", tmp_path / "lop.jsonl")[0] == 2  # it is there already


def test_prepare_leads_corrections_to_their_own_command(run: Run, tmp_path: Path) -> None:
    """A corrected document names the locked one, which no workbook does."""
    write_jsonl(tmp_path / "lop.jsonl", transcripts(1))
    code, _, err = run("prepare", tmp_path / "lop.jsonl", "--cohort", "correction")
    assert (code, "hub correction prepare" in err) == (2, True)


def test_path_that_cannot_be_used_is_named(run: Run, tmp_path: Path) -> None:
    """A folder below a file, whatever command would write there: a sentence and the next step."""
    source, in_the_way = tmp_path / "a.jsonl", tmp_path / "file"
    write_jsonl(source, transcripts(1))
    in_the_way.write_text("")
    code, _, err = run("prepare", source, "--out", in_the_way / "batch")
    assert (code, err.splitlines()[0]) == (2, "PATH_NOT_USABLE")
    assert str(in_the_way) in err
    assert "Traceback" not in err
