"""Detached JWS (RFC 7515, RFC 7797) checked from scratch: header, named certificate, registered role, signature.

The signing input of a `b64: false` signature is `<header>.` followed by the payload's own bytes.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from hub.audit.messages import statement
from hub.audit.sources import Row

__all__ = ["Register", "Signed", "fault", "hash_of", "read", "register_of"]

_HASH = SHA256()
_PSS = padding.PSS(mgf=padding.MGF1(_HASH), salt_length=32)
_ECDSA = ec.ECDSA(_HASH)


class Register(NamedTuple):
    """What one Sở's register says: keys by certificate hash, roles by certificate hash, note keys by their origin."""

    keys: Mapping[bytes, Any]
    roles: Mapping[bytes, Collection[str]]
    log_keys: Mapping[str, Collection[str]]


class Signed(NamedTuple):
    """A signature taken apart; nothing is verified yet."""

    header: Mapping[str, Any]
    signed_prefix: bytes
    signature: bytes
    certificate_sha256: bytes


def register_of(entries: Iterable[Row]) -> Register:
    """Read a register from rows of (kind, statement)."""
    keys: dict[bytes, Any] = {}
    roles: dict[bytes, set[str]] = {}
    log_keys: dict[str, set[str]] = {}
    for kind, data in entries:
        payload = statement(data).get("payload", {})
        if kind == "certificate":
            der = base64.b64decode(payload["der_base64"])
            keys[hashlib.sha256(der).digest()] = x509.load_der_x509_certificate(der).public_key()
        elif kind == "official":
            roles.setdefault(bytes.fromhex(payload["certificate_sha256"]), set()).add(payload["role"])
        elif kind == "trust_policy":
            for named in payload["log_keys"]:
                log_keys.setdefault(named["origin"], set()).add(named["key"])
    return Register(keys, roles, log_keys)


def read(compact: str) -> Signed | None:
    """Take a compact detached signature apart; None when it is none."""
    head, _, rest = compact.partition("..")
    try:
        header = json.loads(_decode(head))
        return Signed(header, head.encode("ascii") + b".", _decode(rest), _decode(header["x5t#S256"]))
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None


def hash_of(compact: str) -> str:
    """Return the hex SHA-256 of a compact signature, by which the next one binds it."""
    return hashlib.sha256(compact.encode("utf-8", "replace")).hexdigest()


def fault(
    compact: str, payload: bytes, register: Register, *, typ: str, roles: Collection[str], scope: Mapping[str, str],
    follows: Iterable[str] = (),
) -> str | None:  # fmt: skip
    """Return what is wrong with a signature, as a code, or None: its header, its certificate, its role, its value."""
    signed = read(compact)
    if signed is None:
        return "SIGNATURE_MALFORMED"
    header = signed.header
    said = (header.get("b64"), header.get("typ"), header.get("hb_scope"), header.get("hb_prev"))
    if said != (False, typ, dict(scope), [hash_of(text) for text in follows]) or header.get("hb_role") not in roles:
        return "SIGNATURE_SAYS_ANOTHER_THING"
    key = register.keys.get(signed.certificate_sha256)
    if key is None:
        return "CERTIFICATE_NOT_REGISTERED"
    if header["hb_role"] not in register.roles.get(signed.certificate_sha256, ()):
        return "ROLE_NOT_REGISTERED"
    return None if _verifies(str(header.get("alg")), key, signed, payload) else "SIGNATURE_WRONG"


def _verifies(alg: str, key: Any, signed: Signed, payload: bytes) -> bool:
    data, signature = signed.signed_prefix + payload, signed.signature
    try:
        if alg == "ES256" and isinstance(key, ec.EllipticCurvePublicKey) and len(signature) == 64:
            r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
            key.verify(encode_dss_signature(r, s), data, _ECDSA)
        elif alg in ("PS256", "RS256") and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, _PSS if alg == "PS256" else padding.PKCS1v15(), _HASH)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _decode(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
