"""Somebody's folder, as it may come: each fault is told in words and in time, and none reaches the result."""

import importlib.util
import json
import os
import py_compile
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import hub.cli.connector_apart
from hub.cli import app
from hub.connect.check.result import files_sha256
from hub.connectors.sdk import load
from hub.errors import Refused
from tests.connectors.checking import BROKEN, ROOT

pytestmark = pytest.mark.long

LOAD_S = 15.0
GOOD_DOOR = (BROKEN / "drops_a_field" / "__init__.py").read_text(encoding="utf-8")
MANIFEST = (BROKEN / "drops_a_field" / "manifest.toml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    """A vendor's folder that has a manifest and nothing else."""
    made = tmp_path / "cua-hang"
    made.mkdir()
    (made / "manifest.toml").write_text(MANIFEST, encoding="utf-8")
    (made / "README.md").write_text("x", encoding="utf-8")
    return made


def written(folder, code):
    """Write the folder's door."""
    (folder / "__init__.py").write_text(code, encoding="utf-8")
    return folder


def good(folder):
    """Write a door that makes the good connector with this folder's manifest."""
    return written(folder, GOOD_DOOR.replace("HERE.parent / ", f"Path({str(BROKEN)!r}) / "))


def command(folder, tmp_path, *options):
    """Run the command in this process and return its result and the seconds it took."""
    begun = time.monotonic()
    data = str(tmp_path / "data")
    run = CliRunner().invoke(app, ["connector", "check", str(folder), "--json", "--data", data, *options])
    return run, time.monotonic() - begun


DOORS = {
    "a fault of syntax": ("def connector(:\n", "SyntaxError"),
    "an import that is not there": ("import khong_co_goi_nay\n", "ModuleNotFoundError"),
    "an error": ("x = {}['a']\n", "__init__.py:1: KeyError"),
    "an end": ("raise SystemExit(0)\n", "SystemExit"),
    "no door": ("x = 1\n", "no function connector()"),
    "a door to nothing": ("def connector(file=None):\n    return None\n", "connector() gives no connector"),
    "a door that fails": ("def connector(file=None):\n    return 1 / 0\n", "__init__.py:2: ZeroDivisionError"),
}


@pytest.mark.parametrize("fault", DOORS)
def test_a_folder_that_cannot_be_loaded_is_refused_with_the_place(fault, folder):
    """By whatever loads it: check, run, list."""
    code, reason = DOORS[fault]
    with pytest.raises(Refused) as refused:
        load(written(folder, code))
    assert refused.value.code == "MANIFEST_WRONG"
    assert refused.value.facts["file"] == folder.name
    assert reason in refused.value.facts["reason"]


@pytest.mark.parametrize(
    "code", ["raise SystemExit(0)\n", "import os\nos._exit(0)\n", "import time\ntime.sleep(3600)\n"]
)
def test_a_folder_that_ends_or_hangs_is_told_in_time(code, folder, tmp_path, monkeypatch):
    """The command itself neither ends with it nor waits for it."""
    monkeypatch.setattr(hub.cli.connector_apart, "_LOAD_S", LOAD_S)
    run, took_s = command(written(folder, code), tmp_path)
    assert isinstance(run.exception, Refused)
    assert run.exception.code == "MANIFEST_WRONG"
    assert took_s < LOAD_S + 30


def test_what_a_folder_prints_is_not_in_the_result(folder, tmp_path):
    """Standard output is one line of JSON, whatever the code does with it."""
    good(folder)
    noise = "import os, sys\nprint('ồn ào', flush=True)\nos.write(1, b'noise\\n')\nprint('x', file=sys.stderr)\n"
    (folder / "__init__.py").write_text(noise + (folder / "__init__.py").read_text(), encoding="utf-8")
    data = str(tmp_path / "data")
    told = subprocess.run(
        [sys.executable, "-m", "hub.cli", "connector", "check", folder, "--only", "manifest", "--json", "--data", data],
        capture_output=True, text=True, cwd=ROOT, timeout=120, check=False,
    )  # fmt: skip
    assert json.loads(told.stdout)["checks"][0] == {"id": "manifest", "outcome": "passed", "findings": []}
    assert "noise" not in told.stdout + told.stderr


APART = """
import sys, time
from pathlib import Path
from hub.cli.connector_checking import documents_for
from hub.connect.check import run_apart, subject_of
subject = subject_of(sys.argv[1], documents_for, Path(sys.argv[2]), time.monotonic)
run_apart(subject, ["limits", "manifest"], lambda o: print(o.id, o.outcome, [f["facts"] for f in o.findings]), 20.0)
"""
HANGING = """

class Hanging(GenericConnector):
    def source(self, opened):
        import subprocess, time
        child = subprocess.Popen(["sleep", "4711"])
        (Path(opened.folder).parents[1] / "child").write_text(str(child.pid))
        time.sleep(3600)


def connector(file=None):
    made = Hanging(read_file(GOOD))
    made.manifest = read_manifest(HERE / "manifest.toml")
    return made
"""


def runs(process):
    """Tell whether a process runs; one that nobody has buried yet does not."""
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(") ")[2][0] not in "ZX"


def test_a_check_that_hangs_is_ended_with_what_it_started(folder, tmp_path):
    """Others run on, and say what they found."""
    good(folder)
    (folder / "__init__.py").write_text((folder / "__init__.py").read_text() + HANGING, encoding="utf-8")
    (tmp_path / "work").mkdir()
    told = subprocess.run(
        [sys.executable, "-c", APART, folder, tmp_path / "work"], capture_output=True, text=True, cwd=ROOT, timeout=120,
        check=False,
    )  # fmt: skip
    assert told.stdout.splitlines() == [
        "manifest passed []", "limits failed [{'check': 'limits', 'reason': '20 s'}]",
    ], told.stderr  # fmt: skip
    assert not runs(int((tmp_path / "work" / "child").read_text()))


def test_an_error_of_a_check_names_the_place_in_the_folder(folder, tmp_path):
    """Who wrote it finds it; the value that it stumbled over is not shown."""
    good(folder)
    broken = "\n\ndef simulator(transcripts, folder, faults, port=0):\n    raise KeyError('Nguyễn Thị Ánh')\n"
    text = (folder / "__init__.py").read_text() + broken.replace(
        "    raise", "    if list(transcripts):\n        raise"
    )
    (folder / "__init__.py").write_text(text + "    return play((), folder, faults, port, GOOD)\n", encoding="utf-8")
    run, _ = command(folder, tmp_path, "--only", "limits")
    (check,) = json.loads(run.stdout.splitlines()[-1])["checks"]
    (found,) = check["findings"]
    assert found["code"] == "CONFORMANCE_CHECK_STOPPED"
    assert found["facts"]["reason"].startswith("KeyError, __init__.py:")
    assert "Nguyễn" not in run.stdout


def test_a_huge_file_is_refused_before_anything_is_read(folder, tmp_path):
    """Four hundred megabytes are hashed by nobody."""
    good(folder)
    with (folder / "du-lieu.bin").open("wb") as stream:
        stream.truncate(400 * 2**20)
    run, took_s = command(folder, tmp_path)
    assert isinstance(run.exception, Refused)
    assert (run.exception.code, took_s < 20) == ("FILE_TOO_LARGE", True)


@pytest.mark.parametrize("golden", [False, True])
def test_a_folder_without_golden_records_and_simulator_fails_the_manifest(golden, folder, tmp_path):
    """Nothing could be checked of it, also where golden files hold no record; what does not apply says so."""
    good(folder)
    if golden:
        (folder / "golden").mkdir()
        (folder / "golden" / "a.json").write_text('{"schools": [], "records": []}')
        (folder / "golden" / "a.expected.json").write_text('{"documents": [], "rejected": []}')
    text = (folder / "__init__.py").read_text().replace("def simulator(", "def _simulator(")
    (folder / "__init__.py").write_text(text, encoding="utf-8")
    run, _ = command(folder, tmp_path, *(part for name in ("manifest", "golden", "pages") for part in ("--only", name)))
    shown = {each["id"]: each for each in json.loads(run.stdout.splitlines()[-1])["checks"]}
    assert {name: each["outcome"] for name, each in shown.items()} == {
        "manifest": "failed", "golden": "not_applicable", "pages": "not_applicable",
    }  # fmt: skip
    assert [found["code"] for found in shown["manifest"]["findings"]] == ["CONFORMANCE_MANIFEST"]
    assert "simulator()" in shown["pages"]["findings"][0]["en"]
    assert run.exit_code == 1


@pytest.mark.parametrize("name", ["../../tep", "/etc/passwd", "a b", ""])
def test_a_name_that_is_a_path_is_no_name(name, folder):
    """It becomes the name of a folder."""
    text = MANIFEST.replace('name = "drops-a-field"', f"name = {json.dumps(name)}")
    (folder / "manifest.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load(good(folder))
    assert (refused.value.code, "$.name" in refused.value.facts["reason"]) == ("MANIFEST_WRONG", True)


@pytest.mark.parametrize("name", ["khong-co", "../khong-co", "x" * 5_000, "..", "/", "\u202ea", "csdl-c2"])
def test_a_name_of_nothing_is_refused_with_the_nearest(name, tmp_path):
    """No name makes a traceback."""
    run, _ = command(name, tmp_path)
    assert isinstance(run.exception, Refused)
    assert run.exception.code == "CONNECTOR_UNKNOWN"
    assert name != "csdl-c2" or run.exception.facts["proposal"] == "csdl-c1"


def test_a_manifest_that_differs_from_the_file_fails(folder, tmp_path):
    """What people read must be what runs."""
    good(folder)
    (folder / "__init__.py").write_text(
        (folder / "__init__.py").read_text().replace('read_manifest(HERE / "manifest.toml")', "made.file.manifest"),
        encoding="utf-8",
    )
    run, _ = command(folder, tmp_path, "--only", "manifest")
    (check,) = json.loads(run.stdout.splitlines()[-1])["checks"]
    assert [found["facts"]["what"].startswith("manifest.toml") for found in check["findings"]] == [True]


def test_the_hash_over_the_files_passes_over_pipes(folder):
    """A pipe would be read for ever."""
    before = files_sha256(good(folder))
    os.mkfifo(folder / "ong")
    assert files_sha256(folder) == before


@pytest.mark.parametrize("name", ["__pycache__", "ra-ngoai"])
def test_a_folder_with_code_that_the_hash_does_not_cover_is_refused(name, folder, tmp_path):
    """What runs is what is hashed: neither something compiled beforehand, nor something behind a link."""
    good(folder)
    if name == "__pycache__":
        (folder / name).mkdir()
    else:
        (folder / name).symlink_to("/etc")
    run, _ = command(folder, tmp_path)
    assert isinstance(run.exception, Refused)
    assert (run.exception.code, name in run.exception.facts["reason"]) == ("MANIFEST_WRONG", True)


def test_what_runs_is_what_stands_in_the_folder_whatever_was_compiled(folder, monkeypatch):
    """A compiled file that claims to need no check is not looked at, and loading leaves none."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    compiled = Path(importlib.util.cache_from_source(str(good(folder) / "__init__.py")))
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    written(folder, "raise SystemExit(0)\n")
    compiled.parent.mkdir()
    py_compile.compile(
        folder / "__init__.py", compiled, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )
    written(folder, text)
    assert load(folder).manifest.name == "drops-a-field"
    shutil.rmtree(compiled.parent)
    other = folder.rename(folder.with_name("cua-hang-2"))
    assert load(other).manifest.name == "drops-a-field"
    assert not (other / "__pycache__").exists()


def test_a_folder_that_changes_while_it_is_checked_gives_no_result(folder, tmp_path):
    """Nobody could say which of both passed."""
    good(folder)
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    written(folder, text + "\n(HERE / 'README.md').write_text('y')\n")
    run, _ = command(folder, tmp_path, "--only", "manifest", "--result", str(tmp_path / "result"))
    assert isinstance(run.exception, Refused)
    assert "changed" in run.exception.facts["reason"]
    assert not (tmp_path / "result").exists()
