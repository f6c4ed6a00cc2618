"""The result of a check is signed: who has it can verify it, and a changed byte shows."""

import json

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.connect.check import (
    CHECKS,
    CheckOutcome,
    CheckResult,
    files_sha256,
    sign_result,
    signer_of,
    verify_result,
    whole_outcome,
)
from hub.connect.check.outcome import NO_SIMULATOR, NotApplicable, not_applicable
from hub.connect.check.result import SUITE_VERSION
from hub.errors import Refused
from tests.connectors.checking import BROKEN, GOOD


def a_result(**changes):
    """Return a result, with changes."""
    values = {
        "suite_version": SUITE_VERSION, "hub_version": "0.1.0", "connector": "mau-thu", "connector_version": "1",
        "certainty": "synthetic", "files_sha256": files_sha256(GOOD), "at": "2026-07-01T02:00:00Z", "outcome": "passed",
        "checks": (CheckOutcome("manifest", "passed"),),
    }  # fmt: skip
    return CheckResult(**values | changes)


def test_a_signed_result_verifies_and_reads_back(tmp_path):
    """What was signed is what is read."""
    signer = signer_of(tmp_path / "seed")
    assert verify_result(sign_result(a_result(), signer), signer.key()) == a_result()


def test_the_seed_is_made_once_and_readable_by_nobody_else(tmp_path):
    """A second run signs with the same key."""
    path = tmp_path / "secrets" / "seed"
    assert signer_of(path).key() == signer_of(path).key()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("position", [0, 20, 100, -10])
def test_a_result_with_a_changed_byte_is_refused(position, tmp_path):
    """Wherever the byte stands: in the text, or in the signature."""
    signer = signer_of(tmp_path / "seed")
    note = bytearray(sign_result(a_result(), signer))
    note[position] ^= 1
    with pytest.raises(Refused) as refused:
        verify_result(bytes(note), signer.key())
    assert refused.value.code == "CONFORMANCE_RESULT_WRONG"


def test_the_result_of_a_connector_with_very_many_faults_is_signed_too(tmp_path):
    """With the first findings of each check: a note has an upper bound."""
    fault = {"code": "CONFORMANCE_CODE_UNCOVERED", "vi": "ạ" * 600, "en": "x" * 600, "facts": {"code": "HP01"}}
    checks = tuple(CheckOutcome(name, "failed", (fault,) * 12) for name in CHECKS)
    signer = signer_of(tmp_path / "seed")
    read = verify_result(sign_result(a_result(outcome="failed", checks=checks), signer), signer.key())
    assert {check.id: len(check.findings) for check in read.checks} == dict.fromkeys(CHECKS, 1)
    assert read.outcome == "failed"


def test_a_result_by_another_key_is_refused(tmp_path):
    """A key that only has the same name is another key."""
    note = sign_result(a_result(), signer_of(tmp_path / "one"))
    with pytest.raises(Refused) as refused:
        verify_result(note, signer_of(tmp_path / "other").key())
    assert refused.value.code == "CONFORMANCE_RESULT_WRONG"


def test_the_hash_over_the_files_changes_with_every_byte_and_name(tmp_path):
    """Two connectors with one hash would be one connector."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.toml").write_text("1")
    first = files_sha256(tmp_path / "a")
    (tmp_path / "a" / "x.toml").write_text("2")
    second = files_sha256(tmp_path / "a")
    (tmp_path / "a" / "x.toml").rename(tmp_path / "a" / "y.toml")
    assert len({first, second, files_sha256(tmp_path / "a")}) == 3
    assert files_sha256(BROKEN / "drops_a_field") != files_sha256(BROKEN / "rounds_a_mark")


@pytest.mark.parametrize(("ran", "outcome"), [
    ({"manifest": "passed", "codes": "not_applicable"}, "passed"),
    ({"manifest": "passed"}, "partial"),
    ({"manifest": "failed"}, "failed"),
])  # fmt: skip
def test_result_passed_only_when_every_check_ran(ran, outcome):
    """A part of the suite is told as one."""
    checks = [CheckOutcome(check, what) for check, what in ran.items()]
    assert whole_outcome(checks, ("manifest", "codes")) == outcome


def test_result_is_partial_when_there_was_no_system_to_check_against():
    """What could not be tried did not pass; what a connector has not got is another thing."""
    reason = NotApplicable("không có", "there is none")
    checks = [CheckOutcome("manifest", "passed"), not_applicable("answers", reason)]
    assert whole_outcome(checks, ("manifest", "answers")) == "passed"
    unplayed = not_applicable("resume", NO_SIMULATOR)
    assert whole_outcome([*checks, unplayed], ("manifest", "answers", "resume")) == "partial"


def test_signed_result_says_that_it_is_the_word_of_who_signed(tmp_path):
    """The code under check runs where it is judged, so its own honesty is not what was checked."""
    assert b'"isolation":"none"' in sign_result(a_result(), signer_of(tmp_path / "seed"))


def test_the_command_prints_a_signed_result_and_verifies_it(tmp_path):
    """`hub connector check --only manifest --json`, then `--verify`."""
    data, result = ["--data", str(tmp_path / "data")], tmp_path / "result.note"
    run = CliRunner().invoke(
        app, ["connector", "check", str(GOOD), "--only", "manifest", "--json", "--result", str(result), *data]
    )
    assert run.exit_code == 0, run.output
    shown = json.loads(run.stdout.splitlines()[-1])
    assert (shown["connector"], shown["outcome"]) == ("mau-thu", "partial")
    again = CliRunner().invoke(app, ["connector", "check", "--verify", str(result), "--json", *data])
    assert again.exit_code == 0, again.output
    told = CliRunner().invoke(app, ["connector", "check", "--verify", str(result), *data])
    assert "một phần / partial · 1 đạt, 0 không áp dụng" in told.stdout
    assert "the word of who signed" in told.stdout
    by_key = ["connector", "check", "--verify", str(result), "--note-key", shown["note_key"], "--json"]
    assert json.loads(CliRunner().invoke(app, by_key).stdout)["files_sha256"] == files_sha256(GOOD)
