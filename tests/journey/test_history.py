"""One pupil over several Sở and years: found by one code, each year proved by itself."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub.client import command_sending, lock_request
from hub.domain import province_of_year
from hub.domain.statements import RoundName
from hub.domain.transcript import Transcript
from hub.evidence import Roots, verify_bundle
from hub.local.population import SyntheticSchool
from tests.journey.deciding import same_pupil
from tests.journey.world import World, eventually

WAY = (("nghe-an", 0, "2023-2024"), ("ha-noi", 0, "2024-2025"), ("ha-noi", 4, "2025-2026"))  # Sở, school, year


def lock_year(world: World, school: SyntheticSchool, transcript: Transcript) -> str:
    """Lock a transcript in a round of its own school year, and wait until Bộ has it; return its hash."""
    name, document, year = world.round_of(), world.signed(transcript), transcript.school_year
    said = lock_request(world.command_id(), school.code, year, name, [document.sha256], world.at, ())
    issuer = world.class_of(school).issued_by
    lock = command_sending(school.so, said, world.people(issuer.person), issuer.role, world.iat)
    answers = world.ask(world.submission(school, [document], name, school_year=year), lock)
    assert [one.outcome for one in answers] == ["accepted", "accepted"], answers
    lock_id = bytes(eventually("the lock", lambda: _lock_of(world, school, year, name))[0])
    world.receipt(school.so, lock_id.hex(), "ingested")
    return document.sha256


def _lock_of(world: World, school: SyntheticSchool, year: str, name: RoundName) -> Any:
    return world.database(school.so).execute(
        "SELECT lock_id FROM lock WHERE (school, school_year, cohort, round_number) = (%s, %s, %s, %s)",
        (school.code, year, name.cohort, name.number),
    ).fetchone()  # fmt: skip


@pytest.fixture(scope="module")
def way(world: World) -> list[Transcript]:
    """A pupil who changed the province twice."""
    first = None
    made = []
    for so, nth, year in WAY:
        school = world.school(so, nth)
        own = world.leaver(school) if first is None else same_pupil(world, first, school)
        own = replace(own, school_year=year)
        first = first or own
        lock_year(world, school, own)
        made.append(own)
    return made


def run(world: World, *arguments: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "hub.cli", "history", *arguments, "--json", "--data", str(world.hub.data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_years_over_three_so_are_one_history_and_each_is_proved(world: World, way: list[Transcript]) -> None:
    """Asked with what any one school knows; each year has its Sở, its province, its place in that log, its verdict."""
    code, shown = run(world, "--school", way[1].school.code, "--student", way[1].student.student_code)
    assert (code, shown["verdict"], shown["evidence"]) == (0, "valid", {"native": 3})
    assert [(one["so"], one["school_year"]) for one in shown["years"]] == [(so, year) for so, _, year in WAY]
    for one, made in zip(shown["years"], way, strict=True):
        meant = province_of_year(made.school.province, made.school_year)
        assert (one["province"]["name"], one["school"]) == (meant.name, made.school.code)  # type: ignore[union-attr]
        assert (one["verdict"], one["version"], one["version_count"], one["state"]) == ("valid", 1, 1, "locked")
        assert one["tree_size"] > one["log_index"] >= 0
        assert {part for part, end in one["parts"].items() if end != "valid"} == {"source"}


def test_evidence_files_of_all_years_are_kept_for_their_owner(
    world: World, way: list[Transcript], tmp_path: Path
) -> None:
    """For their owner alone; each stands for itself and is checked without the hub."""
    student, out = way[0].student.student_code, tmp_path / "files"
    assert run(world, "--school", way[0].school.code, "--student", student, "--out", str(out))[0] == 0
    files = sorted(out.iterdir())
    assert [one.name[:9] for one in files] == [year for _, _, year in WAY]
    assert all(one.stat().st_mode & 0o077 == 0 for one in files)
    anchor = world.hub.secrets / "so-nghe-an" / "anchor-nghe-an.der"
    roots = Roots.of([(anchor.name, anchor.read_bytes())])
    assert verify_bundle(files[0].read_bytes(), roots).verdict == "valid"


def test_year_that_is_not_locked_yet_leaves_the_history_open(world: World) -> None:
    """It is shown, with the reason why nothing proves it."""
    made = world.hand_in(world.school("ha-noi"))
    code, shown = run(world, "--school", made.school.code, "--student", made.transcripts[0].student.student_code)
    assert (code, shown["verdict"]) == (7, "unknown")
    assert [(one["verdict"], one["codes"]) for one in shown["years"]] == [(None, ["BUNDLE_NOTHING_LOCKED"])]
