"""The certificates that a source may be signed with: known beforehand, byte for byte, whatever chain a file brings."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hub.errors import Refused

__all__ = ["Pinned", "pinned_of", "strict_base64"]

RSA_BIT_COUNT_MIN = 2048
RSA_BIT_COUNT_MAX = 4096  # a larger key only makes a check expensive for us


@dataclass(frozen=True, slots=True)
class Pinned:
    """One pinned certificate that a file named."""

    der: bytes
    certificate: x509.Certificate
    kind: str  # "RSA" or "EC"

    @property
    def sha256(self) -> bytes:
        """SHA-256 of the certificate, 32 bytes."""
        return hashlib.sha256(self.der).digest()

    def was_valid(self, at: datetime) -> bool:
        """Tell whether `at` (aware) lies within the certificate's validity."""
        return self.certificate.not_valid_before_utc <= at <= self.certificate.not_valid_after_utc


def pinned_of(der: bytes, signers: Sequence[bytes]) -> Pinned:
    """Return the certificate of a file when it is one of `signers` (DER).

    Raises Refused: SOURCE_CERTIFICATE_UNKNOWN, SOURCE_CERTIFICATE_WEAK (key is neither RSA 2048 to 4096 nor P-256).
    """
    if der not in signers:
        raise Refused("SOURCE_CERTIFICATE_UNKNOWN", {"certificate_sha256": hashlib.sha256(der).hexdigest()})
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise Refused("SOURCE_CERTIFICATE_WEAK") from None
    if isinstance(key, rsa.RSAPublicKey) and RSA_BIT_COUNT_MIN <= key.key_size <= RSA_BIT_COUNT_MAX:
        return Pinned(der, certificate, "RSA")
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return Pinned(der, certificate, "EC")
    raise Refused("SOURCE_CERTIFICATE_WEAK")


def strict_base64(text: str) -> bytes | None:
    """Decode base64 in which only XML's white space may stand between; None for every other text."""
    packed = text.translate({ord(space): None for space in " \t\r\n"})
    try:
        data = base64.b64decode(packed, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode("ascii") == packed else None
