"""A sealed record of a real Sở's database, proved to somebody who has neither that database nor a network."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from hub.client import make_bundle
from hub.domain import pupil_of, read
from hub.evidence import Roots, verify_bundle
from tests.journey.sealing import SO, Sealed, Sealer
from tests.journey.test_bundle import NO_NETWORK, offline
from tests.journey.world import World
from tests.unit.evidence.node import second_verdict

__all__ = ["is_proved"]

_ROOTS = f"anchor-{SO}.der"


def is_proved(world: World, sealer: Sealer, sealed: Sealed, folder: Path) -> None:
    """Check the evidence of a locked record with both verifiers, then with a changed source, and in a history."""
    transcript = read(sealed.document).transcript
    assert transcript is not None
    made = make_bundle(SO, world.hub.so_url(SO), [pupil_of(transcript)], transcript.school_year)
    (folder / "bundle.json").write_bytes(made.bundle)
    (folder / _ROOTS).write_bytes((world.hub.secrets / f"so-{SO}" / _ROOTS).read_bytes())
    (folder / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")

    code, first = offline(folder, "--roots", _ROOTS)
    assert (code, first["verdict"], set(first["parts"].values())) == (0, "valid", {"valid"}), first
    facts = first["facts"]
    assert (facts["evidence"], facts["system"]) == (sealer.grade, sealer.system)
    assert (facts["mapping"], facts["source_sha256"]) == (sealer.mapping.name, sealed.origin.source_sha256)
    assert ("source_signed_at" in facts) == (sealer.grade == "derived")

    code, second = second_verdict(folder / "bundle.json", "--roots", folder / _ROOTS)
    assert (code, second["verdict"]) == (7, "unknown")
    assert {part: end for part, end in second["parts"].items() if end != "valid"} == {"source": "unknown"}
    assert {name: second["facts"][name] for name in ("evidence", "system", "mapping")} == {
        name: facts[name] for name in ("evidence", "system", "mapping")
    }
    _changed_source_is_found(made.bundle, folder)
    _is_in_history(world, sealer, transcript.student.student_code)


def _changed_source_is_found(bundle: bytes, folder: Path) -> None:
    """One byte in the middle of the source: both verifiers call the file broken."""
    data = bytearray(bundle)
    start = bundle.index(b'"source":"')
    data[(start + bundle.index(b'"', start + 10)) // 2] ^= 1
    (folder / "bundle.json").write_bytes(data)
    assert offline(folder, "--roots", _ROOTS)[0] == 1
    assert second_verdict(folder / "bundle.json", "--roots", folder / _ROOTS)[0] == 1
    roots = Roots.of([(_ROOTS, (folder / _ROOTS).read_bytes())])
    assert verify_bundle(bytes(data), roots).findings


def _is_in_history(world: World, sealer: Sealer, student: str) -> None:
    command = [sys.executable, "-m", "hub.cli", "history", "--school", sealer.school.code, "--student", student]
    done = subprocess.run(
        [*command, "--json", "--data", str(world.hub.data)], capture_output=True, text=True, timeout=120, check=False
    )
    shown: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, done.stderr, shown["evidence"]) == (0, "", {sealer.grade: 1}), shown
    (year,) = shown["years"]
    assert (year["verdict"], year["system"], year["mapping"]) == ("valid", sealer.system, sealer.mapping.name)
