"""Seal (đóng dấu): one PAdES signature over a whole sheet, with time-stamp and revocation data under it, by a kept key.

Whoever holds the seal (a Sở, Bộ) brings it as a `Signer`; this module only fits it into a PDF. The seal is invisible:
what a reader sees on a sheet proves nothing, and a picture of a seal would say otherwise.
"""

import io
import logging
import re
from collections.abc import Sequence
from typing import Any

from asn1crypto import algos, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import Signer as PdfCmsSigner
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hub.errors import HubError, Unavailable
from hub.signing import Signer
from hub.signing.timestamp import TimestampClient
from hub.trust import TrustPolicy

__all__ = ["FIELD", "MECHANISMS", "Sealer", "with_last_line"]

FIELD = "Seal"
_REASON = "Học bạ số"
_COORDINATE_BYTE_COUNT = 32
_BYTE_RANGE = re.compile(rb"/ByteRange ?\[0 (\d+) (\d+) ")
_SHA256 = {"algorithm": "sha256"}
MECHANISMS = {  # as the JWS algorithms have it: the salt of PS256 is as long as its hash
    "ES256": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
    "RS256": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
    "PS256": algos.SignedDigestAlgorithm({
        "algorithm": "rsassa_pss",
        "parameters": {
            "hash_algorithm": _SHA256, "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": _SHA256},
            "salt_length": 32,
        },
    }),
}  # fmt: skip
# Before the seal and under it: nothing may follow a seal, not even what proves it.
_DSS = DSSContentSettings(include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE)
# Revocation lists come with the register and are never fetched; pyHanko warns of that at each seal.
logging.getLogger("pyhanko.sign.signers.pdf_signer").addFilter(lambda told: "fetching is not allowed" not in told.msg)


class Sealer:
    """Seals sheets by one key, which stays loaded: loading an RSA key costs more than sealing with it."""

    def __init__(self, signer: Signer, policy: TrustPolicy, crls: Sequence[bytes], timestamp_url: str | None) -> None:
        """Take a seal's key, the policy with its chain, revocation lists (DER) of that chain, and a TSA's address.

        Without an address the seal has no time-stamp and no revocation data: it is B-B, and is told as that.
        """
        authorities = [_certificate(c.public_bytes(Encoding.DER)) for c in (*policy.intermediates, *policy.roots)]
        self._signer = _OfSeal(signer, authorities)
        self._stamper = None if timestamp_url is None else _Stamper(TimestampClient(timestamp_url, b""))
        self._room: int | None = None  # hexadecimal digits of a seal, once one was made: pyHanko makes two to know it
        roots = [_certificate(c.public_bytes(Encoding.DER)) for c in (*policy.roots, *policy.timestamp_roots)]
        self._known: dict[str, Any] = {"trust_roots": roots, "other_certs": authorities, "crls": list(crls)}

    def seal(self, pdf: bytes) -> bytes:
        """Return a sheet of `set_sheet` with the seal over it. Raises Unavailable(SHEET_SEAL_UNAVAILABLE)."""
        stamped = self._stamper is not None
        context = ValidationContext(**self._known, allow_fetching=False, revocation_mode="soft-fail")
        metadata = PdfSignatureMetadata(
            field_name=FIELD, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256", reason=_REASON,
            embed_validation_info=stamped, validation_context=context if stamped else None, dss_settings=_DSS,
        )  # fmt: skip
        try:
            return self._sealed(pdf, metadata)
        except HubError:
            raise
        except Exception as error:  # the time-stamp authority, or the key's device, in pyHanko's many forms
            raise Unavailable("SHEET_SEAL_UNAVAILABLE", {"reason": type(error).__name__}) from None

    def _sealed(self, pdf: bytes, metadata: PdfSignatureMetadata) -> bytes:
        try:
            return self._written(pdf, metadata, self._room)
        except SigningError:
            if self._room is None:
                raise
        return self._written(pdf, metadata, None)  # a seal that has become longer, with another time-stamp

    def _written(self, pdf: bytes, metadata: PdfSignatureMetadata, room: int | None) -> bytes:
        writer, sealed = IncrementalPdfFileWriter(io.BytesIO(with_last_line(pdf))), io.BytesIO()
        signer = PdfSigner(metadata, signer=self._signer, timestamper=self._stamper)
        signer.sign_pdf(writer, output=sealed, bytes_reserved=room)
        made = sealed.getvalue()
        found = _BYTE_RANGE.search(made, len(pdf))
        self._room = int(found[2]) - int(found[1]) - len(b"<>") if found else None
        return made


def with_last_line(pdf: bytes) -> bytes:
    """Return the PDF with its last line ended: PDF/A asks for it before a further section begins."""
    return pdf if pdf.endswith(b"\n") else pdf + b"\n"


class _Stamper(TimeStamper):  # type: ignore[misc]
    """Asks the authority as the rest of the hub does: bounded, and without a web session for each question."""

    def __init__(self, client: TimestampClient) -> None:
        super().__init__()
        self._client = client

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the reply; pyHanko judges it. Raises Unavailable SHEET_SEAL_UNAVAILABLE."""
        try:
            return tsp.TimeStampResp.load(self._client.reply(req.dump()))
        except Unavailable as error:
            raise Unavailable("SHEET_SEAL_UNAVAILABLE", error.facts) from None


class _OfSeal(PdfCmsSigner):  # type: ignore[misc]
    """A `Signer` of the hub as pyHanko asks for one."""

    def __init__(self, signer: Signer, authorities: Sequence[asn1_x509.Certificate]) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(authorities)
        super().__init__(
            signature_mechanism=MECHANISMS[signer.alg], signing_cert=_certificate(signer.certificate_der),
            cert_registry=store,
        )  # fmt: skip
        self._seal = signer

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Return the signature over `data`, as CMS has it: of ECDSA as a DER sequence."""
        raw = self._seal.sign(data)
        if self._seal.alg != "ES256":
            return raw
        r, s = raw[:_COORDINATE_BYTE_COUNT], raw[_COORDINATE_BYTE_COUNT:]
        return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))


def _certificate(der: bytes) -> Any:
    return asn1_x509.Certificate.load(der)
