"""One pupil's evidence, taken from real servers and checked where there are none."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub.client import make_bundle, pupils_of_locator, pupils_of_student
from hub.domain import pupil_of
from hub.errors import Refused
from tests.journey.world import LockedRound, World
from tests.unit.evidence.node import second_verdict

SO = "ha-noi"
NO_NETWORK = """
import socket
def refuse(*_args, **_named):
    raise AssertionError("the network was asked")
for name in ("connect", "connect_ex", "bind", "sendto"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = socket.create_connection = refuse
"""


@pytest.fixture(scope="module")
def locked(world: World) -> LockedRound:
    """A round of five pupils, behind another lock of the same Sở, so that both trees have something to prove."""
    world.lock_in(world.school(SO), 2)
    return world.lock_in(world.school(SO), 5)


@pytest.fixture
def files(world: World, locked: LockedRound, tmp_path: Path) -> Path:
    """The evidence of one of them, and the roots: the registrar's certificate as it was handed over to the Sở."""
    pupil = pupil_of(locked.transcripts[2])
    made = make_bundle(SO, world.hub.so_url(SO), [pupil], locked.transcripts[2].school_year)
    (tmp_path / "bundle.json").write_bytes(made.bundle)
    (tmp_path / "status.json").write_bytes(made.status)
    name = f"anchor-{SO}.der"
    (tmp_path / name).write_bytes((world.hub.secrets / f"so-{SO}" / name).read_bytes())
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    return tmp_path


def offline(folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run `hub verify` in a process that has no network and knows no database."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    env["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, [env.get("PYTHONPATH")]), str(Path.cwd())])
    command = [sys.executable, "-m", "hub.cli", "verify", "bundle.json", "--json", *arguments]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_bundle_of_a_locked_pupil_is_valid_without_network_or_database(files: Path, locked: LockedRound) -> None:
    """From school to Bộ, and then to anyone: every part of the proof holds, as of Bộ's cosignature."""
    code, shown = offline(files, "--roots", f"anchor-{SO}.der")
    assert (code, shown["verdict"], shown["findings"]) == (0, "valid", [])
    assert {part: end for part, end in shown["parts"].items() if end != "valid"} == {"source": "absent"}
    facts = shown["facts"]
    assert facts["document_sha256"] == locked.documents[2].sha256
    assert (facts["school"], facts["so"], facts["version"]) == (locked.school.code, SO, "1")
    assert int(facts["tree_size"]) > int(facts["log_index"]) >= 1
    assert shown["as_of"] is not None


def test_bundle_without_roots_is_unknown(files: Path) -> None:
    """The hub does not vouch for itself."""
    assert offline(files)[0] == 7


def test_bundle_does_not_count_under_the_roots_of_another_so(files: Path, world: World) -> None:
    """A registrar of Nghệ An says nothing about Hà Nội, whatever his file is called."""
    foreign = (world.hub.secrets / "so-nghe-an" / "anchor-nghe-an.der").read_bytes()
    (files / "roots.der").write_bytes(foreign)
    assert offline(files, "--roots", "roots.der")[1]["verdict"] == "invalid"


def test_status_file_without_a_later_version_changes_nothing(files: Path) -> None:
    """It holds the leaf that the bundle is about, and none that follows."""
    code, shown = offline(files, "--roots", f"anchor-{SO}.der", "--status", "status.json")
    assert (code, shown["facts"]["status_leaves"]) == (0, "0")


def test_changed_mark_is_noticed_offline(files: Path) -> None:
    """One byte of the file."""
    data = bytearray((files / "bundle.json").read_bytes())
    data[len(data) // 3] ^= 1
    (files / "bundle.json").write_bytes(data)
    assert offline(files, "--roots", f"anchor-{SO}.der")[0] == 1


def test_second_verifier_agrees_on_a_real_bundle(files: Path) -> None:
    """Node and Python, the same file, part by part."""
    _, first = offline(files, "--roots", f"anchor-{SO}.der")
    code, second = second_verdict(files / "bundle.json", "--roots", files / f"anchor-{SO}.der")
    assert (code, second["verdict"], second["parts"]) == (0, first["verdict"], first["parts"])
    assert second["as_of"][:19] == first["as_of"][:19]


def test_pupil_is_found_by_locator_and_by_the_schools_code(world: World, locked: LockedRound, files: Path) -> None:
    """Both lead to the same pupil, in the Sở that has the record."""
    urls = {so: world.hub.so_url(so) for so in world.hub.slugs}
    locator = offline(files)[1]["facts"]["locator"]
    student = locked.transcripts[2].student.student_code
    expected = {SO: [pupil_of(locked.transcripts[2])]}
    assert pupils_of_locator(urls, locator) == expected
    assert pupils_of_student(urls, locked.school.code, student) == expected


def test_bundle_command_writes_a_file_for_its_owner_alone(world: World, locked: LockedRound, tmp_path: Path) -> None:
    """`hub bundle` by the school's code of the pupil; the answer says at once that the file is valid."""
    student, out = locked.transcripts[4].student.student_code, tmp_path / "one.json"
    command = [sys.executable, "-m", "hub.cli", "bundle", student, locked.transcripts[4].school_year, "--json"]
    command += ["--school", locked.school.code, "--out", str(out), "--data", str(world.hub.data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(done.stdout)
    assert (shown["verdict"], shown["byte_count"]) == ("valid", out.stat().st_size)
    assert shown["facts"]["document_sha256"] == locked.documents[4].sha256
    assert out.stat().st_mode & 0o077 == 0


def test_pupil_without_a_lock_has_no_bundle(world: World) -> None:
    """What may still change is not handed out as evidence."""
    made = world.hand_in(world.school(SO))
    with pytest.raises(Refused) as refused:
        make_bundle(SO, world.hub.so_url(SO), [pupil_of(made.transcripts[0])], made.transcripts[0].school_year)
    assert refused.value.code == "BUNDLE_NOTHING_LOCKED"
