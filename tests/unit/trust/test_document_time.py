"""Signatures of a document and time: certificates, revocation, sunset, and the second judgement at lock."""

from datetime import UTC, datetime, timedelta

import pytest
from trust_world import AT, DOCUMENT, SCHOOL, SCOPE, YEAR_END, YEAR_START, a_certificate, an_entry, an_office

from hub.signing import KeySigner
from hub.trust import CLOCK_SKEW_MAX, ChainCache, Status, judge_revocation, verify_document


@pytest.mark.parametrize(
    ("not_before", "not_after", "code"),
    [
        (YEAR_START, AT - timedelta(seconds=1), "CERTIFICATE_EXPIRED"),
        (AT + timedelta(seconds=1), YEAR_END, "CERTIFICATE_NOT_YET_VALID"),
    ],
)
def test_signature_is_refused_when_the_certificate_was_not_valid_at_the_proven_time(world, not_before, not_after, code):
    """The proven time counts, not the claimed one."""
    issued = world.pki.issue("short", "person", "ES256", not_before, not_after)
    changed = world.with_(a_certificate(issued), an_office("short", issued, "homeroom_teacher", SCHOOL, "GV-0101-004"))
    assert changed.codes(world.chain(teacher=issued)) == [code]


def test_signature_is_refused_when_it_claims_a_time_before_its_certificate(world):
    """Nobody signs with a key that is not certified yet: an office of earlier days cannot be reached that way."""
    began = AT - timedelta(days=2)
    issued = world.pki.issue("new", "person", "ES256", began, YEAR_END)
    changed = world.with_(a_certificate(issued), an_office("new", issued, "homeroom_teacher", SCHOOL, "GV-0101-004"))
    first_s = int((began - CLOCK_SKEW_MAX).timestamp())
    assert changed.codes(changed.chain(teacher=issued, iat=first_s)) == []
    assert changed.codes(changed.chain(teacher=issued, iat=first_s - 1)) == ["SIGNATURE_TIME_BEFORE_CERTIFICATE"]


def test_document_is_refused_when_a_signature_claims_to_precede_the_one_that_it_follows(world):
    """A principal who has left cannot date a signature back behind the teacher's: it binds hers, so it came later."""
    left = world.with_(
        an_office("principal", world.issued["principal"], "principal", SCHOOL, "GV-0101-001",
                  valid_to=AT - timedelta(days=1), version=2),
    )  # fmt: skip
    now_s, before_s = int(AT.timestamp()), int((AT - timedelta(days=2)).timestamp())

    def codes(teacher_s, principal_s):
        first = left.sign_as("teacher", "homeroom_teacher", iat=teacher_s)
        second = left.sign_as("principal", "principal", [first], iat=principal_s)
        return left.codes([first, second, left.sign_as("seal", "school_seal", [second], iat=now_s)])

    skew_s = int(CLOCK_SKEW_MAX.total_seconds())
    assert codes(before_s, before_s - skew_s) == []
    assert codes(before_s, before_s - skew_s - 1) == ["CHAIN_TIME_REVERSED"]
    assert codes(now_s, before_s) == ["CHAIN_TIME_REVERSED"]
    assert codes(now_s, now_s) == ["SIGNER_ROLE_NOT_HELD"]


def test_signature_is_refused_when_the_certificate_was_revoked_before(fresh_world):
    """Revocation counts from its date; a later revocation leaves an earlier signature alone."""
    world = fresh_world
    signatures = world.chain()
    world.pki.revoke(world.issued["principal"], AT)
    later = an_entry("revocation", "later", world.pki.revocation_payload(AT + timedelta(days=2)), version=2)
    changed = world.with_(later)
    assert changed.codes(signatures, at=AT) == ["CERTIFICATE_REVOKED"]
    assert changed.codes(signatures, at=AT - timedelta(seconds=1)) == []


def test_verdict_is_unknown_when_revocation_data_is_missing_or_outdated(world):
    """An outage of the status source is no fault of the school: pending, not refused."""
    for changed, at in ((world.with_(without=["crls"]), AT), (world, AT + timedelta(days=30))):
        verdict = changed.verify(world.chain(), at=at)
        assert verdict.status is Status.UNKNOWN
        assert {found.code for found in verdict.findings} == {"CERTIFICATE_STATUS_UNKNOWN"}


def test_verdict_is_invalid_when_status_is_unknown_but_the_bytes_changed(world):
    """Missing revocation data never hides a proven fault."""
    verdict = world.with_(without=["crls"]).verify(world.chain(), payload=b"{}")
    assert verdict.status is Status.INVALID


def test_document_is_refused_when_no_trust_policy_holds(world):
    """Without a policy nobody is trusted."""
    assert world.with_(without=["policy"]).codes(world.chain()) == ["TRUST_POLICY_MISSING"]


def test_rs256_is_accepted_until_its_sunset_and_refused_after(world, rsa_issued):
    """The last day of RS256 is policy; PS256 goes on with the same key."""
    changed = world.with_(
        a_certificate(rsa_issued), an_office("rsa", rsa_issued, "homeroom_teacher", SCHOOL, "GV-0101-005"),
        an_entry("revocation", "late", world.pki.revocation_payload(datetime(2027, 6, 30, tzinfo=UTC)), version=2),
    )  # fmt: skip
    legacy = KeySigner(rsa_issued.key, rsa_issued.der, "RS256")

    class _Legacy:
        signer = legacy

    last_moment = datetime(2027, 6, 30, 16, 59, 59, tzinfo=UTC)
    assert changed.codes(changed.chain(teacher=_Legacy()), at=last_moment) == []
    after = last_moment + timedelta(seconds=1)
    assert changed.codes(changed.chain(teacher=_Legacy()), at=after) == ["SIGNATURE_ALGORITHM_ENDED"]
    assert changed.codes(changed.chain(teacher=rsa_issued), at=after) == []


@pytest.fixture(scope="module")
def rsa_issued(shared_world):
    return shared_world.pki.issue("rsa", "person", "PS256", YEAR_START, YEAR_END)


def test_revocation_is_judged_again_at_lock_without_the_certificates_own_end(fresh_world):
    """A certificate that merely expired between signing and lock does not block the lock; a revoked one does."""
    world = fresh_world
    lock_at = YEAR_END + timedelta(days=30)
    cover = an_entry("revocation", "end", world.pki.revocation_payload(YEAR_END - timedelta(days=1)), version=2)
    signatures = world.chain()
    judged = {"snapshot": world.with_(cover).snapshot(), "at": lock_at, "proven_at": AT, "cache": world.cache}
    assert judge_revocation(signatures, **judged).status is Status.VALID
    judged["snapshot"] = world.snapshot()
    assert judge_revocation(signatures, **judged).status is Status.UNKNOWN
    world.pki.revoke(world.issued["seal"], AT + timedelta(days=1))
    revoked = an_entry("revocation", "end", world.pki.revocation_payload(YEAR_END - timedelta(days=1)), version=3)
    judged["snapshot"] = world.with_(revoked).snapshot()
    verdict = judge_revocation(signatures, **judged)
    assert [(found.code, found.path) for found in verdict.findings] == [("CERTIFICATE_REVOKED", "$.signatures[2]")]


def test_cache_gives_the_same_verdict_and_holds_one_entry_for_each_certificate(world):
    """The second check of the same signers works out no certificate again."""
    signatures, cache, snapshot = world.chain(), ChainCache(entry_count_max=2), world.snapshot()
    first = verify_document(DOCUMENT, signatures, **SCOPE, snapshot=snapshot, proven_at=AT, cache=cache)
    assert first == verify_document(DOCUMENT, signatures, **SCOPE, snapshot=snapshot, proven_at=AT, cache=cache)
    assert (first.status, len(cache)) == (Status.VALID, 2)
