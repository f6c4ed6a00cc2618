"""Read the seal of a sheet without reading the PDF: what stands behind the sheet's own bytes, and what it covers.

A sheet is known to the last byte (it is set again), so nothing of a stranger's PDF is ever interpreted. Behind it
stands one section that the seal's holder wrote; its bytes count for nothing but the seal that covers them all.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from hub.errors import Refused
from hub.print.sealing import MECHANISMS
from hub.trust import certificate_of, check_signature, fingerprint

__all__ = ["ReadSeal", "read_seal"]

_RANGE = re.compile(rb"/ByteRange\s*\[\s*0 (\d{1,9}) (\d{1,9}) (\d{1,9})\s*\]")
_SEAL_BYTES_MAX = 65_536
_COORDINATE_BYTE_COUNT = 32
_SHA256 = "sha256"
_HOSTILE = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class ReadSeal:
    """A seal that is good by itself; `certificate` (DER) is whose, `token` its time-stamp over `signature` or b"".

    `authorities` (DER) came with it; nothing here has looked at them.
    """

    certificate: bytes
    signature: bytes
    token: bytes
    authorities: tuple[bytes, ...]

    @property
    def certificate_sha256(self) -> bytes:
        """SHA-256 of the certificate, by which the register knows its holder."""
        return fingerprint(self.certificate)


def read_seal(pdf: bytes, sheet_size: int) -> ReadSeal:
    """Return the one seal behind the first `sheet_size` bytes, checked against its own certificate over the whole file.

    Raises Refused: SHEET_NOT_SEALED, SHEET_SEAL_SEVERAL, SHEET_SEAL_NOT_WHOLE, SHEET_SEAL_WRONG.
    """
    found = list(_RANGE.finditer(pdf, sheet_size))
    if not found:
        raise Refused("SHEET_NOT_SEALED")
    if len(found) > 1:
        raise Refused("SHEET_SEAL_SEVERAL")
    before, after, length = (int(number) for number in found[0].groups())
    quoted = pdf[before:after]
    if not sheet_size < before < after < len(pdf) == after + length or not _is_hex_string(quoted):
        raise Refused("SHEET_SEAL_NOT_WHOLE")
    digest = hashlib.sha256(pdf[:before] + pdf[after:]).digest()
    try:
        return _checked(bytes.fromhex(quoted[1:-1].decode("ascii")), digest)
    except _HOSTILE:
        raise Refused("SHEET_SEAL_WRONG") from None


def _is_hex_string(quoted: bytes) -> bool:
    return len(quoted) <= 2 * _SEAL_BYTES_MAX and re.fullmatch(rb"<(?:[0-9A-F]{2})+>", quoted) is not None


def _checked(padded: bytes, digest: bytes) -> ReadSeal:
    """Check the CMS structure: one signer, its certificate named in what it signed, the digest, the signature."""
    content, filling = _cut(padded)
    if filling.strip(b"\0"):
        raise Refused("SHEET_SEAL_WRONG")
    signed = cms.ContentInfo.load(content, strict=True)["content"]
    (signer,) = signed["signer_infos"]
    der = _certificate_of(signed, signer)
    signed_attributes = signer["signed_attrs"]
    said = {one["type"].native: one["values"] for one in signed_attributes}
    (named,) = said["message_digest"]
    (version_2,) = said["signing_certificate_v2"]
    whose = version_2["certs"][0]["cert_hash"].native
    if named.native != digest or whose != hashlib.sha256(der).digest() or len(said) != len(signed_attributes):
        raise Refused("SHEET_SEAL_WRONG")
    data = signed_attributes.untag().dump()
    _verify(signer, der, data)
    read = ReadSeal(der, signer["signature"].native, _token(signer), _beside(signed, der))
    if content != _written(signed, signer, read):
        raise Refused("SHEET_SEAL_WRONG")
    return read


def _beside(signed: Any, der: bytes) -> tuple[bytes, ...]:
    ders = (bytes(one.chosen.dump()) for one in signed["certificates"])
    return tuple(one for one in ders if one != der)


def _written(signed: Any, signer: Any, read: ReadSeal) -> bytes:
    """Return the structure as `Sealer` writes it: what no signature covers may have one form alone."""
    about: dict[str, Any] = {
        "version": "v1", "sid": signer["sid"], "digest_algorithm": {"algorithm": _SHA256},
        "signed_attrs": signer["signed_attrs"], "signature_algorithm": _known_algorithm(signer),
        "signature": read.signature,
    }  # fmt: skip
    if read.token:
        token = cms.ContentInfo.load(read.token)
        about["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [token]}]
    content = {
        "version": "v1", "digest_algorithms": [{"algorithm": _SHA256}], "encap_content_info": {"content_type": "data"},
        "certificates": [one.chosen for one in signed["certificates"]],
        "signer_infos": [cms.SignerInfo(about)],
    }  # fmt: skip
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(content)}).dump())


def _known_algorithm(signer: Any) -> Any:
    (known,) = (one for one in MECHANISMS.values() if one.dump() == signer["signature_algorithm"].dump())
    return known


def _cut(padded: bytes) -> tuple[bytes, bytes]:
    """Split a DER value from the zeros that fill its place."""
    value = cms.ContentInfo.load(padded)
    size = len(value.dump())
    return padded[:size], padded[size:]


def _certificate_of(signed: Any, signer: Any) -> bytes:
    name = signer["sid"].chosen
    wanted = (name["issuer"].dump(), name["serial_number"].native)
    ders = [one.chosen.dump() for one in signed["certificates"] if _name_of(one.chosen) == wanted]
    if len(ders) != 1:
        raise Refused("SHEET_SEAL_WRONG")
    return bytes(ders[0])


def _name_of(certificate: Any) -> tuple[bytes, int]:
    return certificate.issuer.dump(), certificate.serial_number


def _verify(signer: Any, der: bytes, data: bytes) -> None:
    """Check the signature over the signed attributes. Raises Refused with the codes of `check_signature`."""
    name, signature = signer["signature_algorithm"]["algorithm"].native, signer["signature"].native
    if signer["digest_algorithm"]["algorithm"].native != _SHA256:
        raise Refused("SHEET_SEAL_WRONG")
    if name == "sha256_ecdsa":
        r, s = decode_dss_signature(signature)
        signature = r.to_bytes(_COORDINATE_BYTE_COUNT) + s.to_bytes(_COORDINATE_BYTE_COUNT)
    alg = {"sha256_ecdsa": "ES256", "rsassa_pss": "PS256", "sha256_rsa": "RS256"}[name]
    check_signature(alg, certificate_of(der).public_key(), signature, data)  # type: ignore[arg-type]


def _token(signer: Any) -> bytes:
    for one in signer["unsigned_attrs"] or ():
        if one["type"].native == "signature_time_stamp_token":
            (token,) = one["values"]
            return bytes(token.dump())
    return b""
