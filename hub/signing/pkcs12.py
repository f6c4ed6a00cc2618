"""Key files (PKCS#12, .p12 or .pfx): the signer for development and for schools whose provider hands out a file."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from hub.errors import Refused
from hub.signing.signer import KeySigner

__all__ = ["load_pkcs12", "load_pkcs12_bytes"]

FILE_BYTE_COUNT_MAX = 131_072
_WRONG_PASSWORD = "Invalid password"  # noqa: S105  # how cryptography tells it from a damaged file


def load_pkcs12(path: Path, password: str, alg: str | None = None) -> KeySigner:
    """Load key and certificate from a file; keep the returned signer, loading is slow.

    Raises Refused: KEY_FILE_UNREADABLE, and the codes of `load_pkcs12_bytes`.
    """
    try:
        if path.stat().st_size > FILE_BYTE_COUNT_MAX:
            raise Refused("KEY_FILE_NOT_PKCS12")
        data = path.read_bytes()
    except OSError:
        raise Refused("KEY_FILE_UNREADABLE") from None
    return load_pkcs12_bytes(data, password, alg)


def load_pkcs12_bytes(data: bytes, password: str, alg: str | None = None) -> KeySigner:
    """Load key and certificate from PKCS#12 bytes; `alg` "RS256" asks for the legacy padding.

    Raises Refused: KEY_FILE_NOT_PKCS12, KEY_FILE_PASSWORD_WRONG, KEY_FILE_INCOMPLETE, CERTIFICATE_KEY_WEAK,
    SIGNATURE_ALGORITHM_SWAPPED.
    """
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(data, password.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        wrong_password = str(error).startswith(_WRONG_PASSWORD)
        raise Refused("KEY_FILE_PASSWORD_WRONG" if wrong_password else "KEY_FILE_NOT_PKCS12") from None
    if key is None or certificate is None:
        raise Refused("KEY_FILE_INCOMPLETE")
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Refused("CERTIFICATE_KEY_WEAK")
    return KeySigner(key, certificate.public_bytes(Encoding.DER), alg)
