"""Chữ ký số: detached JWS in one strict shape, laid out as JAdES baseline (RFC 7515, RFC 7797, ETSI TS 119 182-1).

Compact form `<header>..<signature>`; the signed bytes are `<header>.` ‖ payload. The header is canonical JSON with
exactly the members of `Header`. Nothing here judges who signed: that is `hub.trust.chain`, and `hub.trust.sealed` for a
seal that says what its document rests on.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple, Protocol

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hub.errors import Refused
from hub.trust import base64url
from hub.trust.algorithms import PublicKey, check_name, check_signature
from hub.trust.origin import Origin

__all__ = [
    "COMPACT_LENGTH_MAX",
    "CRITICAL",
    "CRITICAL_SEALED",
    "Header",
    "Parsed",
    "RawSigner",
    "hash_of",
    "read",
    "sign",
    "verify",
]

CRITICAL = ("b64", "hb_prev", "hb_role", "hb_scope")
CRITICAL_SEALED = ("b64", "hb_origin", "hb_prev", "hb_role", "hb_scope")
COMPACT_LENGTH_MAX = 4096  # a dozen predecessors and an RSA-4096 signature fit
_DIGEST_BYTE_COUNT = 32


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"x5t_s256": "x5t#S256"}):
    """The protected header, members in canonical order; closed, all required but `hb_origin`, which `crit` then names.

    `hb_origin`: what a sealed document rests on, absent from every other signature.
    `hb_prev`: hex SHA-256 of each compact signature that this one follows. `iat`: claimed Unix time, seconds.
    `x5t_s256`: base64url SHA-256 of the signing certificate (DER).
    """

    alg: str
    b64: bool
    crit: tuple[str, ...]
    hb_origin: Origin | UnsetType = UNSET
    hb_prev: tuple[str, ...]
    hb_role: str
    hb_scope: dict[str, str]
    iat: Annotated[int, Meta(ge=0, le=2**33)]
    typ: str
    x5t_s256: str


class Parsed(NamedTuple):
    """One signature read from its compact string; `header_bytes` is the base64url text that was signed."""

    header: Header
    header_bytes: bytes
    signature: bytes
    certificate_sha256: bytes


class RawSigner(Protocol):
    """What `sign` needs of a key holder: an algorithm, the certificate's hash (32 bytes) and raw JWS signatures."""

    @property
    def alg(self) -> str:
        """PS256, ES256 or RS256."""

    @property
    def certificate_sha256(self) -> bytes:
        """SHA-256 of the certificate (DER), 32 bytes."""

    def sign(self, data: bytes) -> bytes:
        """Return the raw signature over `data` (ES256: r ‖ s)."""


_DECODER = msgspec.json.Decoder(Header)
_ENCODER = msgspec.json.Encoder(order="sorted")


def sign(
    signer: RawSigner,
    payload: bytes,
    *,
    role: str,
    scope: Mapping[str, str],
    typ: str,
    iat: int,
    follows: Sequence[str] = (),
    origin: Origin | None = None,
) -> str:
    """Return the detached JWS over `payload` as compact string; `follows` are the compact strings it binds.

    `origin` is what a sealed document rests on.
    """
    header = Header(
        alg=signer.alg,
        b64=False,
        crit=CRITICAL if origin is None else CRITICAL_SEALED,
        hb_origin=UNSET if origin is None else origin,
        hb_prev=tuple(hash_of(compact).hex() for compact in follows),
        hb_role=role,
        hb_scope=dict(scope),
        iat=iat,
        typ=typ,
        x5t_s256=base64url.encode(signer.certificate_sha256),
    )
    encoded = base64url.encode(_ENCODER.encode(header))
    signature = signer.sign(encoded.encode("ascii") + b"." + payload)
    return f"{encoded}..{base64url.encode(signature)}"


def read(compact: str) -> Parsed:
    """Read one compact signature strictly; its signature is not checked yet.

    Raises Refused: SIGNATURE_MALFORMED, SIGNATURE_ATTACHED, SIGNATURE_PADDED, SIGNATURE_BASE64,
    SIGNATURE_HEADER_WRONG, SIGNATURE_HEADER_NOT_CANONICAL, SIGNATURE_CRIT_WRONG, SIGNATURE_ALGORITHM_NONE or _UNKNOWN.
    """
    if len(compact) > COMPACT_LENGTH_MAX:
        raise Refused("SIGNATURE_MALFORMED", {"reason": "too long"})
    parts = compact.split(".")
    if len(parts) != 3:
        raise Refused("SIGNATURE_MALFORMED", {"reason": "not three parts"})
    if parts[1]:
        raise Refused("SIGNATURE_ATTACHED")
    raw = base64url.decode(parts[0])
    header = _header(raw)
    signature = base64url.decode(parts[2])
    certificate_sha256 = base64url.decode(header.x5t_s256)
    if len(certificate_sha256) != _DIGEST_BYTE_COUNT:
        raise Refused("SIGNATURE_HEADER_WRONG", {"member": "x5t#S256"})
    return Parsed(header, parts[0].encode("ascii"), signature, certificate_sha256)


def verify(parsed: Parsed, payload: bytes, public_key: PublicKey) -> None:
    """Check the signature over `payload`. Raises Refused with the codes of `check_signature`."""
    data = parsed.header_bytes + b"." + payload
    check_signature(parsed.header.alg, public_key, parsed.signature, data)


def hash_of(compact: str) -> bytes:
    """Return the SHA-256 (32 bytes) of the compact string, by which a later signature binds this one.

    Raises Refused SIGNATURE_MALFORMED for a string that is not ASCII.
    """
    try:
        return hashlib.sha256(compact.encode("ascii")).digest()
    except UnicodeEncodeError:
        raise Refused("SIGNATURE_MALFORMED", {"reason": "not ASCII"}) from None


def _header(raw: bytes) -> Header:
    try:
        header = _DECODER.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _diagnosis(raw) from None
    check_name(header.alg)
    if header.crit != (CRITICAL if header.hb_origin is UNSET else CRITICAL_SEALED):
        raise Refused("SIGNATURE_CRIT_WRONG")
    if header.b64:
        raise Refused("SIGNATURE_HEADER_WRONG", {"member": "b64"})
    if _ENCODER.encode(header) != raw:
        raise Refused("SIGNATURE_HEADER_NOT_CANONICAL")
    return header


def _diagnosis(raw: bytes) -> Refused:
    """Name the worst fault of a header that is not of our shape: a bad `alg` or `crit` before a mere stray member."""
    try:
        found: Any = msgspec.json.decode(raw)
        if isinstance(found, dict) and isinstance(found.get("alg"), str):
            check_name(found["alg"])
        if isinstance(found, dict) and found.get("crit") not in (None, list(CRITICAL), list(CRITICAL_SEALED)):
            return Refused("SIGNATURE_CRIT_WRONG")
    except Refused as refused:
        return refused
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    return Refused("SIGNATURE_HEADER_WRONG")
