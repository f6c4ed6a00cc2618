"""A key that signs: what every adapter (key file, token, remote service) offers, and one that holds its key itself."""

from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.errors import Refused
from hub.trust import ECDSA_SHA256, PKCS1_PADDING, PSS_PADDING, SHA256_HASH, RawSigner, fingerprint, is_strong

__all__ = ["KeySigner", "PrivateKey", "Signer"]

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_COORDINATE_BYTE_COUNT = 32
_RSA_ALGORITHMS = ("PS256", "RS256")


class Signer(RawSigner, Protocol):
    """A signer that also shows its certificate. `alg`, `certificate_sha256` and `sign` are those of `RawSigner`."""

    @property
    def certificate_der(self) -> bytes:
        """The signing certificate (DER)."""


class KeySigner:
    """Signs with a private key in memory; the loaded key is kept, for loading an RSA key costs 45 ms.

    ES256 is deterministic (RFC 6979): the same bytes give the same signature, so a replay repeats itself.
    """

    def __init__(self, key: PrivateKey, certificate_der: bytes, alg: str | None = None) -> None:
        """Take a key and its certificate; `alg` defaults to PS256 for RSA and ES256 for P-256.

        Raises Refused: CERTIFICATE_KEY_WEAK, SIGNATURE_ALGORITHM_SWAPPED, KEY_FILE_INCOMPLETE (certificate of another
        key), CERTIFICATE_UNREADABLE.
        """
        if not is_strong(key.public_key()):
            raise Refused("CERTIFICATE_KEY_WEAK")
        self._alg = alg or (_RSA_ALGORITHMS[0] if isinstance(key, rsa.RSAPrivateKey) else "ES256")
        if (self._alg in _RSA_ALGORITHMS) != isinstance(key, rsa.RSAPrivateKey):
            raise Refused("SIGNATURE_ALGORITHM_SWAPPED", {"alg": self._alg})
        if _spki_of(key) != _spki_of_certificate(certificate_der):
            raise Refused("KEY_FILE_INCOMPLETE")
        self._key = key
        self._certificate_der = certificate_der
        self._certificate_sha256 = fingerprint(certificate_der)

    def __repr__(self) -> str:
        return f"KeySigner({self._alg}, certificate {self._certificate_sha256.hex()[:16]})"

    @property
    def alg(self) -> str:
        """PS256, ES256 or RS256."""
        return self._alg

    @property
    def certificate_der(self) -> bytes:
        """The signing certificate (DER)."""
        return self._certificate_der

    @property
    def certificate_sha256(self) -> bytes:
        """SHA-256 of the certificate (DER), 32 bytes."""
        return self._certificate_sha256

    def sign(self, data: bytes) -> bytes:
        """Return the raw JWS signature over `data`."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            padding = PSS_PADDING if self._alg == "PS256" else PKCS1_PADDING
            return self._key.sign(data, padding, SHA256_HASH)
        r, s = decode_dss_signature(self._key.sign(data, ECDSA_SHA256))
        return r.to_bytes(_COORDINATE_BYTE_COUNT) + s.to_bytes(_COORDINATE_BYTE_COUNT)


def _spki_of(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _spki_of_certificate(der: bytes) -> bytes:
    try:
        key = x509.load_der_x509_certificate(der).public_key()
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError):
        raise Refused("CERTIFICATE_UNREADABLE") from None
