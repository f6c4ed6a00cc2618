"""The measurements on real servers, small (`make bench-journey`): do they run to their end, and does everything add up?

No figure is compared with a goal here: a busy machine is no broken promise.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_TIMEOUT_S = 900
_CACHE = Path(__file__).parents[2] / ".hub" / "cache" / "bench"


def bench(*arguments: object) -> dict[str, Any]:
    """Run one measurement as a person does, on a stock that is kept for the next time."""
    command = [sys.executable, "-m", "hub.cli", "bench", *map(str, arguments), "--cache", str(_CACHE), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("signatures", "layout"), [(3, "together"), (12, "apart")])
def test_journey_accounts_for_every_transcript(tmp_path: Path, signatures: int, layout: str) -> None:
    """Submitted = locked = ingested = published; the samples can be drawn."""
    samples, picture = tmp_path / "samples.jsonl", tmp_path / "picture.svg"
    found = bench(
        "journey", "--transcripts", 200, "--signatures", signatures, "--layout", layout, "--warm", 0,
        "--samples", samples,
    )  # fmt: skip
    balance = found["balance"]
    assert {balance[name] for name in ("submitted", "locked", "ingested", "published")} == {200}
    assert (balance["lost"], balance["doubled"], balance["changed"]) == (0, 0, 0)
    assert list(found["settings"]["compression"].values()) == ["zstd", "zstd", "gzip"]
    assert 0 < found["journey_rps"] <= found["validated_rps"]
    assert found["ratio"] == pytest.approx(found["journey_rps"] / found["floor_rps"], abs=0.01)
    assert {"producer", "broker", "so-0", "bo", "databases"} <= set(found["cpu_us_each"])
    assert all(mib > 0 for mib in found["memory_peak_mib"].values())
    done = [sys.executable, "-m", "hub.cli", "bench", "plot", str(samples), str(picture)]
    subprocess.run(done, check=True, timeout=60)
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_latency_is_told_for_every_submission() -> None:
    """At a low rate, for some seconds."""
    found = bench("latency", "--rate", 40, "--seconds", 4, "--warm-seconds", 1)
    assert (found["unanswered"], found["latency_ms"]["count"]) == (0, found["submissions"])


def test_peers_store_what_the_hub_stores() -> None:
    """All three sides, everything that was sent."""
    found = bench("peers", "--transcripts", 200)
    assert {side["stored"] for side in found["sides"].values()} == {200}


def test_ballast_is_there_and_changes_no_outcome() -> None:
    """Ten times as many rows, and everything still arrives once."""
    found = bench("scale", "--transcripts", 200, "--workers", "2", "--times", "10")
    assert [case["rows_before"] for case in found["stored"]] == [{}, {"so_ha_noi": 2000, "bo": 2000}]
    assert found["ok"]


def test_portal_answers_everybody_as_it_should() -> None:
    """At a low rate, for some seconds: look-ups right and wrong, reads, sealed sheets, checks that find them valid."""
    found = bench("portal", "--rate", 10, "--seconds", 2, "--warm-seconds", 20, "--sheets", 3, "--checks", 3)
    assert (found["ok"], set(map(len, found["wrong_answers"].values()))) == (True, {0})
    assert (found["look_up_ms"]["count"], found["sheet_ms"]["count"], found["check_sheet_ms"]["count"]) == (20, 3, 3)
    assert {"look_up_p99_ms", "sheet_p99_ms", "check_bundle_p99_ms"} <= set(found["goals"])
