"""One test for each lie of a certificate or an issuer; the chains are declared by hand."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ObjectIdentifier
from trust_nodes import AT, DAY, a_node, a_policy, a_usage, judge

from hub.trust import Revocation, Status, judge_certificate


def test_certificate_is_valid_over_an_intermediate_of_the_policy(root, middle, person):
    """An honest chain with current lists is valid and carries no code."""
    verdict = judge(person, [root], [middle])
    assert (verdict.status, verdict.codes, verdict.code) == (Status.VALID, (), None)


@pytest.mark.parametrize("extension", [False, a_usage("content_commitment")])
def test_certificate_is_valid_without_key_usage_or_for_commitment_only(root, extension):
    """Signing certificates often allow content commitment alone (non-repudiation)."""
    assert judge(a_node("usage", root, usage=extension), [root]).status is Status.VALID


def test_certificate_is_valid_with_critical_certificate_policies(root):
    """National certificates mark their policies critical."""
    policies = x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier("1.2.3.4"), None)])
    assert judge(a_node("policies", root, extensions=[policies]), [root]).status is Status.VALID


def test_certificate_is_refused_when_its_issuer_is_unknown(root, middle, person):
    """Without the intermediate in the policy there is no path, and another root of the same name does not help."""
    assert judge(person, [root]).code == "CERTIFICATE_ISSUER_UNKNOWN"
    assert judge(person, [a_node("root", ca=True)], [middle]).code == "CERTIFICATE_SIGNATURE_WRONG"


def test_certificate_is_refused_when_it_signs_for_itself(root):
    """A self-signed certificate is nobody's."""
    assert judge(a_node("self"), [root]).code == "CERTIFICATE_ISSUER_UNKNOWN"


def test_certificate_is_refused_when_it_borrows_the_issuers_name(root, middle):
    """The signature counts, not the name."""
    thief = a_node("thief", middle, signed_by=ec.generate_private_key(ec.SECP256R1()))
    assert judge(thief, [root], [middle]).code == "CERTIFICATE_SIGNATURE_WRONG"


@pytest.mark.parametrize(
    "declared",
    [
        {"ca": False},
        {"basic": False},
        {"ca": True, "usage": a_usage("digital_signature")},
        {"ca": True, "extensions": [x509.NameConstraints([x509.DNSName("example.org")], None)]},
    ],
)
def test_certificate_is_refused_when_its_issuer_may_not_issue(root, declared):
    """An issuer is an authority, may sign certificates, and has no critical extension that we would ignore."""
    issuer = a_node("issuer", root, **declared)
    assert judge(a_node("victim", issuer), [root], [issuer]).code == "CERTIFICATE_CHAIN_WRONG"


def test_certificate_is_refused_when_the_path_is_longer_than_allowed(root, middle):
    """An intermediate with path length 0 issues no further authority."""
    lower = a_node("lower", middle, ca=True)
    assert judge(a_node("deep", lower), [root], [middle, lower]).code == "CERTIFICATE_CHAIN_WRONG"


def test_certificate_is_refused_when_the_chain_has_more_than_four_links(root):
    """Four certificates from end to root, whatever path lengths say."""
    nodes = [a_node("n0", root, ca=True)]
    for name in ("n1", "n2"):
        nodes.append(a_node(name, nodes[-1], ca=True))
    assert judge(a_node("four", nodes[1]), [root], nodes).status is Status.VALID
    assert judge(a_node("five", nodes[2]), [root], nodes).code == "CERTIFICATE_ISSUER_UNKNOWN"


def test_certificate_judgement_ends_when_many_authorities_share_a_name(root):
    """The number of signature checks is bounded, so that a hostile policy costs nothing."""
    twins = [a_node("twin", root, ca=True, serial=serial) for serial in range(1, 41)]
    victim = a_node("victim", twins[0], signed_by=ec.generate_private_key(ec.SECP256R1()))
    assert judge(victim, [root], twins, crls=[]).code == "CERTIFICATE_CHAIN_WRONG"


def test_certificate_is_refused_when_its_key_is_of_another_kind(root):
    """P-384 is strong, but no algorithm of the hub uses it."""
    assert judge(a_node("curve", root, curve=ec.SECP384R1()), [root]).code == "CERTIFICATE_KEY_WEAK"


def test_certificate_is_refused_when_it_is_signed_with_sha1():
    """SHA-1 is refused by its identifier, before any signature is checked."""
    issuer = a_node("rsa root", ca=True, key=rsa.generate_private_key(65537, 2048))
    sha256_with_rsa, sha1_with_rsa = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    honest = a_node("old", issuer)
    policy, lists = a_policy([issuer]), Revocation.of([issuer.crl()])
    assert judge_certificate(honest.der, AT, policy, lists).status is Status.VALID
    der = honest.der.replace(sha256_with_rsa, sha1_with_rsa)
    assert judge_certificate(der, AT, policy, lists).codes == ("CERTIFICATE_HASH_WEAK",)


@pytest.mark.parametrize("declared", [{"ca": True}, {"usage": a_usage("key_encipherment")}])
def test_certificate_is_refused_when_it_is_not_for_signing_documents(root, declared):
    """An authority signs no transcripts, and neither does an encryption certificate."""
    assert judge(a_node("misused", root, **declared), [root]).code == "CERTIFICATE_USAGE_WRONG"


def test_certificate_is_refused_when_it_has_an_unknown_critical_extension(root):
    """What is critical and not understood is refused."""
    unknown = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
    assert judge(a_node("odd", root, extensions=[unknown]), [root]).code == "CERTIFICATE_EXTENSION_UNKNOWN"


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"not a certificate", b"\x30" * 20_000])
def test_certificate_is_refused_when_it_is_none(root, der):
    """Garbage is a finding, not an exception."""
    assert judge_certificate(der, AT, a_policy([root]), Revocation.of([])).codes == ("CERTIFICATE_UNREADABLE",)


def test_certificate_validity_includes_both_its_ends(root):
    """Valid from and to are inclusive; one second outside is not."""
    node, second = a_node("ends", root, start=AT - DAY, end=AT + DAY), timedelta(seconds=1)
    found = [judge(node, [root], at=at).code for at in (AT - DAY - second, AT - DAY, AT + DAY, AT + DAY + second)]
    assert found[:3] == ["CERTIFICATE_NOT_YET_VALID", None, None]
    assert found[3] == "CERTIFICATE_EXPIRED"


def test_certificate_is_refused_when_an_issuer_was_outside_its_time(root):
    """Every link is valid at the judged time."""
    ended = a_node("ended", root, ca=True, end=AT - DAY)
    assert judge(a_node("late", ended), [root], [ended]).code == "CERTIFICATE_ISSUER_EXPIRED"


def test_certificate_is_valid_over_the_renewed_issuer_when_the_old_one_ended(root):
    """Two certificates of one authority key: the path that serves is found."""
    key = ec.generate_private_key(ec.SECP256R1())
    old = a_node("authority", root, ca=True, key=key, end=AT - DAY, serial=11)
    new = a_node("authority", root, ca=True, key=key, serial=12)
    assert judge(a_node("served", old), [root], [old, new]).status is Status.VALID
