"""Keys of the development time-stamp authority: a root of its own and a certificate for time-stamping alone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.errors import Refused
from hub.local.pki import ORGANISATION, PASSWORD

__all__ = ["TIMESTAMP_FOLDER", "TimestampKeys", "load_timestamp_keys", "make_timestamp_keys", "save_timestamp_keys"]

TIMESTAMP_FOLDER = "timestamp-authority"
"""Of the keys, in the folder of keys of a development hub."""
_VALID_FOR = timedelta(days=3650)  # on either side of the time of founding
_KEYS, _ROOT = "authority.p12", "root.der"


@dataclass(frozen=True)
class TimestampKeys:
    """Root and certificate (DER) of the authority, and its key."""

    root: bytes
    certificate: bytes
    key: ec.EllipticCurvePrivateKey = field(repr=False)


def make_timestamp_keys(
    at: datetime, *, valid_for: timedelta = _VALID_FOR, usages: tuple[x509.ObjectIdentifier, ...] | None = None,
    is_critical: bool = True,
) -> TimestampKeys:  # fmt: skip
    """Make root and certificate, valid for `valid_for` on either side of `at` (aware).

    `usages` and `is_critical` say what the certificate is for; only tests want another than time-stamping.
    """
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name, issuer = _name("Development time-stamp authority"), _name("Development time-stamp root")
    root = (
        _builder(issuer, issuer, root_key.public_key(), 1, at, _VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, SHA256())
    )
    granted = (ExtendedKeyUsageOID.TIME_STAMPING,) if usages is None else usages
    certificate = (
        _builder(name, issuer, key.public_key(), 2, at, valid_for)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
    )
    if granted:
        certificate = certificate.add_extension(x509.ExtendedKeyUsage(granted), critical=is_critical)
    end = certificate.sign(root_key, SHA256())
    return TimestampKeys(root.public_bytes(Encoding.DER), end.public_bytes(Encoding.DER), key)


def save_timestamp_keys(keys: TimestampKeys, folder: Path) -> None:
    """Write key and certificate as PKCS#12 and the root beside it, readable by the owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificate = x509.load_der_x509_certificate(keys.certificate)
    encryption = BestAvailableEncryption(PASSWORD.encode())
    sealed = pkcs12.serialize_key_and_certificates(b"development", keys.key, certificate, None, encryption)
    for name, data in ((_KEYS, sealed), (_ROOT, keys.root)):
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(data)


def load_timestamp_keys(folder: Path) -> TimestampKeys:
    """Read what `save_timestamp_keys` wrote. Raises Refused KEY_FILE_UNREADABLE."""
    try:
        root = (folder / _ROOT).read_bytes()
        key, end, _ = pkcs12.load_key_and_certificates((folder / _KEYS).read_bytes(), PASSWORD.encode())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused("KEY_FILE_UNREADABLE") from None
    if end is None or not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Refused("KEY_FILE_UNREADABLE")
    return TimestampKeys(root, end.public_bytes(Encoding.DER), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, serial: int, at: datetime, reach: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(at - reach)
        .not_valid_after(at + reach)
    )


def _name(common_name: str) -> x509.Name:
    named = (
        (NameOID.COUNTRY_NAME, "VN"),
        (NameOID.ORGANIZATION_NAME, ORGANISATION),
        (NameOID.COMMON_NAME, common_name),
    )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in named])
