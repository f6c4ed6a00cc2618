"""Certificates declared one by one, honest unless a test says otherwise."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hub.trust import Revocation, TrustPolicy, encode_base64, fingerprint, judge_certificate

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
