"""The conformance kit sees what it is for: a good connector passes, each broken copy fails with exactly its finding."""

import json
import subprocess
import sys

import pytest

from hub.connect.check import CHECKS, SEED_FILE, read_signer, verify_result
from tests.connectors.checking import BROKEN, GOOD, checked, vectors

QUICK = (
    "manifest",
    "codes",
    "golden",
    "round_trip",
    "loss_report",
    "encodings",
    "pages",
    "limits",
    "answers",
    "hostile",
)
FAULTS = {
    "drops_a_field": ("round_trip", "CONFORMANCE_FIELD_DROPPED"),
    "rounds_a_mark": ("round_trip", "CONFORMANCE_ROUND_TRIP_DIFFERS"),
    "doubles_a_page": ("pages", "CONFORMANCE_RECORD_DOUBLED"),
    "loses_the_cursor": ("resume", "CONFORMANCE_CURSOR_LOST"),
    "follows_an_external_entity": ("hostile", "CONFORMANCE_ENTITY_FOLLOWED"),
    "answers_twice": ("answers", "CONFORMANCE_ANSWER_DOUBLED"),
    "names_no_source": ("sources", "CONFORMANCE_SOURCE_DIFFERS"),
    "reads_beside_the_signature": ("sources", "CONFORMANCE_SOURCE_DIFFERS"),
}

QUICKEST = "rounds_a_mark"  # of every change; `make long` tries them all


def by_command(connector, data):
    """Return the outcome of every check, and the signed result, as the command gives them."""
    command = [sys.executable, "-m", "hub.cli", "connector", "check", str(connector), "--data", str(data), "--json"]
    command += [] if vectors() is None else ["--vectors", str(vectors())]
    run = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    shown = json.loads(run.stdout)
    return {each["id"]: each["outcome"] for each in shown["checks"]}, shown["note"].encode()


@pytest.mark.long
def test_a_good_connector_passes_every_check(tmp_path):
    """Otherwise a failing check would say nothing about a broken one."""
    found, note = by_command(GOOD, tmp_path)
    assert set(found) == set(CHECKS)
    assert {check: outcome for check, outcome in found.items() if outcome != "passed"} == {
        "golden": "not_applicable", "sources": "not_applicable",
    }  # fmt: skip
    assert verify_result(note, read_signer(tmp_path / "secrets" / SEED_FILE).key()).outcome == "passed"


@pytest.mark.parametrize(
    "name", [each if each == QUICKEST else pytest.param(each, marks=pytest.mark.long) for each in FAULTS]
)
def test_a_broken_copy_fails_with_exactly_its_finding(name, tmp_path):
    """One fault, one check, one code."""
    check, code = FAULTS[name]
    found = checked(str(BROKEN / name), tmp_path, *dict.fromkeys((*QUICK, check)))
    failed = {each: codes for each, (outcome, codes) in found.items() if outcome == "failed"}
    assert failed == {check: {code}}


def test_every_broken_copy_is_tried():
    """A folder that no test names would prove nothing."""
    assert {path.parent.name for path in BROKEN.glob("*/manifest.toml")} == set(FAULTS)
