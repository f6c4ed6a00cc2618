"""Certificates of a played system, and files that it signed: right, or wrong in one way."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hub.connectors.signed.names import DS, XADES
from hub.connectors.simulating.xades import sign_xades

AT = datetime(2024, 6, 1, 8, 0, tzinfo=UTC)
NAMES = {"ds": DS, "xades": XADES}
LOT = """<?xml version="1.0" encoding="UTF-8"?>
<lo xmlns="urn:synthetic:ho-so" so="82">
  <hocSinh id="hs-1"><hoTen>Nguyễn Văn Anh</hoTen><diem mon="TOAN">9</diem></hocSinh>
  <hocSinh id="hs-2"><hoTen>Trần Thị Bích</hoTen><diem mon="TOAN">7</diem></hocSinh>
</lo>
""".encode()


@dataclass(frozen=True)
class Signer:
    """A key with its certificate, valid for a year around AT."""

    key: object
    certificate: x509.Certificate

    @property
    def der(self):
        return self.certificate.public_bytes(Encoding.DER)

    def sign(self, xml=LOT, at=AT, **changes):
        return sign_xades(xml, self.key, self.certificate, at, **changes)


@cache
def signer(kind="EC", name="ho-so"):
    """Return a signer, made once: kind "EC", "RSA", "RSA-1024" or "P-384"."""
    return certified(_key(kind), name)


def certified(key, name="ho-so", before=AT - timedelta(days=180), after=AT + timedelta(days=180)):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} (synthetic)")])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(before)
        .not_valid_after(after)
    )
    return Signer(key, built.sign(key, SHA256()))


def _key(kind):
    if kind.startswith("RSA"):
        return rsa.generate_private_key(65537, int(kind.partition("-")[2] or 2048))
    return ec.generate_private_key(ec.SECP384R1() if kind == "P-384" else ec.SECP256R1())
