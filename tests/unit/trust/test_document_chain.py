"""One test for each lie that the signatures of a document can tell."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from trust_world import (
    AT,
    DOCUMENT,
    OTHER_SCHOOL,
    SCHOOL,
    SCOPE,
    YEAR_END,
    YEAR_START,
    a_certificate,
    an_entry,
    an_office,
)

from hub.domain.findings import render
from hub.trust import Status, Verdict, base64url, canonical


def _with_header(compact: str, **changes: object) -> str:
    """Rewrite members of a header; the signature no longer fits, which the reader never gets to see."""
    head, _, signature = compact.split(".")
    header = msgspec.json.decode(base64url.decode(head)) | changes
    return f"{base64url.encode(canonical(header))}..{signature}"


def test_chain_of_three_is_valid_and_names_its_signatories(world):
    """An honest primary chain has no finding and tells who signed in which role."""
    verdict = world.verify(world.chain())
    assert verdict == Verdict(Status.VALID, (), verdict.signatories)
    assert [(one.role, one.person) for one in verdict.signatories] == [
        ("homeroom_teacher", "GV-0101-003"), ("principal", "GV-0101-001"), ("school_seal", "CD-0101"),
    ]  # fmt: skip


def test_chain_with_subject_teachers_is_valid_when_homeroom_teacher_binds_them_all(world):
    """A secondary transcript carries subject teachers' signatures first."""
    subjects = [world.sign_as("subject", "subject_teacher", iat=int(AT.timestamp()) - n) for n in (1, 2)]
    teacher = world.sign_as("teacher", "homeroom_teacher", subjects)
    principal = world.sign_as("principal", "principal", [teacher])
    seal = world.sign_as("seal", "school_seal", [principal])
    assert world.verify([*subjects, teacher, principal, seal]).status is Status.VALID
    assert world.codes([subjects[0], teacher, principal, seal]) == ["CHAIN_LINK_BROKEN"]
    assert world.codes([teacher, principal, seal]) == ["CHAIN_LINK_BROKEN"]


def test_chain_is_refused_when_there_is_no_signature(world):
    """An unsigned document says so."""
    assert world.codes([]) == ["SIGNATURE_MISSING"]


@pytest.mark.parametrize("dropped", [0, 1, 2])
def test_chain_is_refused_when_any_signer_is_dropped(world, dropped):
    """Each of the three is required, and the finding names who is missing."""
    signatures = world.chain()
    del signatures[dropped]
    findings = world.verify(signatures).findings
    missing = ["homeroom_teacher", "principal", "school_seal"][dropped]
    assert [(found.code, found.facts["role"]) for found in findings] == [("CHAIN_SHORTENED", missing)]


def test_chain_is_refused_when_it_is_reordered(world):
    """The order in the list is the order of signing."""
    first, second, third = world.chain()
    assert world.codes([second, first, third]) == ["CHAIN_REORDERED"]


def test_chain_is_refused_when_a_link_names_another_signature(world):
    """A principal's signature over another teacher signature does not carry over."""
    stranger = world.sign_as("teacher", "homeroom_teacher", iat=int(AT.timestamp()) - 999)
    first, _, _ = world.chain()
    second = world.sign_as("principal", "principal", [stranger])
    third = world.sign_as("seal", "school_seal", [second])
    assert world.codes([first, second, third]) == ["CHAIN_LINK_BROKEN"]


def test_chain_is_refused_when_a_signature_stands_twice(world):
    """A repeated signature is no further signature."""
    first, second, third = world.chain()
    assert world.codes([first, second, third, third]) == ["CHAIN_ROLE_TWICE"]


def test_chain_is_refused_when_a_role_stands_twice(world):
    """Two principals are one too many, even when the seal binds them both."""
    first = world.sign_as("teacher", "homeroom_teacher")
    second = [world.sign_as("principal", "principal", [first], iat=int(AT.timestamp()) - n) for n in (1, 2)]
    assert world.codes([first, *second, world.sign_as("seal", "school_seal", second)]) == ["CHAIN_ROLE_TWICE"]


def test_chain_is_refused_when_it_is_longer_than_twelve(world):
    """The list is bounded before any signature is checked."""
    assert world.codes(world.chain() * 5) == ["CHAIN_TOO_LONG"]


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("school", OTHER_SCHOOL, "SIGNATURE_SCOPE_SCHOOL"),
        ("school_year", "2024-2025", "SIGNATURE_SCOPE_YEAR"),
        ("period", "semester_1", "SIGNATURE_SCOPE_PERIOD"),
        ("round", "2025-2026/completed/1", "SIGNATURE_SCOPE_WRONG"),
    ],
)
def test_signature_is_refused_when_its_scope_is_another(world, member, value, code):
    """A signature lifted from another school, year or period, or with a stray member, does not fit."""
    assert world.codes(world.chain(scope=SCOPE | {member: value})) == [code]


def test_signature_is_refused_when_it_is_for_another_type(world):
    """The type of the document is inside the signature."""
    assert world.codes(world.chain(typ="vn.hocba.recall/1")) == ["SIGNATURE_TYPE_WRONG"]


def test_signature_is_refused_when_the_bytes_changed(world):
    """One other byte, and nothing verifies."""
    assert world.codes(world.chain(), payload=DOCUMENT + b" ") == ["SIGNATURE_WRONG"]


def test_signature_is_refused_when_the_header_names_a_role_that_the_register_does_not_give(world):
    """A teacher who calls himself principal is not one."""
    assert world.codes(world.chain(principal="subject")) == ["SIGNER_ROLE_WRONG"]


def test_signature_is_refused_when_the_role_may_not_sign_documents(world):
    """An officer of Sở has no place in a school's chain, and the required place stays empty."""
    first = world.sign_as("teacher", "homeroom_teacher")
    second = world.sign_as("officer", "so_officer", [first])
    third = world.sign_as("seal", "school_seal", [second])
    assert world.codes([first, second, third]) == ["CHAIN_SHORTENED", "SIGNER_ROLE_NOT_ALLOWED"]


def test_signature_is_refused_when_the_signer_belongs_to_another_school(world):
    """A genuine teacher certificate of school A does not sign for school B."""
    assert world.codes(world.chain(teacher="other_teacher")) == ["SIGNER_SCHOOL_WRONG"]


def test_signature_is_refused_when_the_certificate_is_not_registered(world):
    """A certificate of a trusted issuer is not enough."""
    stranger = world.pki.issue("unregistered", "person", "ES256", YEAR_START, YEAR_END)
    assert world.codes(world.chain(teacher=stranger)) == ["SIGNER_UNKNOWN"]
    assert world.with_(a_certificate(stranger)).codes(world.chain(teacher=stranger)) == ["SIGNER_UNKNOWN"]


def test_signature_is_refused_when_the_role_was_not_held_at_the_claimed_time(world):
    """A role counts from its date to its date, at the time that the signature claims."""
    office = an_office(
        "teacher", world.issued["teacher"], "homeroom_teacher", SCHOOL, "GV-0101-003",
        valid_to=datetime(2026, 6, 1, tzinfo=UTC), version=2,
    )  # fmt: skip
    ended = world.with_(office)
    assert ended.codes(world.chain()) == ["SIGNER_ROLE_NOT_HELD"]
    assert ended.codes(world.chain(iat=int(datetime(2026, 5, 31, tzinfo=UTC).timestamp()))) == []


def test_same_person_as_teacher_and_principal_is_refused_unless_the_policy_excepts_the_school(world):
    """Two certificates or two roles of one person are still one person."""
    second = world.pki.issue("second certificate", "person", "ES256", YEAR_START, YEAR_END)
    both = world.with_(a_certificate(second), an_office("both", second, "principal", SCHOOL, "GV-0101-003"))
    assert both.codes(world.chain(principal=second)) == ["SIGNER_SAME_PERSON"]
    payload = world.pki.trust_policy_payload(same_person_exceptions=[SCHOOL])
    excepted = both.with_(an_entry("trust_policy", "policy", payload, version=3))
    assert excepted.codes(world.chain(principal=second)) == []


def test_signature_is_refused_when_it_claims_a_time_after_its_arrival(world):
    """Five minutes of clock error are forgiven, not a second more."""
    limit = int((AT + timedelta(minutes=5)).timestamp())
    assert world.codes(world.chain(iat=limit)) == []
    assert world.codes(world.chain(iat=limit + 1)) == ["SIGNATURE_TIME_AHEAD"]


@pytest.mark.parametrize(
    ("alg", "code"),
    [
        ("none", "SIGNATURE_ALGORITHM_NONE"),
        ("None", "SIGNATURE_ALGORITHM_NONE"),
        ("HS256", "SIGNATURE_ALGORITHM_UNKNOWN"),
        ("ES512", "SIGNATURE_ALGORITHM_UNKNOWN"),
        ("PS256", "SIGNATURE_ALGORITHM_SWAPPED"),
        ("RS256", "SIGNATURE_ALGORITHM_SWAPPED"),
    ],
)
def test_signature_is_refused_when_its_algorithm_is_none_unknown_or_swapped(world, alg, code):
    """The key decides which algorithm can be meant, never the token."""
    first, second, third = world.chain()
    found = world.verify([first, second, _with_header(third, alg=alg)])
    assert code in [item.code for item in found.findings]
    assert found.status is Status.INVALID


def test_signature_is_refused_when_crit_names_what_we_do_not_know(world):
    """An unknown critical member, with or without its value, makes a signature unreadable."""
    first, second, third = world.chain()
    crit = ["b64", "hb_new", "hb_prev", "hb_role", "hb_scope"]
    for changed in (_with_header(third, crit=crit), _with_header(third, crit=crit, hb_new="1")):
        assert world.codes([first, second, changed]) == ["SIGNATURE_CRIT_WRONG"]


def test_signature_is_refused_when_its_base64url_is_padded(world):
    """Two texts for one signature would break the hashes that bind the chain."""
    first, second, third = world.chain()
    assert world.codes([first, second, third + "=="]) == ["SIGNATURE_PADDED"]


def test_all_faults_of_all_signatures_come_at_once(world):
    """A clerk sees everything that is wrong in one answer, each with its place and both languages."""
    first = world.sign_as("other_teacher", "homeroom_teacher", scope=SCOPE | {"school_year": "2024-2025"})
    second = world.sign_as("principal", "principal", typ="vn.hocba.recall/1")
    verdict = world.verify([first, second, "no signature"], payload=b"{}")
    assert {(found.code, found.path) for found in verdict.findings} == {
        ("SIGNATURE_SCOPE_YEAR", "$.signatures[0]"), ("SIGNER_SCHOOL_WRONG", "$.signatures[0]"),
        ("SIGNATURE_WRONG", "$.signatures[0]"), ("SIGNATURE_WRONG", "$.signatures[1]"),
        ("SIGNATURE_TYPE_WRONG", "$.signatures[1]"), ("CHAIN_LINK_BROKEN", "$.signatures[1]"),
        ("SIGNATURE_MALFORMED", "$.signatures[2]"),
    }  # fmt: skip
    assert all(render(found)["vi"] and render(found)["next_vi"] for found in verdict.findings)
    assert "GV-0101-003" not in repr(verdict.findings)
