"""The development PKI: two families of synthetic authorities, certificates on demand, revocation lists. Never trusted.

    public-service root ── public-service CA ── seals of schools, Sở and Bộ     (kind "seal")
    licensed root ──────── licensed public CA ── teachers, principals, officers (kind "person")

Structure and serial numbers repeat; keys are random; every time comes in. Names say "development" and no person.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from hub.errors import Corrupt
from hub.signing import KeySigner, PrivateKey
from hub.trust import encode_base64, fingerprint

__all__ = ["Authority", "Issued", "Pki"]

ORGANISATION = "Synthetic development PKI - never trusted"
PASSWORD = "development"  # noqa: S105  # of synthetic key files; a real one comes from its owner
CRL_VALID_FOR = timedelta(days=7)
_AUTHORITY_VALID_FOR = timedelta(days=3650)
_AUTHORITY_BACKDATED = timedelta(days=3650)  # so that earlier school years can be signed for
_FAMILIES = {
    "seal": ("Development public-service root", "Development public-service CA"),
    "person": ("Development licensed root", "Development licensed public CA"),
}
_STATE = "pki.json"


@dataclass(frozen=True)
class Issued:
    """One end certificate with its key."""

    der: bytes
    key: PrivateKey = field(repr=False)
    alg: str
    kind: str

    @property
    def sha256(self) -> bytes:
        """SHA-256 of the certificate, 32 bytes: its name in the register and in headers."""
        return fingerprint(self.der)

    @property
    def signer(self) -> KeySigner:
        """A signer with this key."""
        return KeySigner(self.key, self.der, self.alg)

    def p12(self, password: str = PASSWORD) -> bytes:
        """Return key and certificate as PKCS#12; made on demand, a few milliseconds each."""
        certificate = x509.load_der_x509_certificate(self.der)
        encryption = BestAvailableEncryption(password.encode())
        return pkcs12.serialize_key_and_certificates(b"development", self.key, certificate, None, encryption)


@dataclass
class Authority:
    """One authority with its key, what it revoked, and the number of its last revocation list."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    revoked: dict[int, datetime] = field(default_factory=dict)
    crl_number: int = 0

    @property
    def der(self) -> bytes:
        """The authority's certificate (DER)."""
        return self.certificate.public_bytes(Encoding.DER)

    def crl(self, at: datetime, valid_for: timedelta) -> bytes:
        """Issue the next revocation list: all revocations up to `at`."""
        self.crl_number += 1
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(at)
            .next_update(at + valid_for)
            .add_extension(x509.CRLNumber(self.crl_number), critical=False)
        )
        for serial_number, revoked_at in sorted(self.revoked.items()):
            if revoked_at <= at:
                entry = x509.RevokedCertificateBuilder(serial_number, revoked_at)
                builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, SHA256()).public_bytes(Encoding.DER)


class Pki:
    """Two roots, an intermediate each, and the counter of serial numbers."""

    def __init__(self, authorities: dict[str, tuple[Authority, Authority]], next_serial: int) -> None:
        self.authorities = authorities
        self.timestamp_roots: list[bytes] = []  # certificates (DER) that the trust policy names for time-stamps
        self._next_serial = next_serial

    @classmethod
    def create(cls, at: datetime) -> "Pki":
        """Create both families at `at` (aware); the authorities are valid ten years before and after it."""
        authorities, serial = {}, 1
        for kind, (root_name, issuing_name) in _FAMILIES.items():
            root = _authority(root_name, serial, at, None, path_length=1)
            issuing = _authority(issuing_name, serial + 1, at, root, path_length=0)
            authorities[kind] = (root, issuing)
            serial += 2
        return cls(authorities, serial)

    def issue(self, common_name: str, kind: str, alg: str, not_before: datetime, not_after: datetime) -> Issued:
        """Issue an end certificate with a new key: kind "person" or "seal", alg "ES256" (fast) or "PS256" (slow)."""
        key = _new_key(alg)
        _, issuer = self.authorities[kind]
        builder = _builder(common_name, self._take_serial(), issuer.certificate.subject, not_before, not_after)
        certificate = (
            builder.public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
            .add_extension(_issuer_key(issuer), critical=False)
            .sign(issuer.key, SHA256())
        )
        return Issued(certificate.public_bytes(Encoding.DER), key, alg, kind)

    def revoke(self, issued: Issued, at: datetime) -> None:
        """Revoke an end certificate from `at` on; it shows in the lists issued from then on."""
        serial_number = x509.load_der_x509_certificate(issued.der).serial_number
        self.authorities[issued.kind][1].revoked.setdefault(serial_number, at)

    def revoke_authority(self, kind: str, at: datetime) -> None:
        """Revoke the intermediate of a family from `at` on."""
        root, issuing = self.authorities[kind]
        root.revoked.setdefault(issuing.certificate.serial_number, at)

    def crls(self, at: datetime, valid_for: timedelta = CRL_VALID_FOR) -> list[bytes]:
        """Issue one numbered revocation list per authority: thisUpdate `at`, nextUpdate `at` + `valid_for`."""
        return [authority.crl(at, valid_for) for pair in self.authorities.values() for authority in pair]

    def revocation_payload(self, at: datetime, valid_for: timedelta = CRL_VALID_FOR) -> dict[str, Any]:
        """Return the payload of a `revocation` register entry."""
        crls = [encode_base64(der) for der in self.crls(at, valid_for)]
        return {"crls": crls, "issued_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}

    def trust_policy_payload(
        self,
        *,
        registrars: Sequence[bytes] = (),
        log_keys: Sequence[tuple[str, str]] = (),
        same_person_exceptions: Sequence[str] = (),
        rs256_until: str | None = None,
    ) -> dict[str, Any]:
        """Return the payload of a `trust_policy` register entry.

        `registrars`: certificate hashes (32 bytes); `log_keys`: (origin, verifier key); `rs256_until`: last day or
        instant of RS256, which is left out without it.
        """
        algorithms: list[dict[str, str]] = [{"alg": "ES256"}, {"alg": "PS256"}]
        if rs256_until is not None:
            algorithms.append({"alg": "RS256", "until": rs256_until})
        stamps = (
            {"timestamp_roots": [encode_base64(der) for der in self.timestamp_roots]} if self.timestamp_roots else {}
        )
        return stamps | {
            "algorithms": algorithms,
            "intermediates": [encode_base64(issuing.der) for _, issuing in self.authorities.values()],
            "log_keys": [{"key": key, "origin": origin} for origin, key in log_keys],
            "registrars": [sha256.hex() for sha256 in registrars],
            "roots": [encode_base64(root.der) for root, _ in self.authorities.values()],
            "same_person_exceptions": list(same_person_exceptions),
        }

    def save(self, folder: Path) -> None:
        """Write the authorities and their state to `folder` (0700, files 0600). End certificates are not kept here."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state: dict[str, Any] = {"next_serial": self._next_serial, "authorities": {}}
        state["timestamp_roots"] = [der.hex() for der in self.timestamp_roots]
        for kind, pair in self.authorities.items():
            state["authorities"][kind] = [_stored(authority) for authority in pair]
        path = folder / _STATE
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(json.dumps(state, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Pki":
        """Read what `save` wrote. Raises Corrupt PKI_STATE_UNREADABLE."""
        try:
            state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
            stored = state["authorities"]
            authorities = {kind: (_restored(pair[0]), _restored(pair[1])) for kind, pair in stored.items()}
            pki = cls(authorities, int(state["next_serial"]))
            pki.timestamp_roots = [bytes.fromhex(der) for der in state.get("timestamp_roots", ())]
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            raise Corrupt("PKI_STATE_UNREADABLE") from None
        return pki

    def _take_serial(self) -> int:
        self._next_serial += 1
        return self._next_serial - 1


def _new_key(alg: str) -> PrivateKey:
    if alg == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _authority(name: str, serial: int, at: datetime, issuer: Authority | None, path_length: int) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    own = _name(name)
    issuer_name = own if issuer is None else issuer.certificate.subject
    builder = _builder(name, serial, issuer_name, at - _AUTHORITY_BACKDATED, at + _AUTHORITY_VALID_FOR)
    builder = (
        builder.public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer is not None:
        builder = builder.add_extension(_issuer_key(issuer), critical=False)
    return Authority(builder.sign(key if issuer is None else issuer.key, SHA256()), key)


def _builder(name: str, serial: int, issuer: x509.Name, start: datetime, end: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _issuer_key(issuer: Authority) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())


def _usage(**granted: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: granted.get(name, False) for name in names})


def _stored(authority: Authority) -> dict[str, Any]:
    key = authority.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "certificate": authority.certificate.public_bytes(Encoding.PEM).decode("ascii"),
        "crl_number": authority.crl_number,
        "key": key.decode("ascii"),
        "revoked": {str(serial): at.isoformat() for serial, at in authority.revoked.items()},
    }


def _restored(stored: dict[str, Any]) -> Authority:
    key = load_pem_private_key(stored["key"].encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError
    return Authority(
        certificate=x509.load_pem_x509_certificate(stored["certificate"].encode()),
        key=key,
        revoked={int(serial): datetime.fromisoformat(at) for serial, at in stored["revoked"].items()},
        crl_number=int(stored["crl_number"]),
    )
