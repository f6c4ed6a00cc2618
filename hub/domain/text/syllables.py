"""Âm tiết: whether a word is a possible Vietnamese syllable. Only such a reading of a broken text counts as certain."""

import functools
import unicodedata

from hub.domain.text.tones import apart, placed

__all__ = ["is_syllable"]

_ONSETS = (
    "ngh", "ng", "nh", "gh", "gi", "ch", "kh", "ph", "qu", "th", "tr", "b", "c", "d", "đ", "g", "h", "k", "l", "m", "n",
    "p", "r", "s", "t", "v", "x", "",
)  # fmt: skip
_RIMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay  ăc ăm ăn ăng ăp ăt  âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et  ê êch êm ên ênh êp êt êu  i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong
    op ot  ô ôc ôi ôm ôn ông ôp ôt  ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh uêt ui um un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya uych uyên uyêt
    uynh uyt uyu  ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu  y yêm yên yêng yêt yêu
    """.split()  # noqa: SIM905  (a table that a person reads)
)
_STOPS = ("c", "ch", "p", "t")
_STOP_TONES = frozenset("\u0301\u0323")  # a syllable that ends in a stop is sắc or nặng
_WORD_CACHE_MAX = 16_384


@functools.lru_cache(_WORD_CACHE_MAX)
def is_syllable(word: str, *, placed_well: bool = False) -> bool:
    """Tell whether the word can be one syllable of Vietnamese, its tone included, in any case.

    With `placed_well` its tone must stand in the old place (hòa) or the new one (hoà).
    """
    lower = unicodedata.normalize("NFC", word.lower())
    bare, tones = apart(lower)
    if len(tones) > 1 or (placed_well and tones and not _placed_well(lower, bare, tones)):
        return False
    if bare.endswith(_STOPS) and tones not in _STOP_TONES:
        return False
    return any(bare.startswith(onset) and _rhymes(onset, bare[len(onset) :]) for onset in _ONSETS)


def _placed_well(word: str, bare: str, tone: str) -> bool:
    new = bare.endswith(("oa", "oe", "uy")) and unicodedata.normalize("NFC", bare + tone) == word
    return new or placed(bare, tone) == word


def _rhymes(onset: str, rime: str) -> bool:
    if onset == "gi":
        return rime in _RIMES or "i" + rime in _RIMES
    return rime in _RIMES
