"""Thu hồi: what the revocation lists (CRL, RFC 5280 §5) of the register say about one certificate.

Only lists that the register holds count; nothing is fetched. A list counts when the issuer itself signed it, it
has no critical extension that we do not know, and it is no partial list (delta, or scoped by a distribution point).
Invariant: no list, or only outdated ones, is `unknown`, never "good".
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.trust.der import crl_of

__all__ = ["LinkStatus", "Revocation"]

STRONG_HASHES = frozenset({"sha256", "sha384", "sha512"})


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """Time-independent facts of one certificate: revoked from when, and up to when its status is known."""

    revoked_at: datetime | None
    known_until: datetime | None


class _List:
    """One parsed revocation list; its signature and its index of serial numbers are worked out once."""

    def __init__(self, crl: x509.CertificateRevocationList) -> None:
        self._crl = crl
        self.issuer = crl.issuer
        self.this_update = crl.last_update_utc
        next_update = crl.next_update_utc
        assert next_update is not None  # crl_of refused the others
        self.next_update = next_update
        self._signed_by: dict[bytes, bool] = {}
        self._entries: dict[int, x509.RevokedCertificate] | None = None

    def is_signed_by(self, issuer: x509.Certificate) -> bool:
        key = issuer.public_key()
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if spki not in self._signed_by:
            self._signed_by[spki] = self._check(key)
        return self._signed_by[spki]

    def entry(self, serial_number: int) -> x509.RevokedCertificate | None:
        if self._entries is None:
            self._entries = {item.serial_number: item for item in self._crl}
        return self._entries.get(serial_number)

    def _check(self, key: object) -> bool:
        if any(extension.critical for extension in self._crl.extensions):  # delta lists and scopes are critical
            return False
        try:
            digest = self._crl.signature_hash_algorithm
            if digest is None or digest.name not in STRONG_HASHES:
                return False
            if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
                return False
            return self._crl.is_signature_valid(key)
        except (UnsupportedAlgorithm, InvalidSignature, ValueError, TypeError):
            return False


class Revocation:
    """All revocation lists of one register snapshot. `digest` names the set in caches."""

    def __init__(self, lists: Iterable[_List], digest: bytes) -> None:
        self._by_issuer: dict[x509.Name, list[_List]] = {}
        for item in lists:
            self._by_issuer.setdefault(item.issuer, []).append(item)
        for known in self._by_issuer.values():
            known.sort(key=lambda item: item.this_update)
        self.digest = digest

    @classmethod
    def of(cls, ders: Iterable[bytes]) -> "Revocation":
        """Parse the lists of the register, in any order. Raises Refused CRL_UNREADABLE."""
        unique = sorted({hashlib.sha256(der).digest(): der for der in ders}.items())
        digest = hashlib.sha256(b"".join(key for key, _ in unique)).digest()
        return cls([_List(crl_of(der)) for _, der in unique], digest)

    def status(self, certificate: x509.Certificate, issuer: x509.Certificate) -> LinkStatus:
        """Return what the lists of `issuer` say about `certificate`, for all times at once.

        A list older than another still proves a revocation, except a hold that the newest list has lifted. A list
        issued after the certificate's end may have dropped it, so its silence proves nothing.
        """
        lists = [item for item in self._by_issuer.get(issuer.subject, []) if item.is_signed_by(issuer)]
        revoked: list[datetime] = []
        known: list[datetime] = []
        for item in lists:
            entry = item.entry(certificate.serial_number)
            if entry is not None and (item is lists[-1] or not _is_hold(entry)):
                revoked.append(entry.revocation_date_utc)
            if item.this_update <= certificate.not_valid_after_utc:
                known.append(item.next_update)
        return LinkStatus(min(revoked, default=None), max(known, default=None))


def _is_hold(entry: x509.RevokedCertificate) -> bool:
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except (x509.ExtensionNotFound, ValueError):
        return False
    return reason is x509.ReasonFlags.certificate_hold
