"""Dấu thời gian (RFC 3161): what a time-stamp token says, and whether an authority of the trust policy said it.

A token is a CMS signature (RFC 5652) over the hash of some bytes and a time. The signature and the path to a root are
judged by rfc3161-client at the token's own time; what that library leaves open is checked here.
Legal source: time-stamping is a trust service by NĐ 23/2025/NĐ-CP [secondary]; which authority counts is data.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import TimeStampResponse, VerificationError, VerifierBuilder, decode_timestamp_response

from hub.errors import Refused
from hub.trust.der import certificate_of, fingerprint
from hub.trust.policy import TrustPolicy

__all__ = [
    "TOKEN_BYTE_COUNT_MAX", "TimeStamp", "TimestampResponse", "judge_timestamp", "token_of", "verify_timestamp",
]  # fmt: skip

TOKEN_BYTE_COUNT_MAX = 65_536  # authorities' tokens with their chains have 2 to 12 kB
_CERTIFICATE_COUNT_MAX = 8
_SHA256 = "2.16.840.1.101.3.4.2.1"
_VERSIONS = ("v3", "v1")  # RFC 5652 §5.1, §5.3: for content that is not plain data, signed by issuer and serial number
_STRONG = frozenset({"sha256", "sha384", "sha512"})
_HOSTILE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What the ASN.1 libraries raise for bytes that are not what they say."""


class TimestampResponse(core.Sequence):  # type: ignore[misc]  # the library has no types
    """An authority's answer (RFC 3161 §2.4.2): a status, and a token where it is granted."""

    _fields = [  # noqa: RUF012  # how the library wants it
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """`at`: genTime, aware UTC; `policy`: the authority's policy (OID); `certificate_sha256`: 32 bytes."""

    at: datetime
    policy: str
    serial: int
    certificate_sha256: bytes


@dataclass(frozen=True, slots=True)
class _Token:
    """A token as two libraries read it: `response` for the signature, the rest for what is checked here."""

    response: TimeStampResponse
    certificate: x509.Certificate
    der: bytes
    signer: Any


def token_of(response: bytes) -> bytes:
    """Return the token in an authority's response.

    Raises Refused: TIMESTAMP_REFUSED with the status when there is none, TIMESTAMP_UNREADABLE.
    """
    try:
        found = TimestampResponse.load(response, strict=True)
        status = str(found["status"]["status"].native)
        if status != "granted":
            raise Refused("TIMESTAMP_REFUSED", {"status": status})
        return bytes(found["time_stamp_token"].dump())
    except _HOSTILE:
        raise Refused("TIMESTAMP_UNREADABLE") from None


def judge_timestamp(token: bytes, data: bytes, policy: TrustPolicy | None) -> TimeStamp | None:
    """Judge a token over `data` under the policy in force; empty bytes are no token, which is None where none is due.

    Raises Refused: TIMESTAMP_MISSING (the policy demands one), TIMESTAMP_ROOTS_MISSING (a token that nobody vouches
    for: it proves nothing and breaks nothing), and the codes of `verify_timestamp`.
    """
    if not token:
        if policy is not None and policy.timestamp_required:
            raise Refused("TIMESTAMP_MISSING")
        return None
    if policy is None or not policy.timestamp_roots:
        raise Refused("TIMESTAMP_ROOTS_MISSING")
    return verify_timestamp(token, data, roots=policy.timestamp_roots, policy=policy.timestamp_policy)


def verify_timestamp(
    token: bytes, data: bytes, *, roots: Sequence[x509.Certificate], policy: str | None = None, nonce: int | None = None
) -> TimeStamp:
    """Check a token over the SHA-256 of `data`; `policy` (OID) and `nonce` are compared where given.

    Raises Refused: TIMESTAMP_UNREADABLE, TIMESTAMP_IMPRINT_DIFFERS, TIMESTAMP_NONCE_DIFFERS, TIMESTAMP_POLICY_DIFFERS,
    TIMESTAMP_CERTIFICATE_UNFIT (no authority's certificate), TIMESTAMP_CERTIFICATE_EXPIRED (not valid at the token's
    time), TIMESTAMP_SIGNATURE_WRONG (signature, or no path to a root).
    """
    digest = hashlib.sha256(data).digest()
    found = _read(token)
    try:
        said = found.response.tst_info
        imprint = said.message_imprint
        stamp = TimeStamp(said.gen_time, said.policy.dotted_string, said.serial_number, fingerprint(found.der))
        if (imprint.hash_algorithm.dotted_string, imprint.message) != (_SHA256, digest):
            raise Refused("TIMESTAMP_IMPRINT_DIFFERS")
        if nonce is not None and said.nonce != nonce:
            raise Refused("TIMESTAMP_NONCE_DIFFERS")
        if policy is not None and stamp.policy != policy:
            raise Refused("TIMESTAMP_POLICY_DIFFERS", {"policy": stamp.policy})
        _check_certificate(found, stamp.at)
        _check_signature(found, digest, roots)
    except _HOSTILE:
        raise Refused("TIMESTAMP_UNREADABLE") from None
    return stamp


def _read(token: bytes) -> _Token:
    """Read a token strictly: one signer, whose certificate is in it."""
    if len(token) > TOKEN_BYTE_COUNT_MAX:
        raise Refused("TIMESTAMP_UNREADABLE", {"reason": "too large"})
    try:
        content = cms.ContentInfo.load(token, strict=True)
        whole = TimestampResponse({"status": {"status": "granted"}, "time_stamp_token": content})
        response = decode_timestamp_response(whole.dump())
        signed = content["content"]
        (signer,) = signed["signer_infos"]
        if (signed["version"].native, signer["version"].native) != _VERSIONS:
            raise Refused("TIMESTAMP_UNREADABLE", {"reason": "version"})
        if len(signed["certificates"]) > _CERTIFICATE_COUNT_MAX:
            raise Refused("TIMESTAMP_UNREADABLE", {"reason": "too many certificates"})
        ders = [one.chosen.dump() for one in signed["certificates"]]
        name = signer["sid"].chosen
        wanted = (name["issuer"].dump(), name["serial_number"].native)
        (der,) = (der for der, one in zip(ders, signed["certificates"], strict=True) if _name(one.chosen) == wanted)
        return _Token(response, certificate_of(der), der, signer)
    except (*_HOSTILE, Refused):
        raise Refused("TIMESTAMP_UNREADABLE") from None


def _name(certificate: Any) -> tuple[bytes, int]:
    return certificate.issuer.dump(), certificate.serial_number


def _check_certificate(found: _Token, at: datetime) -> None:
    """RFC 3161 §2.3: the one extended key usage is timeStamping, and critical; it was valid at the time it states."""
    try:
        usage = found.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise Refused("TIMESTAMP_CERTIFICATE_UNFIT") from None
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise Refused("TIMESTAMP_CERTIFICATE_UNFIT")
    if not found.certificate.not_valid_before_utc <= at <= found.certificate.not_valid_after_utc:
        raise Refused("TIMESTAMP_CERTIFICATE_EXPIRED")


def _check_signature(found: _Token, digest: bytes, roots: Sequence[x509.Certificate]) -> None:
    """Check signature and path, and that the signer signed for this very certificate (RFC 5816, ESSCertIDv2)."""
    if not _is_strong(found) or not _names_certificate(found):
        raise Refused("TIMESTAMP_SIGNATURE_WRONG")
    try:
        VerifierBuilder(roots=list(roots)).build().verify(found.response, digest)
    except (VerificationError, *_HOSTILE):
        raise Refused("TIMESTAMP_SIGNATURE_WRONG") from None


def _is_strong(found: _Token) -> bool:
    """Tell whether the signature names SHA-2, once as digest and again as part of its own algorithm."""
    digest = found.signer["digest_algorithm"]["algorithm"].native
    named = found.signer["signature_algorithm"]["algorithm"].native
    is_rsa = isinstance(found.certificate.public_key(), rsa.RSAPublicKey)
    return digest in _STRONG and named in ((f"{digest}_rsa", "rsassa_pkcs1v15") if is_rsa else (f"{digest}_ecdsa",))


def _names_certificate(found: _Token) -> bool:
    """Tell whether a signed attribute holds the hash of the signer's certificate; the older form has SHA-1."""
    for attribute in found.signer["signed_attrs"]:
        kind = attribute["type"].native
        if kind in ("signing_certificate_v2", "signing_certificate"):
            first = attribute["values"][0]["certs"][0]
            algorithm = "sha1" if kind == "signing_certificate" else first["hash_algorithm"]["algorithm"].native
            if algorithm in (*_STRONG, "sha1"):
                return bool(hashlib.new(algorithm, found.der).digest() == first["cert_hash"].native)
    return False
