"""`hub verify` and `hub bench` without servers: exit codes, what a person sees, what a script reads."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.cli import main
from hub.cli.bench import measure_merkle
from hub.evidence import bundle_bytes
from tests.unit.evidence.builders import a_locked, a_status, corrected, good, keys, parts_of
from tests.unit.evidence.lies import lies

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run `hub verify` in a folder with a bundle and its roots."""
    (tmp_path / "good.json").write_bytes(good())
    (tmp_path / "anchor-ha-noi.der").write_bytes(keys().issued["registrar"].der)
    monkeypatch.chdir(tmp_path)

    def typed(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hub", "verify", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        shown = capsys.readouterr()
        return int(left.value.code or 0), shown.out, shown.err

    return typed


def test_verify_ends_with_zero_for_a_valid_bundle(run: Run) -> None:
    """For a file as root, and for the folder that holds it; one JSON object says the same."""
    assert run("good.json", "--roots", "anchor-ha-noi.der")[0] == 0
    assert run("good.json", "--roots", ".")[0] == 0
    code, out, err = run("good.json", "--roots", ".", "--json")
    assert (code, json.loads(out)["verdict"], err) == (0, "valid", "")


def test_verify_ends_with_seven_when_nobody_is_trusted(run: Run) -> None:
    """And tells in both languages what is missing."""
    code, out, _ = run("good.json")
    assert code == 7
    assert "BUNDLE_ROOTS_MISSING" in out
    assert "--roots" in out


def test_verify_ends_with_one_for_a_lie_and_shows_all_findings(run: Run, tmp_path: Path) -> None:
    """Not the first one alone."""
    (tmp_path / "lie.json").write_bytes(lies()["a better mark"].data)
    code, out, _ = run("lie.json", "--roots", ".", "--json")
    codes = {found["code"] for found in json.loads(out)["findings"]}
    assert code == 1
    assert {"SIGNATURE_WRONG", "BUNDLE_LEAF_DIFFERS", "BUNDLE_RECEIPT_DIFFERS"} <= codes


def test_verify_ends_with_six_when_a_status_file_holds_a_later_version(run: Run, tmp_path: Path) -> None:
    """The old file is not wrong; it is not the newest."""
    first = a_locked()
    _, unlock, supersedes = corrected(first)
    (tmp_path / "old.json").write_bytes(bundle_bytes(**parts_of(first)))
    (tmp_path / "status.json").write_bytes(a_status(unlock, supersedes))
    code, out, _ = run("old.json", "--roots", ".", "--status", "status.json")
    assert code == 6
    assert "superseded" in out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nothing.json",), "BUNDLE_FILE_UNREADABLE"),
        ((".",), "BUNDLE_FILE_UNREADABLE"),
        (("good.json", "--roots", "nothing.der"), "BUNDLE_FILE_UNREADABLE"),
        (("good.json", "--roots", "good.json"), "ROOTS_UNREADABLE"),
        (("good.json", "--status", "nothing.json"), "BUNDLE_FILE_UNREADABLE"),
    ],
)
def test_verify_ends_with_two_without_a_file(run: Run, arguments: tuple[str, ...], code: str) -> None:
    """Wrong use is neither good nor bad evidence."""
    ended, out, err = run(*arguments)
    assert (ended, out) == (2, "")
    assert err.startswith(code)


def test_check_of_evidence_needs_no_client_of_any_server() -> None:
    """The pure package brings in neither a database nor a Kafka client, nor the hub's settings."""
    code = "import sys, hub.evidence; print(sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(json.loads(done.stdout.replace("'", '"')))
    assert not loaded & {"psycopg", "aiokafka", "confluent_kafka", "faust", "pydantic_settings", "structlog"}


def test_bench_tells_what_it_measured() -> None:
    """Figures of the product's own functions, with the size of the tree and the length of the proofs beside them."""
    found = measure_merkle(leaf_count=1000, run_count=2, proof_count=10)
    assert (found["leaves"], found["runs"], found["proofs"], found["proof_hashes"]) == (1000, 2, 10, 10)
    assert 0 <= found["root_seconds"] <= found["root_seconds_slowest"]
    assert 0 < found["proof_check_ms"] <= found["proof_check_ms_slowest"]
