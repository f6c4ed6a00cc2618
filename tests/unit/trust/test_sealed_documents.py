"""Documents that no person signed here: one seal, which says what they rest on, and no way to a better grade."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trust_world import AT, DOCUMENT, SCOPE, YEAR_END, YEAR_START, World, a_certificate, an_entry, an_office

from hub.errors import Refused
from hub.trust import (
    CRITICAL,
    CRITICAL_SEALED,
    GRADES,
    Origin,
    SourceSystem,
    Status,
    base64url,
    canonical,
    check_entry,
    grade_of,
    judge_revocation,
    leaf_of,
    origin_of,
    read,
)

SIGNER = "ab" * 32
SYSTEMS = {  # by grade: entry id, payload, whose seal, its role
    "derived": ("ho-so", {"format": "xades", "mapping": "ho-so", "signers": [SIGNER]}, "system", "system_seal"),
    "attested": ("so-lieu", {"format": "extract", "mapping": "so-lieu"}, "so", "so_seal"),
    "legacy_evidence": ("giay", {"format": "scan"}, "so", "so_seal"),
}
SEALED = tuple(SYSTEMS)


def an_origin(grade: str, **changes: Any) -> Origin:
    system, payload, _, _ = SYSTEMS[grade]
    said = {"grade": grade, "source_sha256": hashlib.sha256(b"source").hexdigest(), "system": system}
    if grade != "legacy_evidence":
        said |= {"mapping": f"{payload['mapping']}/2", "mapping_sha256": "cd" * 32}
    return Origin(**(said | changes))


def a_system(grade: str, **changes: Any):
    system, payload, _, _ = SYSTEMS[grade]
    return an_entry("source_system", system, {"grade": grade, "so": "ha-noi", **payload, **changes})


@pytest.fixture
def registered(world: World) -> World:
    return world.with_(*(a_system(grade) for grade in SEALED))


@pytest.fixture(scope="module")
def shared(shared_world: World) -> World:
    return shared_world.with_(*(a_system(grade) for grade in SEALED))


def a_seal(world: World, grade: str, who: str | None = None, role: str | None = None, **changes: Any) -> str:
    _, _, owner, own_role = SYSTEMS[grade]
    changes.setdefault("origin", an_origin(grade))
    return world.sign_as(who or owner, role or own_role, **changes)


@pytest.mark.parametrize("grade", SEALED)
def test_seal_of_a_registered_system_is_valid_and_says_its_grade(registered, grade):
    """One signature of the right seal; document, signatures and leaf agree on the grade."""
    sealed = a_seal(registered, grade)
    verdict = registered.verify([sealed])
    assert (verdict.status, verdict.findings) == (Status.VALID, ())
    assert verdict.signatories[0].role == SYSTEMS[grade][3]
    assert (origin_of([sealed]), grade_of([sealed])) == (an_origin(grade), grade)
    leaf = leaf_of(
        action="LOCK", document=DOCUMENT, signatures=[sealed], salt_key=bytes(32), pupil="001317000001",
        year="2025-2026", period="year", version=1, locator="HN7K2M4P9QX", effective_on="2026-06-30",
    )  # fmt: skip
    assert leaf.evidence == grade


def test_chain_of_three_is_native(registered):
    """No origin, no seal: what persons signed here."""
    chain = registered.chain()
    assert (origin_of(chain), grade_of(chain)) == (None, "native")


def test_origin_is_in_the_signed_header_in_canonical_order(registered):
    """`crit` names it, so that a reader which does not know it refuses; a signature without one is as ever."""
    sealed, plain = a_seal(registered, "derived"), registered.sign_as("teacher", "homeroom_teacher")
    raw = base64url.decode(sealed.split(".")[0])
    assert canonical(msgspec.json.decode(raw)) == raw
    assert read(sealed).header.crit == CRITICAL_SEALED == tuple(sorted({*CRITICAL, "hb_origin"}))
    assert read(plain).header.crit == CRITICAL
    assert b"hb_origin" not in base64url.decode(plain.split(".")[0])


def _with_header(compact: str, **changes: object) -> str:
    head, _, signature = compact.split(".")
    header = msgspec.json.decode(base64url.decode(head)) | changes
    kept = {name: value for name, value in header.items() if value is not None}
    return f"{base64url.encode(canonical(kept))}..{signature}"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"crit": list(CRITICAL)}, "SIGNATURE_CRIT_WRONG"),
        ({"hb_origin": None}, "SIGNATURE_CRIT_WRONG"),
        ({"hb_origin": {}}, "SIGNATURE_HEADER_WRONG"),
        ({"hb_origin": "derived"}, "SIGNATURE_HEADER_WRONG"),
        ({"hb_origin": {"grade": "native", "source_sha256": "ab" * 32, "system": "x"}}, "SIGNATURE_HEADER_WRONG"),
        ({"hb_origin": {"grade": "derived", "source_sha256": "ab" * 32, "system": "x"}}, "SIGNATURE_HEADER_WRONG"),
        (
            {"hb_origin": {"grade": "legacy_evidence", "mapping": "x/1", "mapping_sha256": "ab" * 32,
                           "source_sha256": "ab" * 32, "system": "x"}},
            "SIGNATURE_HEADER_WRONG",
        ),
        (
            {"hb_origin": {"grade": "derived", "mapping": "../x", "mapping_sha256": "ab" * 32,
                           "source_sha256": "ab" * 32, "system": "x"}},
            "SIGNATURE_HEADER_WRONG",
        ),
        (
            {"hb_origin": {"grade": "legacy_evidence", "source_sha256": "AB" * 32, "system": "x"}},
            "SIGNATURE_HEADER_WRONG",
        ),
        (
            {"hb_origin": {"grade": "legacy_evidence", "more": 1, "source_sha256": "ab" * 32, "system": "x"}},
            "SIGNATURE_HEADER_WRONG",
        ),
    ],
)  # fmt: skip
def test_origin_of_another_shape_is_refused(registered, changes, code):
    """The member is closed, goes with its `crit`, and names a mapping exactly where one made the document."""
    with pytest.raises(Refused) as refused:
        read(_with_header(a_seal(registered, "derived"), **changes))
    assert refused.value.code == code


@given(member=st.sampled_from(["grade", "mapping", "mapping_sha256", "source_sha256", "system"]), data=st.data())
def test_no_word_of_the_origin_can_be_changed_under_the_signature(shared, member, data):
    """What a document rests on is signed: another grade, mapping, source or system is another signature."""
    sealed = a_seal(shared, "derived")
    said = msgspec.to_builtins(an_origin("derived"))
    other = {
        "grade": st.just("attested"),
        "mapping": st.sampled_from(["ho-so/1", "so-lieu/2"]),
        "mapping_sha256": st.binary(min_size=32, max_size=32).map(bytes.hex),
        "source_sha256": st.binary(min_size=32, max_size=32).map(bytes.hex),
        "system": st.sampled_from(["so-lieu", "giay"]),
    }[member]
    changed = _with_header(sealed, hb_origin=said | {member: data.draw(other)})
    codes = shared.codes([changed])
    assert "SIGNATURE_WRONG" in codes
    assert shared.verify([changed]).status is Status.INVALID


_PIECES = ("teacher", "principal", "seal", *SEALED)


@given(chosen=st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6), order=st.randoms(use_true_random=False))
def test_no_set_of_signatures_lifts_a_grade(shared, chosen, order):
    """Whatever stands together in whatever order: native is the whole chain alone, every other grade its one seal."""
    teacher, principal, seal = shared.chain()
    made = {"teacher": teacher, "principal": principal, "seal": seal}
    signatures = [made[name] if name in made else a_seal(shared, name) for name in chosen]
    order.shuffle(signatures)
    verdict = shared.verify(signatures)
    if verdict.status is not Status.VALID:
        return
    grade = grade_of(signatures)
    assert grade in GRADES
    if grade == "native":
        assert signatures == [teacher, principal, seal]
    else:
        assert len(signatures) == 1
        assert signatures == [a_seal(shared, grade)]


@pytest.mark.parametrize("grade", SEALED)
def test_seal_beside_other_signatures_is_refused(registered, grade):
    """Neither a chain with a seal nor two seals: it would be two stories of one document."""
    sealed, chain = a_seal(registered, grade), registered.chain()
    for signatures in ([sealed, sealed], [*chain, sealed], [sealed, *chain], [sealed, "not one"]):
        assert registered.codes(signatures) == ["SEAL_NOT_ALONE"]
    for signatures in ([sealed, sealed], [*chain, sealed]):
        with pytest.raises(Refused) as refused:
            grade_of(signatures)
        assert refused.value.code == "SEAL_NOT_ALONE"


def test_grade_of_a_signature_that_cannot_be_read_is_refused():
    """Unreadable is not native."""
    with pytest.raises(Refused) as refused:
        grade_of(["a..b"])
    assert refused.value.code == "SIGNATURE_BASE64"


@pytest.mark.parametrize(("claimed", "system"), [(a, b) for a in SEALED for b in SEALED if a != b])
def test_seal_that_claims_a_grade_which_the_register_does_not_give_is_refused(registered, claimed, system):
    """The register says which grade a system's documents have, whoever seals them."""
    origin = an_origin(claimed, system=SYSTEMS[system][0])
    for who, role in (("system", "system_seal"), ("so", "so_seal")):
        assert "SEAL_GRADE_WRONG" in registered.codes([registered.sign_as(who, role, origin=origin)])


def test_seal_of_a_system_that_the_register_lacks_at_that_time_is_refused(world, registered):
    """Unregistered, not yet, or no longer."""
    sealed = a_seal(registered, "attested")
    assert world.codes([sealed]) == ["SEAL_SYSTEM_UNKNOWN"]
    ended = replace(a_system("attested"), valid_to=AT)
    late = replace(a_system("attested"), valid_from=AT + timedelta(seconds=1))
    assert world.with_(ended).codes([sealed]) == world.with_(late).codes([sealed]) == ["SEAL_SYSTEM_UNKNOWN"]


def test_seal_with_the_mapping_of_another_connector_is_refused(registered):
    """The register pins whose mappings count; any version of them may."""
    assert registered.codes([a_seal(registered, "derived", origin=an_origin("derived", mapping="ho-so/1"))]) == []
    wrong = an_origin("derived", mapping="so-lieu/2")
    assert registered.codes([a_seal(registered, "derived", origin=wrong)]) == ["SEAL_MAPPING_WRONG"]


@pytest.mark.parametrize(
    ("grade", "who", "role", "code"),
    [
        ("derived", "so", "so_seal", "SIGNER_ROLE_NOT_ALLOWED"),
        ("derived", "so", "system_seal", "SIGNER_ROLE_WRONG"),
        ("attested", "system", "system_seal", "SIGNER_ROLE_NOT_ALLOWED"),
        ("attested", "system", "so_seal", "SIGNER_ROLE_WRONG"),
        ("legacy_evidence", "seal", "school_seal", "SIGNER_ROLE_NOT_ALLOWED"),
        ("legacy_evidence", "officer", "so_seal", "SIGNER_ROLE_WRONG"),
    ],
)
def test_seal_by_another_hand_is_refused(registered, grade, who, role, code):
    """The system's certificate for derived, the Sở's for the others; no school and no officer."""
    assert registered.codes([a_seal(registered, grade, who, role)]) == [code]


def test_seal_of_another_so_is_refused(world):
    """A system belongs to one Sở, and its seal must too."""
    other = world.pki.issue("other seal", "seal", "ES256", YEAR_START, YEAR_END)
    more = (a_certificate(other), an_office("other-so", other, "so_seal", "tien-giang", "CD-TG"))
    there = world.with_(a_system("attested"), *more)
    assert there.codes([a_seal(there, "attested", who=other)]) == ["SIGNER_OWNER_WRONG"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scope": SCOPE | {"school_year": "2024-2025"}}, "SIGNATURE_SCOPE_YEAR"),
        ({"typ": "vn.hocba.recall/1"}, "SIGNATURE_TYPE_WRONG"),
        ({"payload": b"{}"}, "SIGNATURE_WRONG"),
        ({"follows": ["x"]}, "CHAIN_LINK_BROKEN"),
        ({"iat": int(AT.timestamp()) + 600}, "SIGNATURE_TIME_AHEAD"),
    ],
)
def test_seal_is_bound_to_its_document_like_every_signature(registered, changes, code):
    """Scope, type, bytes and time are judged as in a chain."""
    assert registered.codes([a_seal(registered, "derived", **changes)]) == [code]


def test_statement_whose_signature_claims_an_origin_is_refused(registered):
    """Only documents rest on sources."""
    changes = {"scope": {"owner": "so-ha-noi"}, "typ": "vn.hocba.manifest/1", "payload": b"{}"}
    codes = registered.statement_codes(
        a_seal(registered, "attested", **changes), typ=changes["typ"], scope=changes["scope"], roles={"so_seal"}
    )
    assert codes == ["SIGNATURE_HEADER_WRONG"]


def test_sealed_document_is_judged_again_for_revocation(fresh_world):
    """At the lock the seal's certificate is looked at once more, as those of persons are."""
    world = fresh_world.with_(a_system("derived"))
    sealed, lock_at = a_seal(world, "derived"), AT + timedelta(days=2)
    judged = {"at": lock_at, "proven_at": AT, "cache": world.cache}
    assert judge_revocation([sealed], snapshot=world.snapshot(), **judged).status is Status.VALID
    world.pki.revoke(world.issued["system"], AT + timedelta(days=1))
    revoked = an_entry("revocation", "crls", world.pki.revocation_payload(lock_at), version=2)
    verdict = judge_revocation([sealed], snapshot=world.with_(revoked).snapshot(), **judged)
    assert [(found.code, found.path) for found in verdict.findings] == [("CERTIFICATE_REVOKED", "$.signatures[0]")]


@pytest.mark.parametrize("grade", SEALED)
def test_registered_system_reads_back(registered, grade):
    """The entry's id is the system's; the payload is all that a seal is held against."""
    entry = a_system(grade)
    check_entry(entry)
    system = registered.snapshot().source_system(entry.entry_id, AT)
    assert system == SourceSystem.of(entry.entry_id, entry.payload)
    assert (system.grade, system.so, system.role) == (grade, "ha-noi", SYSTEMS[grade][3])


@pytest.mark.parametrize(
    "payload",
    [
        {"grade": "native", "format": "scan", "so": "ha-noi"},
        *({"grade": a, "so": "ha-noi", **SYSTEMS[b][1]} for a, b in combinations(SEALED, 2)),
        {"grade": "derived", "so": "ha-noi", "format": "xades", "mapping": "ho-so"},
        {"grade": "derived", "so": "ha-noi", "format": "xades", "signers": [SIGNER]},
        {"grade": "attested", "so": "ha-noi", "format": "extract", "mapping": "so-lieu", "signers": [SIGNER]},
        {"grade": "legacy_evidence", "so": "ha-noi", "format": "scan", "mapping": "so-lieu"},
        {"grade": "legacy_evidence", "so": "Ha Noi", "format": "scan"},
        {"grade": "legacy_evidence", "so": "ha-noi", "format": "scan", "more": 1},
    ],
)
def test_system_that_no_seal_could_be_held_against_is_not_registered(payload):
    """Grade, format, mapping and signers must go together."""
    with pytest.raises(Refused) as refused:
        check_entry(an_entry("source_system", "so-lieu", payload))
    assert refused.value.code == "REGISTER_ENTRY_WRONG"


def test_system_whose_id_no_seal_could_name_is_not_registered():
    """An id is what stands in a header."""
    with pytest.raises(Refused):
        check_entry(an_entry("source_system", "So lieu", a_system("attested").payload))
