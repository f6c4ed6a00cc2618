"""The signature algorithms that the hub knows: PS256, ES256 and, until its sunset in the trust policy, RS256.

Legal source: TT 15/2025/TT-BKHCN asks for RSASSA-PSS with at least 2048 bits or ECDSA with at least 256 bits, and
SHA-2 [secondary]. The algorithm must agree with the kind of key: a token that swaps it never reaches the check.
"""

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from hub.errors import Refused

__all__ = [
    "ALGORITHMS",
    "ECDSA_SHA256",
    "PKCS1_PADDING",
    "PSS_PADDING",
    "RSA_BIT_COUNT_MAX",
    "RSA_BIT_COUNT_MIN",
    "SHA256_HASH",
    "PublicKey",
    "check_name",
    "check_signature",
    "is_strong",
]

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

ALGORITHMS = ("PS256", "ES256", "RS256")
RSA_BIT_COUNT_MIN = 2048
RSA_BIT_COUNT_MAX = 4096  # larger keys only make a check expensive for us
_COORDINATE_BYTE_COUNT = 32

SHA256_HASH = SHA256()
ECDSA_SHA256 = ec.ECDSA(SHA256_HASH, deterministic_signing=True)
_ECDSA_VERIFY = ec.ECDSA(SHA256_HASH)
PKCS1_PADDING = padding.PKCS1v15()
PSS_PADDING = padding.PSS(mgf=padding.MGF1(SHA256_HASH), salt_length=32)  # RFC 7518 §3.5: salt as long as the hash


_KINDS: dict[type, str] = {}  # isinstance of an abstract class costs as much as reading a header; a type keeps its kind


def is_strong(key: object) -> bool:
    """Tell whether the hub accepts this kind and size of key: RSA 2048 to 4096 bits, or P-256."""
    return _strong_kind(key) != ""


def _strong_kind(key: Any) -> str:
    """Return "RSA" or "EC" for a key that the hub verifies with, "" for every other."""
    kind = _KINDS.get(type(key))
    if kind is None:
        rsa_or_none = "RSA" if isinstance(key, rsa.RSAPublicKey) else ""
        kind = _KINDS[type(key)] = "EC" if isinstance(key, ec.EllipticCurvePublicKey) else rsa_or_none
    if kind == "RSA":
        return kind if RSA_BIT_COUNT_MIN <= key.key_size <= RSA_BIT_COUNT_MAX else ""
    return kind if kind == "EC" and isinstance(key.curve, ec.SECP256R1) else ""


def check_signature(alg: str, key: PublicKey, signature: bytes, data: bytes) -> None:
    """Check a raw JWS signature (ES256: r ‖ s, 64 bytes) over `data`.

    Raises Refused: SIGNATURE_ALGORITHM_NONE, SIGNATURE_ALGORITHM_UNKNOWN, SIGNATURE_ALGORITHM_SWAPPED (alg and key
    disagree), CERTIFICATE_KEY_WEAK, SIGNATURE_WRONG.
    """
    check_name(alg)
    kind = _strong_kind(key)
    if not kind:
        raise Refused("CERTIFICATE_KEY_WEAK")
    if kind != ("EC" if alg == "ES256" else "RSA"):
        raise Refused("SIGNATURE_ALGORITHM_SWAPPED", {"alg": alg})
    try:
        _verify(alg, key, signature, data)
    except InvalidSignature:
        raise Refused("SIGNATURE_WRONG") from None


def _verify(alg: str, key: Any, signature: bytes, data: bytes) -> None:
    if alg == "PS256":
        key.verify(signature, data, PSS_PADDING, SHA256_HASH)
    elif alg == "ES256":
        key.verify(_der_of(signature), data, _ECDSA_VERIFY)
    else:
        key.verify(signature, data, PKCS1_PADDING, SHA256_HASH)


def check_name(alg: str) -> None:
    """Refuse `none` and every algorithm outside the list, each with its own code."""
    if alg in ALGORITHMS:
        return
    if alg.casefold() == "none":
        raise Refused("SIGNATURE_ALGORITHM_NONE")
    raise Refused("SIGNATURE_ALGORITHM_UNKNOWN")


def _der_of(signature: bytes) -> bytes:
    if len(signature) != 2 * _COORDINATE_BYTE_COUNT:
        raise InvalidSignature
    r = int.from_bytes(signature[:_COORDINATE_BYTE_COUNT])
    s = int.from_bytes(signature[_COORDINATE_BYTE_COUNT:])
    return encode_dss_signature(r, s)
