"""Reading certificates and revocation lists that strangers made: every fault is a refusal with a code."""

import base64
import hashlib
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from hub.errors import Refused

__all__ = ["certificate_of", "certificate_of_base64", "crl_of", "decode_base64", "encode_base64", "fingerprint"]

CERTIFICATE_BYTE_COUNT_MAX = 16_384
CRL_BYTE_COUNT_MAX = 16_777_216
_KEPT_COUNT = 256
_UNREADABLE = (
    ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
    x509.InvalidVersion,
)  # fmt: skip
"""What the library raises for bytes that are no certificate or list; some of it is no ValueError."""


def fingerprint(der: bytes) -> bytes:
    """Return the SHA-256 of a DER certificate (32 bytes): its name in headers and in the register."""
    return hashlib.sha256(der).digest()


def decode_base64(text: str) -> bytes:
    """Decode standard base64 with padding, strictly. Raises Refused BASE64_WRONG."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("BASE64_WRONG") from None
    if encode_base64(data) != text:
        raise Refused("BASE64_WRONG")
    return data


def encode_base64(data: bytes) -> str:
    """Return standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


@lru_cache(_KEPT_COUNT)
def certificate_of(der: bytes) -> x509.Certificate:
    """Parse one DER certificate with all its extensions. Raises Refused CERTIFICATE_UNREADABLE.

    The last ones are kept, for the same authorities and seals stand in every file and policy.
    """
    if len(der) > CERTIFICATE_BYTE_COUNT_MAX:
        raise Refused("CERTIFICATE_UNREADABLE", {"reason": "too large"})
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.extensions, certificate.subject, certificate.issuer
        certificate.public_key()
    except _UNREADABLE:
        raise Refused("CERTIFICATE_UNREADABLE", {"reason": "not a certificate"}) from None
    return certificate


def certificate_of_base64(text: str) -> x509.Certificate:
    """Parse base64 of a DER certificate. Raises Refused BASE64_WRONG or CERTIFICATE_UNREADABLE."""
    return certificate_of(decode_base64(text))


def crl_of(der: bytes) -> x509.CertificateRevocationList:
    """Parse one DER revocation list. Raises Refused CRL_UNREADABLE, also for one without nextUpdate."""
    if len(der) > CRL_BYTE_COUNT_MAX:
        raise Refused("CRL_UNREADABLE", {"reason": "too large"})
    try:
        crl = x509.load_der_x509_crl(der)
        _ = crl.extensions, crl.issuer, crl.last_update_utc
    except _UNREADABLE:
        raise Refused("CRL_UNREADABLE", {"reason": "not a revocation list"}) from None
    if crl.next_update_utc is None:
        raise Refused("CRL_UNREADABLE", {"reason": "no nextUpdate"})
    return crl
