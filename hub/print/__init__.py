"""In (tờ học bạ): a locked transcript as a PDF/A-3 sheet in its circular's form, with its data inside, sealed.

A sheet is its data (ADR 0035): `set_sheet` makes the same bytes of the same evidence file for ever, `Sealer` puts one
seal over them, and whoever doubts sets it again.
"""

from hub.print.checking import SheetReport, check_sheet
from hub.print.claim import Claim, claim_text, read_claim, sign_claim
from hub.print.issuing import Issuer, claim_of
from hub.print.parts import SHEET_BYTES_MAX, is_pdf
from hub.print.sealing import FIELD, Sealer
from hub.print.setting import LAYOUT, LAYOUTS, set_sheet
from hub.print.slip import SlipFacts, set_slip

__all__ = [
    "FIELD", "LAYOUT", "LAYOUTS", "SHEET_BYTES_MAX", "Claim", "Issuer", "Sealer", "SheetReport", "SlipFacts",
    "check_sheet", "claim_of", "claim_text", "is_pdf", "read_claim", "set_sheet", "set_slip", "sign_claim",
]  # fmt: skip
