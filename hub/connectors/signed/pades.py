"""Signed PDF (PAdES, ETSI EN 319 142-1): whether all of the file was signed with pinned certificates, and when.

Nothing is derived from the content: a person types it, and the grade is `legacy_evidence` whatever the signature says.
Every signature must be right, each over the whole file as it was then; what came after an earlier one may be no more
than signing, and the last one covers the file to its last byte.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

__all__ = ["PadesPart", "read_pades"]


@dataclass(frozen=True, slots=True)
class PadesPart:
    """Who signed the file last, over all of it, and when."""

    signer_sha256: str  # hex, of the pinned certificate
    signed_at: datetime  # aware, as the signer claims it


def read_pades(data: bytes, signers: Sequence[bytes]) -> PadesPart:
    """Verify every signature of one PDF, each made with one of `signers` (DER certificates).

    Raises Refused: what `open_pdf` and `pinned_of` raise, SOURCE_PDF_SIGNATURE_MISSING, SOURCE_PDF_SHAPE,
    SOURCE_PDF_ALGORITHM, SOURCE_PDF_UNSIGNED_CHANGE, SOURCE_PDF_SIGNATURE_WRONG, SOURCE_TIME_WRONG,
    SOURCE_CERTIFICATE_EXPIRED.
    """
    from hub.connectors.signed.pdf_signatures import last_signature  # noqa: PLC0415  slow to import

    pinned, signed_at = last_signature(data, signers)
    return PadesPart(pinned.sha256.hex(), signed_at)
