"""Dấu thanh: the tone mark of one syllable, taken off and put back."""

import unicodedata

__all__ = ["TONES", "apart", "placed"]

TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")  # huyền, sắc, ngã, hỏi, nặng
_VOWELS = frozenset("aăâeêioôơuưy")
_WITH_QUALITY = frozenset("ăâêôơư")


def apart(word: str) -> tuple[str, str]:
    """Return a word without its tone marks (composed, NFC), and these marks in their order."""
    decomposed = unicodedata.normalize("NFD", word)
    tones = "".join(c for c in decomposed if c in TONES)
    if not tones:
        return word, ""
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in TONES)), tones


def placed(bare: str, tone: str) -> str:
    """Return the lower-case syllable with its tone in the old place (hòa, thúy, quý); at the end if it has no vowel."""
    at = _place(bare)
    if at is None:
        return bare + tone
    return unicodedata.normalize("NFC", bare[: at + 1] + tone + bare[at + 1 :])


def _place(bare: str) -> int | None:
    start = 2 if bare[:2] in ("qu", "gi") and bare[2:3] in _VOWELS else 0
    first = next((n for n in range(start, len(bare)) if bare[n] in _VOWELS), None)
    if first is None:
        return None
    after = next((n for n in range(first, len(bare)) if bare[n] not in _VOWELS), len(bare))
    quality = [n for n in range(first, after) if bare[n] in _WITH_QUALITY]
    if quality:
        return quality[-1]
    if after < len(bare):
        return after - 1
    return first + (after - first - 1) // 2
