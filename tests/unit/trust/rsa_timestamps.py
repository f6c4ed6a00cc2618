"""A token as public authorities make them: RSA, an issuing authority below the root, attributes that we need not."""

import hashlib
from datetime import timedelta
from typing import Any

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.unit.trust.timestamp_world import AT, DATA

_YEAR = timedelta(days=365)


def rsa_token() -> tuple[bytes, bytes, x509.Certificate]:
    """Return a token of such an authority, what it is over, and the root."""
    keys = [rsa.generate_private_key(65537, 2048) for _ in range(3)]
    root = _certificate("root", "root", keys[0], keys[0], is_authority=True)
    issuing = _certificate("issuing", "root", keys[1], keys[0], is_authority=True)
    end = _certificate("authority", "issuing", keys[2], keys[1], is_authority=False)
    return _token(end, issuing, keys[2]), DATA, root


def _certificate(
    name: str, issuer: str, key: rsa.RSAPrivateKey, by: rsa.RSAPrivateKey, *, is_authority: bool
) -> x509.Certificate:
    named, above = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (name, issuer))
    builder = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(hashlib.sha256(name.encode()).digest()[0] + 1)
        .not_valid_before(AT - _YEAR)
        .not_valid_after(AT + _YEAR)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if not is_authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(by, SHA256())


def _token(end: x509.Certificate, issuing: x509.Certificate, key: rsa.RSAPrivateKey) -> bytes:
    ders = [one.public_bytes(Encoding.DER) for one in (end, issuing)]
    certificate = asn1_x509.Certificate.load(ders[0])
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(DATA).digest()}
    said = tsp.TSTInfo(
        {
            "version": "v1", "policy": "1.2.3.4", "message_imprint": imprint, "serial_number": 2**100, "gen_time": AT,
            "accuracy": {"seconds": 1, "millis": 5}, "ordering": True, "nonce": 1,
            "tsa": asn1_x509.GeneralName("directory_name", certificate.subject),
        }
    )  # fmt: skip
    own = {"cert_hash": hashlib.sha256(ders[0]).digest()}
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
            cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({"utc_time": core.UTCTime(AT)})]}),
            cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(said.dump()).digest()]}),
            cms.CMSAttribute(
                {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [own]})]}
            ),
        ]
    )
    name = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    signer: dict[str, Any] = {
        "version": "v1", "sid": {"issuer_and_serial_number": name}, "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": attributes, "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
        "signature": key.sign(attributes.dump(), padding.PKCS1v15(), SHA256()),
    }  # fmt: skip
    signed = {
        "version": "v3", "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(said.dump())},
        "certificates": [asn1_x509.Certificate.load(der) for der in ders], "signer_infos": [cms.SignerInfo(signer)],
    }  # fmt: skip
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump())
