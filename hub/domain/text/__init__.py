"""Vietnamese text: folded for search; what a wrong conversion left in it. Signed bytes are never altered."""

from hub.domain.text.checking import check_texts
from hub.domain.text.doubled import undoubled
from hub.domain.text.folding import folded, without_marks
from hub.domain.text.legacy import Reading, legacy_reading
from hub.domain.text.lookalikes import latin_reading
from hub.domain.text.syllables import is_syllable

__all__ = [
    "Reading",
    "check_texts",
    "folded",
    "is_syllable",
    "latin_reading",
    "legacy_reading",
    "undoubled",
    "without_marks",
]
