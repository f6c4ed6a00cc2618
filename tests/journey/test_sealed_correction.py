"""A sealed record is corrected on real servers: sealed anew or signed here, by no weaker evidence; both stay proved."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from hub.client import make_bundle
from hub.client.papers import PAPERS
from hub.connectors.sdk import SourceRecord
from hub.domain import canonical, read
from hub.domain.statements import RoundName
from hub.domain.transcript import Transcript
from hub.local.population import SignedDocument
from hub.reconcile import Checked, check_rows
from hub.store.bundling import BundleFile
from hub.topics import bo_transcript
from hub.trust import grade_of, parse_leaf
from tests.journey.correcting import Correcting, corrected
from tests.journey.sealed_locks import SealedLock, lock_sealed, opened_for_so
from tests.journey.sealing import SO, Attesting, Sealed, enter
from tests.journey.test_bundle import NO_NETWORK, offline
from tests.journey.world import Answer, LockedRound, World
from tests.unit.client.scans import a_scan
from tests.unit.evidence.node import second_verdict

pytestmark = pytest.mark.long

_AGAIN, _NATIVE = RoundName(cohort="supplementary", number=31), RoundName(cohort="supplementary", number=32)
_ROOTS = f"anchor-{SO}.der"
_REASON = "Nhập nhầm nhận xét"
_TOLD = {"BIRTH_DATE_IMPLAUSIBLE", "RATING_DIFFERS"}  # of these pupils of grade 1 in a class of 5


@dataclass(frozen=True)
class Case:
    """A locked attested record, its row in the database, its evidence at that time, and an open window for remarks."""

    world: World
    sealer: Attesting
    record: SourceRecord
    locked: SealedLock
    before: bytes
    correction: Correcting

    @classmethod
    def open(cls, world: World, sealer: Attesting, name: RoundName) -> "Case":
        """Lock a new pupil's record by an act of the Sở, then go all the way to an open window."""
        (record,) = sealer.records(1)
        locked = lock_sealed(world, sealer, name, sealer.sealed(sealer.document(record), sealer.extract(record)))
        before = make_bundle(SO, world.hub.so_url(SO), [locked.pupil], world.population.school_year).bundle
        correction = _asked(world, sealer, locked.sealed)
        correction.opened((datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0))
        return cls(world, sealer, record, locked, before, correction)

    @property
    def base(self) -> Sealed:
        """The locked version."""
        return self.locked.sealed

    @property
    def transcript(self) -> Transcript:
        """What the locked version says."""
        return _transcript(self.base.document)

    def again(self) -> Sealed:
        """Return what the database says after its own correction, sealed over the extract of the new row."""
        value = {**(self.record.value or {}), "nhan_xet": "Em chăm học, đã đính chính.", "ly_do_sua": _REASON}
        row = SourceRecord(self.record.key, "2", self.record.place, value)
        made = _transcript(self.sealer.document(row))
        version = msgspec.structs.replace(made, supersedes=self.base.sha256, reason=_REASON)
        return self.sealer.sealed(canonical(version), self.sealer.extract(row))

    def from_paper(self, document: bytes) -> Sealed:
        """Return the same bytes as somebody typed them from a scan."""
        said: dict[str, Any] = {"grade": "legacy_evidence", "system": PAPERS}
        return self.sealer.sealed(document, a_scan(31, 7), mapping=UNSET, mapping_sha256=UNSET, **said)

    def handed_in(self, document: Sealed, name: RoundName | None = None) -> tuple[str, set[str]]:
        """Hand a sealed version in to the window, or to another round; return what became of it."""
        (answer,) = self.world.ask(self.sealer.submission(name or self.correction.name, document))
        outcome, codes = answer.documents[document.sha256]
        return outcome, set(codes - _TOLD)

    def relocked(self, new: str) -> bytes:
        """Let the principal lock the round of the correction; return the id of the lock when Bộ has it."""
        school, name = self.sealer.school, self.correction.name
        (answer,) = self.world.ask(self.world.lock(school, [new], name))
        assert answer.outcome == "accepted", answer
        lock_id = self.world.lock_id(LockedRound(school, name, (), (), answer, answer, b""))
        self.world.receipt(SO, lock_id.hex(), "ingested")
        assert self.correction.states == ["relocked"]
        states = self.world.states(SO, [self.base.sha256, new])
        assert states == {self.base.sha256: "superseded", new: "locked"}
        return lock_id

    def bundle(self, version: int) -> BundleFile:
        """Return the evidence of a version as of now."""
        year = self.world.population.school_year
        return make_bundle(SO, self.world.hub.so_url(SO), [self.locked.pupil], year, version=version)


@pytest.fixture(scope="module")
def sealer(world: World) -> Iterator[Attesting]:
    """A school whose records stand in a database that signs nothing, and a Sở that keeps papers too."""
    enter(world, "source_system", PAPERS, {"format": "scan", "grade": "legacy_evidence", "so": SO})
    with opened_for_so(world, _AGAIN, _NATIVE):
        yield Attesting.register(world, world.school(SO))


def _transcript(document: bytes) -> Transcript:
    found = read(document).transcript
    assert found is not None
    return found


def _signed(sealed: Sealed | SignedDocument) -> SignedDocument:
    return SignedDocument(sealed.document, sealed.signatures)


def _asked(world: World, sealer: Attesting, base: Sealed | SignedDocument) -> Correcting:
    """Let the teacher ask to correct the remarks of a locked version."""
    answer = Answer("accepted", frozenset())
    made = LockedRound(sealer.school, _AGAIN, (_transcript(base.document),), (_signed(base),), answer, answer, b"")
    correction, asked = Correcting.request(world, made)
    assert asked.outcome == "accepted", asked
    return correction


def test_attested_record_is_sealed_again_over_its_new_extract_and_both_versions_are_proved(
    world: World, sealer: Attesting, tmp_path: Path
) -> None:
    """The window takes the new seal alone: not over the old extract, not typed from a paper; then it is relocked."""
    case = Case.open(world, sealer, _AGAIN)
    new = case.again()
    stale = sealer.sealed(new.document, case.base.source)
    assert case.handed_in(stale) == ("refused", {"SOURCE_DIFFERS"})
    for name in (None, RoundName(cohort="completed", number=1)):
        assert case.handed_in(case.from_paper(new.document), name) == ("refused", {"EVIDENCE_WEAKER"})
    assert case.handed_in(case.from_paper(case.base.document)) == ("refused", {"EVIDENCE_WEAKER"})
    assert case.correction.states == ["approved"]

    assert case.handed_in(new) == ("accepted", set())
    assert case.handed_in(case.from_paper(new.document)) == ("refused", {"EVIDENCE_WEAKER"})
    assert case.correction.states == ["resubmitted"]
    lock_id = case.relocked(new.sha256)
    _is_held(case, lock_id, new.sha256, "attested")
    _is_published(world, lock_id, new.sha256, "attested")
    _is_proved(case, new.sha256, "attested", tmp_path)
    _is_in_history(case, "attested")
    _is_sound(world, lock_id, case.locked.lock_id)


def test_native_correction_of_a_sealed_record_is_taken_and_gives_way_to_no_seal(
    world: World, sealer: Attesting, tmp_path: Path
) -> None:
    """Signed by teacher, principal and school it is native; from then on the database's word is the weaker one."""
    case = Case.open(world, sealer, _NATIVE)
    new, again = world.signed(corrected(case.transcript, _signed(case.base))), case.again()
    (answer,) = world.ask(world.submission(sealer.school, [new], case.correction.name))
    assert (answer.outcome, answer.states) == ("accepted", {new.sha256: "open"}), answer
    assert case.handed_in(again) == ("refused", {"EVIDENCE_WEAKER"})
    lock_id = case.relocked(new.sha256)
    _is_held(case, lock_id, new.sha256, "native")
    _is_published(world, lock_id, new.sha256, "native")
    _is_proved(case, new.sha256, "native", tmp_path)
    _is_in_history(case, "native")
    _is_sound(world, lock_id, case.locked.lock_id)

    later = _asked(world, sealer, new)
    later.opened((datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0))
    version = msgspec.structs.replace(_transcript(again.document), supersedes=new.sha256)
    over = sealer.sealed(canonical(version), again.source)
    assert replace(case, correction=later).handed_in(over) == ("refused", {"EVIDENCE_WEAKER"})
    assert later.states == ["approved"]


def _is_held(case: Case, lock_id: bytes, new: str, grade: str) -> None:
    """Bộ has what ended the old version and what took its place, each with the grade of its own signatures."""
    rows = case.world.database("bo").execute(
        "SELECT action, encode(document_sha256, 'hex'), leaf, evidence, signatures FROM document WHERE lock_id = %s",
        (lock_id,),
    ).fetchall()  # fmt: skip
    found = {action: (sha256, parse_leaf(leaf).evidence, column) for action, sha256, leaf, column, _ in rows}
    assert found == {"UNLOCK": (case.base.sha256, "attested", "attested"), "SUPERSEDES": (new, grade, grade)}
    assert {grade_of(signatures) for action, *_, signatures in rows if action == "SUPERSEDES"} == {grade}


def _is_published(world: World, lock_id: bytes, new: str, grade: str) -> None:
    """The new version alone stands in the national stream, with its grade."""
    topic, tail = bo_transcript(), world.tail(bo_transcript())
    wanted = lambda r: r.value is not None and r.value_in(topic).get("lock_id") == lock_id.hex()  # noqa: E731
    tail.until("the new version in the national stream", wanted)
    values = [r.decoded(topic).value for r in tail.records if wanted(r)]
    found = [(v["document_sha256"].hex(), v["version"], v["evidence"]) for v in values]
    assert found == [(new, 2, grade)]


def _is_proved(case: Case, new: str, grade: str, folder: Path) -> None:
    """Offline: the old version was valid, and is superseded by a status file and in a file of today; the new is valid.

    The second verifier runs no mapping: of a sealed version it says the same, and leaves its source open.
    """
    (folder / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    (folder / _ROOTS).write_bytes((case.world.hub.secrets / f"so-{SO}" / _ROOTS).read_bytes())
    old, corrected_one = case.bundle(1), case.bundle(2)
    assert [made.leaf.action for made in (old, corrected_one)] == ["LOCK", "SUPERSEDES"]
    assert [made.leaf.evidence for made in (old, corrected_one)] == ["attested", grade]
    (folder / "status.json").write_bytes(old.status)
    told, base = ("--status", "status.json"), case.base.sha256
    _verified(folder, case.before, (), "valid", (base, "attested", "1"))
    superseded = _verified(folder, case.before, told, "superseded", (base, "attested", "1"))
    assert (superseded["superseded_by"], superseded["status_leaves"]) == ("2", "2")
    assert _verified(folder, old.bundle, (), "superseded", (base, "attested", "1"))["superseded_by"] == "2"
    _verified(folder, corrected_one.bundle, (), "valid", (new, grade, "2"))


def _verified(folder: Path, bundle: bytes, told: tuple[str, ...], verdict: str, said: tuple[str, str, str]) -> Any:
    """Check a file with both verifiers against what it has to say; return the facts of the first."""
    (folder / "bundle.json").write_bytes(bundle)
    _, first = offline(folder, "--roots", _ROOTS, *told)
    facts, is_sealed = first["facts"], said[1] != "native"
    assert (first["verdict"], facts["document_sha256"], facts["evidence"], facts["version"]) == (verdict, *said), first
    assert first["parts"]["source"] == ("valid" if is_sealed else "absent")
    status = [folder / name if name.endswith(".json") else name for name in told]
    _, second = second_verdict(folder / "bundle.json", "--roots", folder / _ROOTS, *status)
    assert second["parts"] == first["parts"] | ({"source": "unknown"} if is_sealed else {})
    assert second["facts"]["evidence"] == said[1]
    return facts


def _is_in_history(case: Case, grade: str) -> None:
    """One year, with the grade of the version in force."""
    student = case.transcript.student.student_code
    command = [sys.executable, "-m", "hub.cli", "history", "--school", case.sealer.school.code, "--student", student]
    done = subprocess.run(
        [*command, "--json", "--data", str(case.world.hub.data)], capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(done.stdout)
    assert (shown["evidence"], [year["verdict"] for year in shown["years"]]) == ({grade: 1}, ["valid"]), shown


def _is_sound(world: World, *locks: bytes) -> None:
    """The nightly check works leaf, grade and columns out again on both sides."""
    for owner, url in ((f"so-{SO}", world.hub.so_url(SO)), ("bo", world.hub.bo_url)):
        found = [one for one in check_rows(owner, url, Checked()) if any(lock.hex() in one.key for lock in locks)]
        assert found == []
