"""`hub connector check` over every connector that comes with the hub, and over files of the generic one, in full."""

import json
import subprocess
import sys

import pytest

from hub.connect.check import CHECKS
from hub.connectors.sdk import found
from tests.connectors.checking import printed_file, vectors
from tests.connectors.generic.test_shapes import CSV, FOLDER, SHAPES, sql_file

CHECK_S_MAX = 600
MAY_NOT_APPLY = {
    "csdl-c1": {"codes"}, "ha-noi": {"codes"}, "jsonl": {"codes"}, "vnedu-primary": {"codes"},
    "vnedu-secondary": {"codes", "back_pressure"}, "sql": {"golden", "faults", "sources"},
}  # fmt: skip
SEALED = {"nghe-an", "tien-giang"}
"""Connectors whose records are sealed; those of the others persons sign, and there is no source to read again."""
FILES = {"csv": (FOLDER, CSV), "http-json": SHAPES["http-json"], "sftp-xlsx": SHAPES["sftp-xlsx"]}


def outcomes(name, data):
    """Run the command and return the outcome of each check with its codes, the result, and the exit code."""
    command = [sys.executable, "-m", "hub.cli", "connector", "check", str(name), "--json", "--data", str(data)]
    command += [] if vectors() is None else ["--vectors", str(vectors())]
    run = subprocess.run(command, capture_output=True, text=True, timeout=CHECK_S_MAX, check=False)
    result = json.loads(run.stdout)
    shown = {each["id"]: (each["outcome"], {f["code"] for f in each["findings"]}) for each in result["checks"]}
    return shown, result, run.returncode


def assert_passed(shown, result, code, may_not_apply):
    """Every check ran; none failed; what does not apply is known and says why."""
    assert set(shown) == set(CHECKS)
    assert {check: codes for check, (outcome, codes) in shown.items() if outcome == "failed"} == {}
    left_out = {check for check, (outcome, _) in shown.items() if outcome == "not_applicable"}
    assert left_out == may_not_apply
    assert all(shown[check][1] == {"CONFORMANCE_NOT_APPLICABLE"} for check in left_out)
    assert (result["outcome"], code) == ("passed", 0)


@pytest.mark.parametrize("name", sorted(found()))
def test_a_connector_of_the_hub_passes_every_check(name, tmp_path):
    """With its own system played, faults and attacks included."""
    assert_passed(
        *outcomes(name, tmp_path), MAY_NOT_APPLY.get(name, set()) | (set() if name in SEALED else {"sources"})
    )


@pytest.mark.parametrize("shape", FILES)
def test_a_file_of_the_generic_connector_passes_every_check(shape, tmp_path):
    """The file that the docs print, over three transports; a file has no golden records unless they lie beside it."""
    path = tmp_path / "mau.toml"
    transport, form = FILES[shape]
    path.write_text(printed_file().replace(FOLDER, transport).replace(CSV, form), encoding="utf-8")
    assert_passed(*outcomes(path, tmp_path / "data"), {"golden", "sources"})


def test_a_file_that_reads_a_database_passes_every_check(tmp_path):
    """The table that its query reads is played in SQLite."""
    assert_passed(*outcomes(sql_file(tmp_path), tmp_path / "data"), MAY_NOT_APPLY["sql"])
