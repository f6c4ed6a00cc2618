"""Planted faults: each kind occurs, and the hub's own checks find the codes that the table expects."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from hub.catalogue import CATALOGUE, Severity
from hub.domain import examine, refuses, round_refusal
from hub.domain.statements import RegisterEntry, Submission, encode
from hub.domain.statements import read as read_statement
from hub.domain.transcript import Transcript
from hub.errors import Refused
from hub.kafka.headers import disagreement, read_headers
from hub.kafka.partition import partition_of
from hub.local.pki import PASSWORD, Pki
from hub.local.population import (
    FAULTS,
    MARKER,
    NO_FAULTS,
    RULE_FAULTS,
    Credentials,
    Expected,
    Planted,
    Population,
    Shipment,
    SignedDocument,
    marker_of,
    read_shipments,
    record_of,
)
from hub.schemas import decode
from hub.signing import load_pkcs12
from hub.trust import ChainCache, Entry, Snapshot, check_entry, verify_document, verify_statement
from hub.trust.times import instant

AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
CURRENT = {"TT27-2020", "TT22-2021"}
COMMAND_ROLES = ("principal", "school_seal")


@dataclass(frozen=True)
class World:
    """A population of 2,000 pupils with everything that was sent for it."""

    population: Population
    pki: Pki
    credentials: Credentials
    shipments: list[Shipment]
    snapshots: Mapping[str, Snapshot]
    cache: ChainCache

    def codes_of(self, shipment: Shipment, document: SignedDocument) -> set[str]:
        """Return what reading, rules, signatures and the round have against one document."""
        submission = shipment.submission
        raw = msgspec.json.decode(document.document)
        reading = examine(document.document, AT.date())
        verdict = verify_document(
            document.document,
            document.signatures,
            school=raw["school"]["code"],
            school_year=raw["school_year"],
            period=raw["period"],
            snapshot=self.snapshots[submission.so],
            proven_at=AT,
            cache=self.cache,
        )
        found = {f.code for f in (*reading.findings, *verdict.findings)}
        wrong_round = None if reading.transcript is None else round_refusal(reading.transcript, submission.cohort)
        return found if wrong_round is None else found | {wrong_round.code}

    def codes_of_command(self, shipment: Shipment) -> set[str]:
        """Return what the signature of the command has against it."""
        submission = shipment.submission
        statement = read_statement(submission.statement, Submission)
        scope = {
            "school": submission.school,
            "school_year": submission.school_year,
            "round": statement.round.text(submission.school_year),
        }
        verdict = verify_statement(
            submission.statement,
            submission.signature,
            typ=statement.type,
            scope=scope,
            roles=COMMAND_ROLES,
            snapshot=self.snapshots[submission.so],
            proven_at=AT,
            cache=self.cache,
        )
        return {f.code for f in verdict.findings}


@pytest.fixture(scope="module")
def world() -> World:
    population = Population(3, pupil_count=2000, school_year="2025-2026", at=AT)
    pki = Pki.create(AT)
    credentials = population.credentials(pki, rsa_seal_count=1)
    entries: dict[str, list[Entry]] = defaultdict(list)
    for version, e in enumerate(population.register_entries(pki, credentials), start=1):
        entry = Entry(e["kind"], e["entry_id"], instant(e["valid_from"]), None, e["payload"], version)
        check_entry(entry)
        entries[e["so"]].append(entry)
    shipments = list(population.shipments(credentials, population.plan()))
    snapshots = {so: Snapshot.of(found) for so, found in entries.items()}
    return World(population, pki, credentials, shipments, snapshots, ChainCache())


def test_faults_name_only_codes_of_the_catalogue() -> None:
    """Every expected code has an entry, with the severity that the expectation needs; kinds are unique."""
    assert len({fault.kind for fault in FAULTS}) == len(FAULTS)
    for fault in FAULTS:
        assert bool(fault.codes) == (fault.expected is not Expected.UNCHANGED)
        wanted = Severity.WARN if fault.expected is Expected.WARNED else Severity.REFUSE
        assert {CATALOGUE[code].severity for code in fault.codes} <= {wanted}, fault.kind


def test_faults_of_every_kind_are_planted_for_2000_pupils(world: World) -> None:
    """No kind is left out, and the share stays near the stated one."""
    planted = Counter(p.kind for s in world.shipments for p in s.planted)
    assert set(planted) - {fault.kind for fault in RULE_FAULTS} == {fault.kind for fault in FAULTS}
    assert planted.total() < 0.06 * 2000


@pytest.mark.parametrize("seed", range(5))
def test_faults_of_every_kind_are_planned_whatever_the_population(seed: int) -> None:
    """Also larger populations with more Sở get every kind, faults of rules too, and their share of faulty documents."""
    population = Population(
        seed,
        pupil_count=20_000,
        school_count=64,
        sos=("hai-phong", "khanh-hoa", "nghe-an"),
        school_year="2025-2026",
        at=AT,
    )
    plan = population.plan(document_share=0.05)
    kinds = Counter(f.kind for inside in plan.documents.values() for f in inside.values())
    extra = Counter(f.kind for found in (plan.commands, plan.records) for faults in found.values() for f in faults)
    rules = {fault.kind for fault in RULE_FAULTS if fault.rewrite is None and fault.regulations & CURRENT}
    assert set(kinds | extra) == {fault.kind for fault in FAULTS} | rules
    assert 0.9 * 1000 < kinds.total() <= 1000


def test_faults_of_documents_are_found_with_their_codes(world: World) -> None:
    """Each faulty document has the expected codes, refused or warned; each other document has no finding at all."""
    for shipment in world.shipments:
        if any(not p.documents for p in shipment.planted):
            continue
        expected = {h: p for p in shipment.planted for h in p.documents}
        for document in shipment.submission.documents:
            planted = expected.get(document.sha256)
            codes = world.codes_of(shipment, document)
            if planted is None or planted.expected is Expected.UNCHANGED:
                assert not codes
            elif planted.kind not in ("pupil_twice", "document_of_other_school"):
                assert set(planted.codes) <= codes, planted.kind
                refused = any(CATALOGUE[code].severity is Severity.REFUSE for code in codes)
                assert refused == (planted.expected is Expected.REFUSED), planted.kind


def test_faults_that_only_warn_leave_a_document_that_may_stand(world: World) -> None:
    """A warning never refuses: rating, sex and birth year."""
    kinds = set()
    for shipment in world.shipments:
        for planted in shipment.planted:
            if planted.expected is Expected.WARNED:
                (document,) = [d for d in shipment.submission.documents if d.sha256 in planted.documents]
                assert not refuses(examine(document.document, AT.date()).findings)
                kinds.add(planted.kind)
    assert kinds >= {"rating_wrong", "personal_id_other_sex", "personal_id_other_year"}


def test_faults_of_command_signers_are_found_with_their_codes(world: World) -> None:
    """Commands by another school, by nobody known or by a teacher are refused; all others are signed rightly."""
    wrong: set[str] = set()
    for shipment in world.shipments:
        codes = world.codes_of_command(shipment)
        expected = [p for p in shipment.planted if p.kind.startswith("command_by_")]
        if expected:
            assert codes == set(expected[0].codes)
            wrong.add(expected[0].kind)
        else:
            assert not codes
    assert len(wrong) == 3


def test_faults_of_commands_are_what_they_say(world: World) -> None:
    """Repeated, twice in one submission, another school's, id used again: as the structure of the commands shows."""
    by_kind = {p.kind: s for s in world.shipments for p in s.planted if not s.record_fault}
    earlier = {s.submission.command_id: s.submission for s in reversed(world.shipments) if not s.record_fault}
    original = earlier[by_kind["document_repeated"].submission.command_id.removesuffix("-document_repeated")]
    assert by_kind["document_repeated"].submission.documents[0] == original.documents[0]
    one, two = (msgspec.json.decode(d.document, type=Transcript) for d in by_kind["pupil_twice"].submission.documents)
    assert one != two
    assert one.student == two.student
    foreign = by_kind["document_of_other_school"].submission
    assert msgspec.json.decode(foreign.documents[0].document)["school"]["code"] != foreign.school
    reused = by_kind["command_id_reused"].submission
    same = [s.submission for s in world.shipments if s.submission.command_id == reused.command_id]
    assert len(same) == 2
    assert same[0].statement != same[1].statement


def test_faults_of_records_are_found_with_their_codes(world: World) -> None:
    """What the decoder, the headers and the partition say is what the table expects; all other records are good."""
    kinds = set()
    for shipment in world.shipments:
        record = record_of(shipment)
        expected = next((p for p in shipment.planted if shipment.record_fault), None)
        code = record_code(record.key, record.value, record.headers, record.partition)
        assert code == (None if expected is None else expected.codes[0]), shipment.record_fault
        kinds.add(shipment.record_fault)
    assert len(kinds) == 9


def record_code(
    key: bytes | None, value: bytes | None, headers: tuple[tuple[str, bytes], ...], partition: int | None
) -> str | None:
    if key is None:
        return "KEY_MISSING"
    if partition is not None and partition != partition_of(key, 8):
        return "PARTITION_WRONG"
    try:
        return disagreement(read_headers(headers), decode(value, ("Submission",)))
    except Refused as refused:
        return refused.code


def test_shipments_name_their_documents_in_the_statement(world: World) -> None:
    """The signed command lists the hashes in the order of the message and agrees with its fields."""
    for shipment in world.shipments:
        s = shipment.submission
        statement = read_statement(s.statement, Submission)
        assert statement.documents == tuple(d.sha256 for d in s.documents)
        assert (statement.command_id, statement.school, statement.school_year) == (
            s.command_id,
            s.school,
            s.school_year,
        )
        assert (statement.round.cohort, statement.round.number) == (s.cohort, s.number)


def test_shipments_repeat_with_the_same_keys(world: World) -> None:
    """Schools whose keys are all ES256 give the same signed bytes again."""
    school = world.population.schools()[-1]
    again = list(world.population.shipments(world.credentials, world.population.plan(), [school]))
    assert again == [s for s in world.shipments if s.submission.school == school.code]


def test_shipments_read_from_disk_as_they_were_written(world: World, tmp_path: Path) -> None:
    """A folder holds what was signed, marked synthetic, whole or for one Sở."""
    folder = tmp_path / "population"
    small = Population(5, pupil_count=200, school_year="2025-2026", at=AT)
    credentials = small.credentials(Pki.create(AT), rsa_seal_count=0)
    count = small.prepare_on_disk(folder, credentials, small.plan())
    read = list(read_shipments(folder))
    assert len(read) == count == marker_of(folder)["shipment_count"]
    assert marker_of(folder)["synthetic"] is True
    assert read == list(small.shipments(credentials, small.plan()))
    assert all(isinstance(p, Planted) for s in read for p in s.planted)
    assert list(read_shipments(folder, "nghe-an")) == [s for s in read if s.submission.so == "nghe-an"]


def test_shipments_on_disk_are_neither_overwritten_nor_read_without_marker(tmp_path: Path) -> None:
    """A folder with contents is not written into; one without its marker (a broken run) is not read."""
    population = Population(5, pupil_count=24, school_year="2025-2026", at=AT)
    credentials = population.credentials(Pki.create(AT), rsa_seal_count=0)
    population.prepare_on_disk(tmp_path, credentials)
    with pytest.raises(FileExistsError):
        population.prepare_on_disk(tmp_path, credentials)
    (tmp_path / MARKER).unlink()
    with pytest.raises(FileNotFoundError):
        next(read_shipments(tmp_path))


def test_shipments_without_a_plan_have_no_faults() -> None:
    """The default is a population without faults."""
    population = Population(5, pupil_count=100, school_year="2025-2026", at=AT)
    credentials = population.credentials(Pki.create(AT), rsa_seal_count=0)
    shipments = list(population.shipments(credentials))
    assert not any(s.planted or s.record_fault for s in shipments)
    assert not NO_FAULTS.documents


def test_credentials_sign_the_same_from_key_files(world: World, tmp_path: Path) -> None:
    """Keys saved as PKCS#12 sign as the ones in memory; the files are for their owner only."""
    person = f"HT-{world.population.schools()[0].code}-001"
    world.credentials.save(tmp_path, [person])
    assert (tmp_path / f"{person}.p12").stat().st_mode & 0o077 == 0
    loaded = load_pkcs12(tmp_path / f"{person}.p12", PASSWORD)
    assert loaded.sign(b"x") == world.credentials(person).sign(b"x")


def test_register_entries_are_statements_for_every_official(world: World) -> None:
    """Entries convert to the typed statement, ids are unique, and every official's certificate is there."""
    entries = list(world.population.register_entries(world.pki, world.credentials, [("so-ha-noi", "key")]))
    for entry in entries:
        typed = msgspec.convert(entry, RegisterEntry)
        assert read_statement(encode(typed), RegisterEntry) == typed
    keys = [(e["so"], e["kind"], e["entry_id"]) for e in entries]
    assert len(set(keys)) == len(keys)
    certificates = {e["entry_id"] for e in entries if e["kind"] == "certificate"}
    officials = [e["payload"] for e in entries if e["kind"] == "official"]
    assert {o["certificate_sha256"] for o in officials} <= certificates
    assert {o["role"] for o in officials} >= {"principal", "school_seal", "subject_teacher", "so_seal", "bo_seal"}
    assert any("decision" in o for o in officials)
    policies = [e["payload"] for e in entries if e["kind"] == "trust_policy"]
    assert all(len(p["registrars"]) == 1 and p["log_keys"] for p in policies)
