"""What a line may differ in from the canonical bytes: nothing that changes what it says."""

from typing import Final

__all__ = ["NORMALISED", "TOLERATED"]

NORMALISED: Final = frozenset({"TEXT_NOT_NFC"})  # read in composed form, and told
TOLERATED: Final = NORMALISED | {"KEY_ORDER", "DOCUMENT_WHITESPACE", "DOCUMENT_NOT_CANONICAL"}
