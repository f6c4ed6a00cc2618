"""Mã QR trên tờ học bạ: what the paper alone can be checked by, offline: which document it is, sealed.

Text: `<address>#<claim>`; the fragment stays in the reader's device. The claim is a compact JWS over the canonical
JSON of `Claim`, by the same key as the sheet's seal; no name, no mark, no secret stands in it.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.errors import Refused
from hub.trust import Parsed, RawSigner, base64url, read, sign

__all__ = ["CLAIM_TYPE", "Claim", "claim_text", "read_claim", "sign_claim"]

CLAIM_TYPE = "vn.hocba.sheet-claim/1"
TEXT_LENGTH_MAX = 2_000
_Sha256 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_Text = Annotated[str, Meta(min_length=1, max_length=60)]


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Members in canonical order. `version` is that of the record; `so` the slug of the Sở that locked it."""

    document_sha256: _Sha256
    effective_on: Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
    locator: _Text
    period: _Text
    so: _Text
    type: Literal["vn.hocba.sheet-claim/1"]
    version: Annotated[int, Meta(ge=1, le=10_000)]
    year: _Text


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(Claim)


def sign_claim(claim: Claim, signer: RawSigner, role: str, owner: str, iat: int) -> str:
    """Return the claim as `payload~signature` (base64url, detached compact JWS); `owner` is so-<slug> or bo."""
    payload = _ENCODER.encode(claim)
    compact = sign(signer, payload, role=role, scope={"owner": owner}, typ=CLAIM_TYPE, iat=iat)
    return f"{base64url.encode(payload)}~{compact}"


def claim_text(address: str, claim: str) -> str:
    """Return what the QR code holds."""
    return f"{address}#{claim}"


def read_claim(text: str) -> tuple[Claim, bytes, str, Parsed]:
    """Read a QR text, or its fragment: the claim, the bytes that are signed, the compact signature, and it parsed.

    Nothing is verified here. Raises Refused(SHEET_CLAIM_WRONG).
    """
    fragment = text.rpartition("#")[2]
    payload, mark, compact = fragment.partition("~")
    try:
        if not mark or len(text) > TEXT_LENGTH_MAX:
            raise Refused("SHEET_CLAIM_WRONG")
        data = base64url.decode(payload)
        claim = _DECODER.decode(data)
        parsed = read(compact)
    except (Refused, msgspec.MsgspecError, UnicodeDecodeError):
        raise Refused("SHEET_CLAIM_WRONG") from None
    if _ENCODER.encode(claim) != data:
        raise Refused("SHEET_CLAIM_WRONG")
    return claim, data, compact, parsed
