"""Documents that no person signed here, on real servers: taken with their source, locked by the Sở, known at Bộ."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hub.client import act_outbounds, find_by_student, lock_act, opening_entry, sign_act, so_source, status_of
from hub.connectors.sdk import SourceRecord
from hub.decision import set_root
from hub.domain.statements import RoundName, SoLockItem
from hub.local.population import SyntheticSchool
from hub.store import open_connection
from hub.trust import grade_of, parse_leaf
from tests.journey.proving import is_proved
from tests.journey.sealing import SO, Attesting, Sealed, Sealer, Signing, enter
from tests.journey.world import Answer, World

POLICY = {"completeness": "ignore", "decision": "QĐ-9/SGDĐT", "so_may_lock": True, "so_cohorts": ["supplementary"]}
OPEN = RoundName(cohort="completed", number=1)


@pytest.fixture(scope="module")
def school(world: World) -> Iterator[SyntheticSchool]:
    """A school with two rounds of ours, and a Sở that may lock them."""
    chosen, year = world.school(SO), world.population.school_year
    for number in (8, 9):
        entry = opening_entry(
            SO, chosen.code, year, "supplementary", number, "QĐ-9", "Hồ sơ", world.at - timedelta(days=1)
        )
        enter(world, entry.kind, entry.entry_id, entry.payload)
    enter(world, "lock_policy", "lock-policy", POLICY)
    yield chosen
    enter(world, "lock_policy", "lock-policy", POLICY | {"so_may_lock": False})


@pytest.fixture(scope="module")
def signing(world: World, school: SyntheticSchool) -> Signing:
    return Signing.register(world, school)


@pytest.fixture(scope="module")
def attesting(world: World, school: SyntheticSchool) -> Attesting:
    return Attesting.register(world, school)


def _of(answer: Answer, sha256: str) -> tuple[str, Any]:
    """Return outcome and codes of a document, without what is only told of these pupils of grade 1 in a class of 5."""
    outcome, codes = answer.documents[sha256]
    return outcome, codes - {"BIRTH_DATE_IMPLAUSIBLE", "RATING_DIFFERS"}


@pytest.mark.parametrize(
    ("name_of_sealer", "number"), [("signing", 8), pytest.param("attesting", 9, marks=pytest.mark.long)]
)
def test_sealed_transcripts_are_taken_locked_and_known_with_their_grade(
    world: World, name_of_sealer: str, number: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Receipt, deposit, leaf, Bộ, status, look-up and evidence all say the same; the sources are kept byte for byte."""
    sealer: Sealer = request.getfixturevalue(name_of_sealer)
    name, sealed = RoundName(cohort="supplementary", number=number), sealer.made(2)
    (answer,) = world.ask(sealer.submission(name, *sealed))
    assert (answer.outcome, answer.codes) == ("accepted", set()), answer
    assert answer.statement is not None
    assert [d.evidence for d in answer.statement.documents] == [sealer.grade] * 2
    _is_deposited(world, sealed, sealer.grade)
    (again,) = world.ask(sealer.submission(name, *sealed))
    assert [outcome for outcome, _ in again.documents.values()] == ["unchanged"] * 2

    lock_id = _locked(world, sealer, name, [d.sha256 for d in sealed])
    rows = world.database("bo").execute(
        "SELECT document, signatures, leaf FROM document WHERE lock_id = %s", (lock_id,)
    ).fetchall()  # fmt: skip
    assert {hashlib.sha256(document).hexdigest() for document, _, _ in rows} == {d.sha256 for d in sealed}
    assert {grade_of(signatures) for _, signatures, _ in rows} == {sealer.grade}
    assert {parse_leaf(leaf).evidence for _, _, leaf in rows} == {sealer.grade}
    assert {tuple(signatures) for _, signatures, _ in rows} == {d.signatures for d in sealed}
    _is_shown(world, sealer, sealed[0])
    is_proved(world, sealer, sealed[1], tmp_path)


def _is_deposited(world: World, sealed: Sequence[Sealed], grade: str) -> None:
    so = world.database(SO)
    kept = so.execute(
        "SELECT encode(document_sha256, 'hex'), evidence, data FROM document d "
        "JOIN source_document s ON s.sha256 = d.source_sha256 WHERE document_sha256 = ANY(%s)",
        ([bytes.fromhex(d.sha256) for d in sealed],),
    ).fetchall()  # fmt: skip
    assert {(digest, found, bytes(data)) for digest, found, data in kept} == {
        (d.sha256, grade, d.source) for d in sealed
    }
    with open_connection(world.hub.servers.so_urls(SO).owner_url or "") as owner:
        for change in (
            "UPDATE source_document SET data = '\\x00'", "DELETE FROM source_document",
            "TRUNCATE source_document CASCADE", "UPDATE document SET evidence = 'native', source_sha256 = NULL",
        ):  # fmt: skip
            with pytest.raises(psycopg.Error) as refused:
                owner.execute(change.encode())
            assert refused.value.sqlstate == "HB001"


def _locked(world: World, sealer: Sealer, name: RoundName, hashes: list[str]) -> bytes:
    """Lock the round by an act of the Sở and wait until Bộ has it."""
    school, year = sealer.school.code, world.population.school_year
    item = SoLockItem(count=len(hashes), root=set_root([bytes.fromhex(h) for h in hashes]).hex(), school=school)
    act = lock_act(SO, year, name, [item], "16/QĐ-SGDĐT", "Hồ sơ niêm phong", world.at)
    (answer,) = world.ask(*(o.sending for o in act_outbounds(sign_act(act, world.people(f"LD-{SO}-001"), world.iat))))
    assert (answer.outcome, answer.codes) == ("accepted", set()), answer
    row = world.database(SO).execute(
        "SELECT lock_id FROM round WHERE (school, school_year, cohort, number) = (%s, %s, %s, %s)",
        (school, year, name.cohort, name.number),
    ).fetchone()  # fmt: skip
    assert row is not None
    world.receipt(SO, bytes(row[0]).hex(), "ingested")
    return bytes(row[0])


def _is_shown(world: World, sealer: Sealer, sealed: Sealed) -> None:
    """By `hub lookup` and `hub status`."""
    code = json.loads(sealed.document)["student"]["student_code"]
    (version,) = find_by_student(sealer.school.code, code, {SO: world.hub.so_url(SO)}, world.hub.bo_url).versions
    shown = version.shown()
    assert (shown["state"], shown["evidence"], shown["ingested_at"] is not None) == ("locked", sealer.grade, True)
    source = so_source(SO, world.hub.so_url(SO))
    (status,) = status_of(world.hub.bootstrap, [source], running=True)
    assert status.evidence[sealer.grade] >= 2


def test_document_that_its_class_file_does_not_say_is_refused(world: World, signing: Signing) -> None:
    """Each alone: the class file is good, and so is the one document that it says."""
    sealer, name = signing, OPEN
    source, (good, changed, old) = sealer.class_file(3)
    elsewhere, (stranger,) = sealer.class_file(1)
    older = sealer.with_version("1")
    wrong = {
        "SOURCE_DIFFERS": sealer.sealed(changed.replace(b"Em h", b"Em kh"), source),
        "SOURCE_RECORD_MISSING": sealer.sealed(stranger, source),
        "MAPPING_DIFFERS": sealer.sealed(old, source, mapping_sha256=older.mapping.sha256),
    }
    sealed = sealer.sealed(good, source)
    (answer,) = world.ask(sealer.submission(name, sealed, *wrong.values()))
    assert (answer.outcome, _of(answer, sealed.sha256)) == ("partly_accepted", ("accepted", set()))
    assert {code: _of(answer, made.sha256) for code, made in wrong.items()} == {
        code: ("refused", {code}) for code in wrong
    }
    forged = sealer.sealed(stranger, elsewhere.replace(b"9,0", b"8,0", 1))
    assert forged.source != elsewhere
    (answer,) = world.ask(sealer.submission(name, forged))
    assert answer.outcome == "refused"
    outcome, codes = _of(answer, forged.sha256)
    assert (outcome, len(codes)) == ("refused", 1)
    assert all(code.startswith(("SOURCE_XML_", "SOURCE_SIGN")) for code in codes), codes
    kept = world.database(SO).execute(
        "SELECT count(*) FROM source_document WHERE sha256 = ANY(%s)",
        ([hashlib.sha256(data).digest() for data in (source, elsewhere, forged.source)],),
    ).fetchone()  # fmt: skip
    assert kept == (1,), "only what an accepted document rests on is kept"


def test_document_that_its_extract_does_not_say_is_refused(world: World, attesting: Attesting) -> None:
    """Another pupil's row, another system's extract, and an extract that was touched."""
    sealer = attesting
    first, second, third, fourth = sealer.records(4)
    good = sealer.sealed(sealer.document(first), sealer.extract(first))
    altered = SourceRecord(second.key, second.version, second.place, {**(second.value or {}), "lop": "1C"})
    wrong = {
        "SOURCE_DIFFERS": sealer.sealed(sealer.document(second), sealer.extract(altered)),
        "SOURCE_SYSTEM_DIFFERS": sealer.sealed(sealer.document(third), sealer.extract(third, "so-lieu-khac")),
        "SOURCE_EXTRACT_WRONG": sealer.sealed(sealer.document(fourth), sealer.extract(fourth) + b"\n"),
        "SOURCE_RECORD_MISSING": sealer.sealed(sealer.document(sealer.records(1)[0]), sealer.extract(first)),
    }
    (answer,) = world.ask(sealer.submission(OPEN, good, *wrong.values()))
    assert (answer.outcome, _of(answer, good.sha256)) == ("partly_accepted", ("accepted", set()))
    assert {code: _of(answer, made.sha256) for code, made in wrong.items()} == {
        code: ("refused", {code}) for code in wrong
    }


def test_sealed_submission_of_another_shape_is_refused_whole(
    world: World, signing: Signing, attesting: Attesting
) -> None:
    """Mixed, signed by another, with a source missing or too many: nothing of it stands."""
    sealer, name = signing, OPEN
    source, (document,) = sealer.class_file(1)
    sealed = sealer.sealed(document, source)
    native = world.signed(world.pupil(sealer.school))
    principal = world.class_of(sealer.school).issued_by
    so_seal = world.people(f"DAU-{SO}")
    wrong: list[tuple[Any, set[str]]] = [
        (sealer.submission(name, sealed, native), {"SUBMISSION_SEAL_WRONG"}),
        (sealer.submission(name, sealed, *attesting.made(1)), {"SUBMISSION_SEAL_WRONG"}),
        (sealer.submission(name, sealed, signer=world.people(principal.person), role=principal.role),
         {"SUBMISSION_SEAL_WRONG"}),
        (sealer.submission(name, sealed, signer=so_seal, role="so_seal"), {"SUBMISSION_SEAL_WRONG"}),
        (sealer.submission(name, sealed, signer=so_seal), {"SIGNER_ROLE_WRONG"}),
        (sealer.submission(name, sealed, sources=(source, b"more")), {"SOURCE_UNASKED"}),
        (sealer.submission(name, sealer.sealed(document, source, system="khong-co")), {"SEAL_SYSTEM_UNKNOWN"}),
    ]  # fmt: skip
    for answer, (_, codes) in zip(world.ask(*(record for record, _ in wrong)), wrong, strict=True):
        assert (answer.outcome, answer.codes) == ("refused", codes)
    (missing,) = world.ask(sealer.submission(name, sealed, sources=()))
    assert _of(missing, sealed.sha256) == ("refused", {"SOURCE_MISSING"})
    row = world.database(SO).execute(
        "SELECT count(*) FROM document WHERE document_sha256 = %s", (bytes.fromhex(sealed.sha256),)
    ).fetchone()  # fmt: skip
    assert row == (0,)
