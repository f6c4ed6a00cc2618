"""One test for each lie of a certificate, an issuer or a revocation list; the chains are built by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from hub.trust import ChainCache, Revocation, Status, TrustPolicy, encode_base64, fingerprint, judge_certificate

AT = datetime(2026, 6, 20, tzinfo=UTC)
DAY = timedelta(days=1)
USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def a_usage(*granted):
    return x509.KeyUsage(**{name: name in granted for name in USAGES})


def a_name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass
class Node:
    """One certificate of a declared chain with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self):
        return self.certificate.public_bytes(Encoding.DER)

    def crl(self, *revoked, at=AT - DAY, days=30, key=None, extensions=(), reason=None):
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(at).next_update(at + days * DAY).add_extension(x509.CRLNumber(1), critical=False)
        for value in extensions:
            builder = builder.add_extension(value, critical=True)
        for node, when in revoked:
            entry = x509.RevokedCertificateBuilder(node.certificate.serial_number, when)
            if reason is not None:
                entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(key or self.key, SHA256()).public_bytes(Encoding.DER)


def a_node(name, issuer=None, *, ca=False, path_length=None, usage=None, extensions=(), **given):
    """Declare one certificate; by default honest and valid for a year around AT."""
    key = given.get("key") or ec.generate_private_key(given.get("curve", ec.SECP256R1()))
    subject = a_name(name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .serial_number(given.get("serial") or int.from_bytes(fingerprint(name.encode())[:8]) + 1)
        .not_valid_before(given.get("start", AT - 200 * DAY))
        .not_valid_after(given.get("end", AT + 200 * DAY))
        .public_key(key.public_key())
    )
    if given.get("basic", True):
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
    if usage is None:
        usage = a_usage("key_cert_sign", "crl_sign") if ca else a_usage("digital_signature")
    if usage is not False:
        builder = builder.add_extension(usage, critical=True)
    for value in extensions:
        builder = builder.add_extension(value, critical=True)
    signing_key = given.get("signed_by") or (issuer.key if issuer else key)
    return Node(builder.sign(signing_key, given.get("hash", SHA256())), key)


def a_policy(roots, intermediates=()):
    return TrustPolicy.of(
        {
            "roots": [encode_base64(node.der) for node in roots],
            "intermediates": [encode_base64(node.der) for node in intermediates],
            "algorithms": [{"alg": "ES256"}],
            "registrars": [],
            "log_keys": [],
            "same_person_exceptions": [],
        }
    )


def judge(node, roots, intermediates=(), *, crls=None, at=AT):
    """Judge with honest revocation lists of all issuers unless others are given."""
    if crls is None:
        crls = [issuer.crl() for issuer in (*roots, *intermediates)]
    return judge_certificate(node.der, at, a_policy(roots, intermediates), Revocation.of(crls))


@pytest.fixture(scope="module")
def root():
    return a_node("root", ca=True)


@pytest.fixture(scope="module")
def middle(root):
    return a_node("middle", root, ca=True, path_length=0)


@pytest.fixture(scope="module")
def person(middle):
    return a_node("person", middle)


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


def test_certificate_is_refused_from_the_instant_of_its_revocation(root):
    """Revoked at the judged time is revoked; before it is not."""
    node = a_node("revoked", root)
    crls = [root.crl((node, AT))]
    assert judge(node, [root], crls=crls, at=AT).code == "CERTIFICATE_REVOKED"
    assert judge(node, [root], crls=crls, at=AT - timedelta(seconds=1)).status is Status.VALID


def test_certificate_stays_revoked_when_a_newer_list_forgets_it_unless_it_was_a_hold(root):
    """A revocation is for ever; a hold ends when the newest list no longer has it."""
    node = a_node("forgotten", root)
    newer = root.crl(at=AT - DAY)
    for reason, code in ((None, "CERTIFICATE_REVOKED"), (x509.ReasonFlags.certificate_hold, None)):
        older = root.crl((node, AT - 10 * DAY), at=AT - 5 * DAY, reason=reason)
        assert judge(node, [root], crls=[newer, older]).code == code


def test_certificate_is_refused_when_its_intermediate_was_revoked(root, middle, person):
    """Revocation is looked up for every link."""
    crls = [root.crl((middle, AT - DAY)), middle.crl()]
    assert judge(person, [root], [middle], crls=crls).code == "CERTIFICATE_REVOKED"


def test_certificate_status_is_unknown_without_a_current_authentic_whole_list(root, middle, person):
    """No list, an outdated one, one by another key, a partial one, or one for only one link: unknown, never good."""
    partial = x509.DeltaCRLIndicator(1)
    for crls in (
        [],
        [root.crl(), middle.crl(at=AT - 20 * DAY, days=10)],
        [root.crl(), middle.crl(key=root.key)],
        [root.crl(), middle.crl(extensions=[partial])],
        [middle.crl()],
    ):
        verdict = judge(person, [root], [middle], crls=crls)
        assert (verdict.status, verdict.codes) == (Status.UNKNOWN, ("CERTIFICATE_STATUS_UNKNOWN",))


def test_certificate_status_is_known_from_a_list_issued_after_the_judged_time(root):
    """A newer list tells more, not less; but one issued after the certificate's end proves nothing by silence."""
    node = a_node("early", root, end=AT + DAY)
    assert judge(node, [root], crls=[root.crl(at=AT + DAY)]).status is Status.VALID
    assert judge(node, [root], crls=[root.crl(at=AT + 2 * DAY)]).status is Status.UNKNOWN


def test_forged_list_revokes_nobody(root):
    """A list that the issuer did not sign has no effect."""
    node = a_node("framed", root)
    forged = root.crl((node, AT - DAY), key=ec.generate_private_key(ec.SECP256R1()))
    assert judge(node, [root], crls=[root.crl(), forged]).status is Status.VALID


def test_cache_never_mixes_policies_revocation_lists_or_certificates(root, middle, person):
    """The key of the cache is content, and a wrong hash for a certificate is refused."""
    cache, at_first = ChainCache(), Revocation.of([])
    trusted, empty = a_policy([root], [middle]), a_policy([root])
    sha256 = fingerprint(person.der)
    assert cache.facts(sha256, person.der, trusted, at_first).faults == ()
    assert cache.facts(sha256, person.der, empty, at_first).faults == ("CERTIFICATE_ISSUER_UNKNOWN",)
    assert cache.facts(bytes(32), person.der, trusted, at_first).faults == ("CERTIFICATE_UNREADABLE",)
    assert len(cache) == 2
