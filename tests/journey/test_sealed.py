"""Documents that no person signed here, on real servers: taken with their source, locked by the Sở, known at Bộ."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from hub.client import act_outbounds, find_by_student, lock_act, opening_entry, sign_act
from hub.decision import set_root
from hub.domain.statements import RoundName, SoLockItem
from hub.store import open_connection
from hub.trust import grade_of, parse_leaf
from tests.journey.sealing import SO, Sealer
from tests.journey.world import Answer, World

NAME = RoundName(cohort="supplementary", number=8)  # ours alone
POLICY = {"completeness": "ignore", "decision": "QĐ-9/SGDĐT", "so_may_lock": True, "so_cohorts": ["supplementary"]}


@pytest.fixture(scope="module")
def sealer(world: World) -> Iterator[Sealer]:
    """A school whose records a system of the province signs, a round of its own, and a Sở that may lock it."""
    school = world.school(SO)
    made = Sealer.register(world, school)
    year = world.population.school_year
    opened = opening_entry(
        SO, school.code, year, NAME.cohort, NAME.number, "QĐ-9", "Hồ sơ", world.at - timedelta(days=1)
    )
    made.enter(opened.kind, opened.entry_id, opened.payload)
    made.enter("lock_policy", "lock-policy", POLICY)
    yield made
    made.enter("lock_policy", "lock-policy", POLICY | {"so_may_lock": False})


def _of(answer: Answer, sha256: str) -> tuple[str, Any]:
    """Return outcome and codes of a document, without what is only told of these pupils of grade 1 in a class of 5."""
    outcome, codes = answer.documents[sha256]
    return outcome, codes - {"BIRTH_DATE_IMPLAUSIBLE", "RATING_DIFFERS"}


def test_class_of_a_signing_system_is_taken_locked_and_known_with_its_grade(world: World, sealer: Sealer) -> None:
    """Receipt, deposit, leaf, Bộ and look-up all say the same; the source is kept byte for byte."""
    source, documents = sealer.class_file(2)
    sealed = [sealer.sealed(document, source) for document in documents]
    (answer,) = world.ask(sealer.submission(NAME, *sealed))
    assert (answer.outcome, answer.codes) == ("accepted", set()), answer
    assert answer.statement is not None
    assert [d.evidence for d in answer.statement.documents] == ["derived"] * 2
    _is_deposited(world, source, {d.sha256 for d in sealed})
    (again,) = world.ask(sealer.submission(NAME, *sealed))
    assert [outcome for outcome, _ in again.documents.values()] == ["unchanged"] * 2

    lock_id = _locked(world, sealer, [d.sha256 for d in sealed])
    rows = world.database("bo").execute(
        "SELECT document, signatures, leaf FROM document WHERE lock_id = %s", (lock_id,)
    ).fetchall()  # fmt: skip
    assert {hashlib.sha256(document).hexdigest() for document, _, _ in rows} == {d.sha256 for d in sealed}
    assert {(parse_leaf(leaf).evidence, grade_of(signatures)) for _, signatures, leaf in rows} == {
        ("derived", "derived")
    }
    assert {tuple(signatures) for _, signatures, _ in rows} == {d.signatures for d in sealed}
    _is_looked_up(world, sealer, documents[0])


def _is_deposited(world: World, source: bytes, documents: set[str]) -> None:
    digest = hashlib.sha256(source).digest()
    rows = world.database(SO).execute("SELECT data FROM source_document WHERE sha256 = %s", (digest,)).fetchall()
    assert [bytes(data) for (data,) in rows] == [source]
    kept = world.database(SO).execute(
        "SELECT encode(document_sha256, 'hex'), evidence FROM document WHERE source_sha256 = %s", (digest,)
    ).fetchall()  # fmt: skip
    assert dict(kept) == dict.fromkeys(documents, "derived")
    with open_connection(world.hub.servers.so_urls(SO).owner_url or "") as owner:
        for change in (
            "UPDATE source_document SET data = '\\x00'", "DELETE FROM source_document",
            "TRUNCATE source_document CASCADE", "UPDATE document SET evidence = 'native', source_sha256 = NULL",
        ):  # fmt: skip
            with pytest.raises(psycopg.Error) as refused:
                owner.execute(change.encode())
            assert refused.value.sqlstate == "HB001"


def _locked(world: World, sealer: Sealer, hashes: list[str]) -> bytes:
    """Lock the round by an act of the Sở and wait until Bộ has it."""
    school, year = sealer.school.code, world.population.school_year
    item = SoLockItem(count=len(hashes), root=set_root([bytes.fromhex(h) for h in hashes]).hex(), school=school)
    act = lock_act(SO, year, NAME, [item], "16/QĐ-SGDĐT", "Hồ sơ niêm phong", world.at)
    (answer,) = world.ask(*(o.sending for o in act_outbounds(sign_act(act, world.people(f"LD-{SO}-001"), world.iat))))
    assert (answer.outcome, answer.codes) == ("accepted", set()), answer
    row = world.database(SO).execute(
        "SELECT lock_id FROM round WHERE (school, school_year, cohort, number) = (%s, %s, %s, %s)",
        (school, year, NAME.cohort, NAME.number),
    ).fetchone()  # fmt: skip
    assert row is not None
    world.receipt(SO, bytes(row[0]).hex(), "ingested")
    return bytes(row[0])


def _is_looked_up(world: World, sealer: Sealer, document: bytes) -> None:
    (code,) = world.database(SO).execute(
        "SELECT student_code FROM document WHERE document_sha256 = %s", (hashlib.sha256(document).digest(),)
    ).fetchone() or ("",)  # fmt: skip
    urls = {SO: world.hub.so_url(SO)}
    (version,) = find_by_student(sealer.school.code, code, urls, world.hub.bo_url).versions
    shown = version.shown()
    assert (shown["state"], shown["evidence"], shown["ingested_at"] is not None) == ("locked", "derived", True)


@pytest.fixture
def other(world: World, sealer: Sealer) -> tuple[Sealer, RoundName]:
    """The same school and system in the round that stays open."""
    return sealer, RoundName(cohort="completed", number=1)


def test_document_that_its_source_does_not_say_is_refused_with_what_is_wrong(world: World, other: Any) -> None:
    """Each alone: the class file is good, and so is the one document that it says."""
    sealer, name = other
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


def test_sealed_submission_of_another_shape_is_refused_whole(world: World, other: Any) -> None:
    """Mixed, signed by another, with a source missing or too many: nothing of it stands."""
    sealer, name = other
    source, (document,) = sealer.class_file(1)
    sealed = sealer.sealed(document, source)
    native = world.signed(world.pupil(sealer.school))
    principal = world.class_of(sealer.school).issued_by
    so_seal = world.people(f"DAU-{SO}")
    wrong: list[tuple[Any, set[str]]] = [
        (sealer.submission(name, sealed, native), {"SUBMISSION_SEAL_WRONG"}),
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
