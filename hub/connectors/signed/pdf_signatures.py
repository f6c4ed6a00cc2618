"""All signatures of a PDF, one by one: what each covers, its shape, its certificate, its value, what came after it."""

import binascii
from collections.abc import Sequence
from datetime import UTC, datetime

from asn1crypto import cms, core
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from hub.connectors.signed.pdf_file import open_pdf, reading
from hub.connectors.signed.pinned import Pinned, pinned_of
from hub.errors import Refused

__all__ = ["last_signature"]

_SIGNATURE_COUNT_MAX = 8
_SUB_FILTER = "/ETSI.CAdES.detached"
_SALT_BYTE_COUNT_MIN = 32  # as long as the hash; many signers take the longest that fits
_METHODS = {"sha256_rsa": "RSA", "sha256_ecdsa": "EC", "rsassa_pkcs1v15": "RSA", "rsassa_pss": "RSA"}


def last_signature(data: bytes, signers: Sequence[bytes]) -> tuple[Pinned, datetime]:
    """Verify every signature; return certificate and time of the last. Raises what `read_pades` raises."""
    reader, _ = open_pdf(data)
    return reading(lambda: _last(data, reader, signers))


def _last(data: bytes, reader: PdfFileReader, signers: Sequence[bytes]) -> tuple[Pinned, datetime]:
    signatures = _signatures(reader)
    ends = [_covered_end(data, one) for one in signatures]
    if ends[-1] != len(data) or ends != sorted(set(ends)):
        raise Refused("SOURCE_PDF_UNSIGNED_CHANGE")
    return [_checked(one, signers) for one in signatures][-1]


def _signatures(reader: PdfFileReader) -> list[EmbeddedPdfSignature]:
    """Return all signatures in the order of signing; one of an unknown kind is refused, never passed over."""
    found = list(reader.embedded_signatures)
    if len(found) != len(list(enumerate_sig_fields(reader, filled_status=True))) or len(found) > _SIGNATURE_COUNT_MAX:
        raise Refused("SOURCE_PDF_SHAPE", {"what": "signatures"})
    if not found:
        raise Refused("SOURCE_PDF_SIGNATURE_MISSING")
    return found


def _covered_end(data: bytes, signature: EmbeddedPdfSignature) -> int:
    """Return where the bytes end that a signature covers; the one gap in them holds the signature and nothing else."""
    numbers = [int(number) for number in signature.byte_range]
    if len(numbers) != 4 or numbers[0] != 0 or min(numbers) < 0:
        raise Refused("SOURCE_PDF_SHAPE", {"what": "ByteRange"})
    _, gap, after, rest = numbers
    if not gap < after <= after + rest <= len(data):
        raise Refused("SOURCE_PDF_SHAPE", {"what": "ByteRange"})
    if data[gap : gap + 1] != b"<" or data[after - 1 : after] != b">":
        raise Refused("SOURCE_PDF_SHAPE", {"what": "ByteRange"})
    between = binascii.unhexlify(data[gap + 1 : after - 1])
    signed = cms.ContentInfo.load(between).dump()
    if between != signature.pkcs7_content or not between.startswith(signed) or between[len(signed) :].strip(b"\0"):
        raise Refused("SOURCE_PDF_SHAPE", {"what": "Contents"})
    return after + rest


def _checked(signature: EmbeddedPdfSignature, signers: Sequence[bytes]) -> tuple[Pinned, datetime]:
    pinned = pinned_of(signature.signer_cert.dump(), signers)
    _check_shape(signature, pinned)
    try:
        intact, valid = validate_sig_integrity(
            signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
        )
    except SignatureValidationError:
        raise Refused("SOURCE_PDF_SIGNATURE_WRONG") from None
    if not (intact and valid):
        raise Refused("SOURCE_PDF_SIGNATURE_WRONG")
    signature.compute_integrity_info()
    if not signature.summarise_integrity_info()["docmdp_ok"]:
        raise Refused("SOURCE_PDF_UNSIGNED_CHANGE")
    return pinned, _signed_at(signature, pinned)


def _check_shape(signature: EmbeddedPdfSignature, pinned: Pinned) -> None:
    """Refuse every signature that is not CAdES, detached, with SHA-256 and an algorithm that fits the key."""
    if signature.sig_object_type != "/Sig" or signature.sig_object.get("/SubFilter") != _SUB_FILTER:
        raise Refused("SOURCE_PDF_SHAPE", {"what": "SubFilter"})
    info = signature.signer_info
    if signature.signed_data["encap_content_info"]["content"].native is not None or info["signed_attrs"] is core.VOID:
        raise Refused("SOURCE_PDF_SHAPE", {"what": "CMS"})
    if not any(attribute["type"].native == "signing_certificate_v2" for attribute in info["signed_attrs"]):
        raise Refused("SOURCE_PDF_SHAPE", {"what": "signing certificate"})
    method = info["signature_algorithm"]
    kind = _METHODS.get(method["algorithm"].native)
    if kind != pinned.kind or info["digest_algorithm"]["algorithm"].native != "sha256" or not _is_our_pss(method):
        raise Refused("SOURCE_PDF_ALGORITHM")


def _is_our_pss(method: cms.SignedDigestAlgorithm) -> bool:
    """Tell whether RSASSA-PSS has SHA-256 throughout and a salt as long at least; true for every other algorithm."""
    if method["algorithm"].native != "rsassa_pss":
        return True
    given = method["parameters"]
    hashes = (given["hash_algorithm"], given["mask_gen_algorithm"]["parameters"])
    is_sha_256 = all(one["algorithm"].native == "sha256" for one in hashes)
    return is_sha_256 and bool(given["salt_length"].native >= _SALT_BYTE_COUNT_MIN)


def _signed_at(signature: EmbeddedPdfSignature, pinned: Pinned) -> datetime:
    at: datetime | None = signature.self_reported_timestamp
    if at is None or at.tzinfo is None:
        raise Refused("SOURCE_TIME_WRONG")
    if not pinned.was_valid(at):
        raise Refused("SOURCE_CERTIFICATE_EXPIRED", {"signed_at": at.astimezone(UTC).isoformat()})
    return at.astimezone(UTC)
