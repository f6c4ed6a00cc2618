"""Time-stamp tokens: one test for each lie that a token can tell."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Refused
from hub.local.timestamp_authority import DEVELOPMENT_POLICY, answer
from hub.local.timestamp_keys import TimestampKeys, make_timestamp_keys
from hub.trust import (
    TOKEN_BYTE_COUNT_MAX,
    TrustPolicy,
    certificate_of,
    fingerprint,
    judge_timestamp,
    token_of,
    verify_timestamp,
)
from tests.unit.trust.timestamp_world import (
    AT,
    DATA,
    NONCE,
    a_query,
    a_token,
    keys,
    policy_changes,
    root_of,
    stranger,
)
from tests.unit.trust.trust_world import World


def code_of(token: bytes, data: bytes = DATA, made: TimestampKeys | None = None, **asked: object) -> str:
    """Return the code with which a token is refused under the roots of an authority."""
    with pytest.raises(Refused) as refused:
        verify_timestamp(token, data, roots=[root_of(made or keys())], **asked)  # type: ignore[arg-type]
    return refused.value.code


def a_policy(world: World, **changes: object) -> TrustPolicy:
    return TrustPolicy.of(world.pki.trust_policy_payload() | changes)


def test_good_token_says_when_and_by_whom() -> None:
    """Time, policy, serial number and certificate of the authority."""
    stamp = verify_timestamp(a_token(), DATA, roots=[root_of(keys())], policy=DEVELOPMENT_POLICY, nonce=NONCE)
    assert (stamp.at, stamp.policy, stamp.serial) == (AT, DEVELOPMENT_POLICY, 4711)
    assert stamp.certificate_sha256 == fingerprint(keys().certificate)


def test_good_token_is_found_among_several_roots() -> None:
    """A policy names the old and the new authority while one follows the other."""
    roots = [root_of(stranger()), root_of(keys())]
    assert verify_timestamp(a_token(), DATA, roots=roots).at == AT


def test_token_over_other_bytes_is_refused() -> None:
    """One bit of the data is another imprint."""
    assert code_of(a_token(), DATA + b" ") == "TIMESTAMP_IMPRINT_DIFFERS"


def test_token_over_another_hash_is_refused() -> None:
    """The same digest under the name of another algorithm is no imprint of ours."""
    sha256, sha3_256 = (bytes.fromhex(f"060960864801650304020{n}") for n in (1, 8))
    at = a_token().index(sha256 + b"\x05\x00\x04\x20")  # the hash of the imprint follows its algorithm
    renamed = a_token()[:at] + sha3_256 + a_token()[at + len(sha256) :]
    assert code_of(renamed) == "TIMESTAMP_IMPRINT_DIFFERS"


def test_answer_to_another_question_is_refused() -> None:
    """Another nonce, or none at all."""
    assert code_of(a_token(), nonce=NONCE - 1) == "TIMESTAMP_NONCE_DIFFERS"
    assert code_of(a_token(nonce=None), nonce=NONCE) == "TIMESTAMP_NONCE_DIFFERS"


def test_token_under_another_policy_is_refused() -> None:
    """Authorities stamp under several policies, some without any promise."""
    assert code_of(a_token(), policy="1.3.6.1.4.1.1") == "TIMESTAMP_POLICY_DIFFERS"


def test_token_of_a_stranger_is_refused() -> None:
    """His root carries the same name and has another key."""
    assert code_of(a_token(made=stranger())) == "TIMESTAMP_SIGNATURE_WRONG"


def test_token_by_another_key_than_its_certificates_is_refused() -> None:
    """A trusted certificate above a stranger's signature."""
    forged = replace(keys(), key=stranger().key)
    assert code_of(a_token(made=forged)) == "TIMESTAMP_SIGNATURE_WRONG"


def test_token_of_nobody_trusted_is_refused() -> None:
    """Without any root there is nothing that a token could prove."""
    with pytest.raises(Refused) as refused:
        verify_timestamp(a_token(), DATA, roots=[])
    assert refused.value.code == "TIMESTAMP_SIGNATURE_WRONG"


@pytest.mark.parametrize("aside", [-timedelta(days=11), timedelta(days=11)])
def test_time_outside_the_certificates_validity_is_refused(aside: timedelta) -> None:
    """An authority cannot stamp before its certificate began, nor after it ended."""
    made = make_timestamp_keys(AT, valid_for=timedelta(days=10))
    assert code_of(a_token(made=made, at=AT + aside), made=made) == "TIMESTAMP_CERTIFICATE_EXPIRED"
    assert verify_timestamp(a_token(made=made), DATA, roots=[root_of(made)]).at == AT


@pytest.mark.parametrize(
    ("usages", "is_critical"),
    [
        ((), True),
        ((ExtendedKeyUsageOID.CODE_SIGNING,), True),
        ((ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING), True),
        ((ExtendedKeyUsageOID.TIME_STAMPING,), False),
    ],
    ids=["none", "other", "also other", "not critical"],
)
def test_certificate_that_is_not_for_time_stamping_alone_is_refused(
    usages: tuple[object, ...], is_critical: bool
) -> None:
    """RFC 3161 §2.3: one extended key usage, timeStamping, critical."""
    made = make_timestamp_keys(AT, usages=usages, is_critical=is_critical)  # type: ignore[arg-type]
    assert code_of(a_token(made=made), made=made) == "TIMESTAMP_CERTIFICATE_UNFIT"


def test_token_without_its_certificate_is_refused() -> None:
    """It is asked for: in ten years nobody finds it any more."""
    token = token_of(answer(a_query(cert_req=False), keys(), AT, 1))
    assert code_of(token) == "TIMESTAMP_UNREADABLE"


def test_oversized_token_is_refused_before_it_is_read() -> None:
    """A stranger's bytes cost no more than their length."""
    assert code_of(bytes(TOKEN_BYTE_COUNT_MAX + 1)) == "TIMESTAMP_UNREADABLE"


def test_every_flipped_byte_of_a_token_is_noticed() -> None:
    """All positions, another bit at each: what the signature does not cover has one form only."""
    data, roots = bytearray(a_token()), [root_of(keys())]
    for n in range(len(data)):
        data[n] ^= 1 << n % 8
        with pytest.raises(Refused):
            verify_timestamp(bytes(data), DATA, roots=roots, nonce=NONCE)
        data[n] ^= 1 << n % 8
    assert bytes(data) == a_token()


@given(data=st.binary(max_size=200), cut=st.integers(0, 2_000), at=st.integers(0, 2_000))
def test_any_bytes_are_refused_and_nothing_else_happens(data: bytes, cut: int, at: int) -> None:
    """Drawn by chance, or put in the place of some bytes of a good token."""
    spliced = a_token()[: at % 1000] + data + a_token()[at % 1000 + cut :]
    for hostile in (data, spliced):
        if hostile != a_token():
            assert code_of(hostile).startswith("TIMESTAMP_")


def test_response_without_a_token_tells_its_status() -> None:
    """An authority that refuses says so in its answer."""
    refusal = answer(a_query(req_policy="1.2.3"), keys(), AT, 1)
    with pytest.raises(Refused) as refused:
        token_of(refusal)
    assert (refused.value.code, refused.value.facts) == ("TIMESTAMP_REFUSED", {"status": "rejection"})


@pytest.mark.parametrize("response", [b"", b"0", b"\x30\x00", b"<html>", a_token(), a_query()])
def test_what_is_no_response_has_no_token(response: bytes) -> None:
    """A page of a proxy, a token without its status, our own question."""
    with pytest.raises(Refused) as refused:
        token_of(response)
    assert refused.value.code == "TIMESTAMP_UNREADABLE"


def test_policy_without_time_stamps_stays_as_it_was(world: World) -> None:
    """Policies of earlier days name no authority, and nothing is demanded."""
    policy = a_policy(world)
    assert (policy.timestamp_roots, policy.timestamp_required, policy.timestamp_policy) == ((), False, None)
    assert judge_timestamp(b"", DATA, policy) is None
    assert judge_timestamp(b"", DATA, None) is None


def test_policy_may_demand_a_time_stamp(world: World) -> None:
    """Then its absence is a fault; an absent one is fine where it is only offered."""
    assert judge_timestamp(b"", DATA, a_policy(world, **policy_changes())) is None
    with pytest.raises(Refused) as refused:
        judge_timestamp(b"", DATA, a_policy(world, **policy_changes(timestamp_required=True)))
    assert refused.value.code == "TIMESTAMP_MISSING"


def test_policy_judges_by_its_roots_and_its_oid(world: World) -> None:
    """Both narrow whom a token may come from."""
    stamp = judge_timestamp(a_token(), DATA, a_policy(world, **policy_changes(timestamp_policy=DEVELOPMENT_POLICY)))
    assert stamp is not None
    assert stamp.at == AT
    for changes, code in (
        (policy_changes(timestamp_policy="1.2.3"), "TIMESTAMP_POLICY_DIFFERS"),
        (policy_changes(stranger()), "TIMESTAMP_SIGNATURE_WRONG"),
        ({}, "TIMESTAMP_ROOTS_MISSING"),
    ):
        with pytest.raises(Refused) as refused:
            judge_timestamp(a_token(), DATA, a_policy(world, **changes))
        assert refused.value.code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp_required": True}, {"timestamp_roots": ["AAAA"]}, {"timestamp_policy": "one.two"},
        {"timestamp_policy": ""}, {"timestamp_required": 1}, {"timestamp_colour": "red"},
    ],
    ids=str,
)  # fmt: skip
def test_policy_that_makes_no_sense_is_refused(world: World, changes: dict[str, object]) -> None:
    """Demanding what nobody could give, roots that are none, another form."""
    with pytest.raises(Refused) as refused:
        a_policy(world, **changes)
    assert refused.value.code == "TRUST_POLICY_WRONG"


def test_certificate_of_an_impossible_version_is_unreadable() -> None:
    """The library has an error of its own for it, which is no ValueError."""
    version = b"\xa0\x03\x02\x01"
    assert keys().certificate.count(version + b"\x02") == 1
    with pytest.raises(Refused) as refused:
        certificate_of(keys().certificate.replace(version + b"\x02", version + b"\x03"))
    assert refused.value.code == "CERTIFICATE_UNREADABLE"


def test_imprint_is_the_sha256_of_the_data() -> None:
    """Said once without any of our code: anyone can compare it."""
    assert hashlib.sha256(DATA).digest() in a_token()
