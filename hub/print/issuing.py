"""Issue (cấp tờ học bạ): from an evidence file to a sealed sheet, with a QR code that the same seal signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.evidence import Bundle, read_file
from hub.print.claim import Claim, claim_text, sign_claim
from hub.print.sealing import Sealer
from hub.print.setting import set_sheet
from hub.signing import Signer
from hub.trust import TrustPolicy, decode_base64, parse_leaf

__all__ = ["Issuer", "claim_of"]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who seals sheets: `so_seal` of so-<slug>, or `bo_seal` of bo; `address` is where a reader's QR code leads."""

    signer: Signer
    sealer: Sealer
    role: str
    owner: str
    address: str

    @classmethod
    def of(
        cls, signer: Signer, role: str, owner: str, address: str, policy: TrustPolicy, crls: Sequence[bytes],
        timestamp_url: str | None,
    ) -> "Issuer":  # fmt: skip
        """Return an issuer that keeps its key and what its seal needs."""
        return cls(signer, Sealer(signer, policy, crls, timestamp_url), role, owner, address)

    def issue(self, bundle: bytes, at: datetime) -> bytes:
        """Return the sealed sheet of an evidence file, made at `at` (aware). Raises as `set_sheet`, `Sealer.seal`."""
        claim = claim_of(read_file(bundle, Bundle))
        qr = claim_text(self.address, sign_claim(claim, self.signer, self.role, self.owner, int(at.timestamp())))
        return self.sealer.seal(set_sheet(bundle, qr))


def claim_of(bundle: Bundle) -> Claim:
    """Return what a sheet of this evidence file says in its QR code."""
    leaf = parse_leaf(decode_base64(bundle.place.leaf))
    return Claim(
        document_sha256=leaf.document_sha256, effective_on=leaf.effective_on, locator=leaf.locator, period=leaf.period,
        so=bundle.so, type="vn.hocba.sheet-claim/1", version=leaf.version, year=leaf.year,
    )  # fmt: skip
