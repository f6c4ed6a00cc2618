"""A mapping gets a new version, on real servers: what was locked before verifies as before, what comes names the new.

The system, its key and its codes are synthetic.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from hub.client import make_bundle
from hub.domain.statements import RoundName
from hub.reconcile import Checked, check_rows
from tests.journey.sealed_locks import SealedLock, a_sealer, lock_sealed, record_of, source_of
from tests.journey.sealing import SO, Sealed, Signing
from tests.journey.test_bundle import NO_NETWORK
from tests.journey.world import Answer, World
from tests.unit.connectors.tien_giang.builders import a_key

_OLD, _NEW = RoundName(cohort="supplementary", number=21), RoundName(cohort="supplementary", number=22)
_CORRECTED = ["$.remarks", "$.subjects[TOAN].level"]
"""What version 2 of the mapping reads otherwise in the records below."""


@pytest.fixture(scope="module")
def sealer(world: World) -> Iterator[Signing]:
    """A school whose records a system of the province signs, with two rounds of its own."""
    with a_sealer(world, _OLD, _NEW) as made:
        yield made


@pytest.fixture(scope="module")
def before(world: World, sealer: Signing) -> SealedLock:
    """A record that version 1 made."""
    return _locked(world, sealer.with_version("1"), _OLD)


@pytest.fixture(scope="module")
def after(world: World, sealer: Signing, before: SealedLock) -> SealedLock:
    """A record that version 2 made."""
    assert before.lock_id
    return _locked(world, sealer.with_version("2"), _NEW)


def _locked(world: World, sealer: Signing, name: RoundName) -> SealedLock:
    source, record = source_of(sealer)
    return lock_sealed(world, sealer, name, sealer.sealed(sealer.document(record), source))


def _hub(folder: Path, *arguments: object) -> tuple[int, list[dict[str, Any]]]:
    """Run the hub in a process that has no network and knows no database."""
    (folder / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    env["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, [env.get("PYTHONPATH")]), str(Path.cwd())])
    command = [sys.executable, "-m", "hub.cli", *map(str, arguments), "--json"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def _verified(world: World, folder: Path, locked: SealedLock) -> tuple[int, dict[str, Any]]:
    bundle = make_bundle(SO, world.hub.so_url(SO), [locked.pupil], world.population.school_year).bundle
    name = f"anchor-{SO}.der"
    (folder / name).write_bytes((world.hub.secrets / f"so-{SO}" / name).read_bytes())
    (folder / "bundle.json").write_bytes(bundle)
    code, (shown,) = _hub(folder, "verify", "bundle.json", "--roots", name)
    return code, shown


@pytest.mark.parametrize("version", ["1", "2"])
def test_each_record_verifies_with_the_mapping_that_made_it(
    world: World, before: SealedLock, after: SealedLock, tmp_path: Path, version: str
) -> None:
    """Offline, the source read and mapped again: also the old one, though another version is in force now."""
    code, shown = _verified(world, tmp_path, before if version == "1" else after)
    told = [found["code"] for found in shown["findings"]]
    assert (code, shown["verdict"], told) == (0, "valid", ["BUNDLE_DERIVED"])
    assert shown["parts"]["source"] == "valid"
    assert (shown["facts"]["mapping"], shown["facts"]["evidence"]) == (f"tien-giang/{version}", "derived")


def test_what_the_new_version_reads_otherwise_is_listed_by_path(
    sealer: Signing, before: SealedLock, tmp_path: Path
) -> None:
    """Just these paths, with the value that is locked and the one that would come out now."""
    (tmp_path / "lop.xml").write_bytes(before.sealed.source)
    (tmp_path / "he-thong.pem").write_bytes(a_key().certificate.public_bytes(Encoding.PEM))
    inputs = ("--inputs", "lop.xml", "--signer", "he-thong.pem")
    code, (row,) = _hub(tmp_path, "mapping", "diff", "tien-giang/1", "tien-giang/2", *inputs)
    assert (code, [each["path"] for each in row["differences"]]) == (0, _CORRECTED)
    locked = msgspec.json.decode(before.sealed.document)
    now = msgspec.json.decode(sealer.document(record_of(before.sealed.source)))
    toan = [next(s for s in document["subjects"] if s["code"] == "TOAN")["level"] for document in (locked, now)]
    assert [(each["old"], each["new"]) for each in row["differences"]] == [
        (None, now["remarks"]), (toan[0], toan[1])
    ]  # fmt: skip
    assert "remarks" not in locked
    assert toan == ["H", "T"]


def test_version_that_did_not_make_a_document_is_no_ground_for_it(world: World, sealer: Signing) -> None:
    """What version 1 makes, sealed under the name of version 2, and the reverse: refused, with what differs."""
    old = sealer.with_version("1")
    source, record = source_of(sealer)
    wrong = [sealer.sealed(old.document(record), source), old.sealed(sealer.document(record), source)]
    for made in wrong:
        (answer,) = world.ask(sealer.submission(RoundName(cohort="completed", number=1), made))
        assert _grounds(answer, made) == ("refused", {"SOURCE_DIFFERS"})


def _grounds(answer: Answer, made: Sealed) -> tuple[str, set[str]]:
    """Return what became of a document, and what was said of its source; the rules of the law say more."""
    outcome, codes = answer.documents[made.sha256]
    return outcome, {code for code in codes if code.startswith(("SOURCE_", "MAPPING_", "SEAL_"))}


def test_record_under_rules_that_are_not_the_kept_ones_is_refused(world: World, sealer: Signing) -> None:
    """The name of a version with the hash of other rules: as if somebody had changed what was published."""
    source, record = source_of(sealer)
    made = sealer.sealed(sealer.document(record), source, mapping_sha256="0" * 64)
    unknown = sealer.sealed(sealer.document(record), source, mapping="tien-giang/999")
    for forged, code in ((made, "MAPPING_DIFFERS"), (unknown, "MAPPING_UNKNOWN")):
        (answer,) = world.ask(sealer.submission(RoundName(cohort="completed", number=1), forged))
        assert _grounds(answer, forged) == ("refused", {code})


def test_rows_of_both_are_sound_at_so_and_at_bo(world: World, before: SealedLock, after: SealedLock) -> None:
    """The nightly check works leaf, grade and columns out again."""
    ours = {locked.lock_id.hex() for locked in (before, after)}
    for owner, url in ((f"so-{SO}", world.hub.so_url(SO)), ("bo", world.hub.bo_url)):
        found = [tampered for tampered in check_rows(owner, url, Checked()) if any(i in tampered.key for i in ours)]
        assert found == []
