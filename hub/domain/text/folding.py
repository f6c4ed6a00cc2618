"""Texts folded for search and comparison, and for nothing else: what was signed stays as it is.

Two spellings of one name fold to one text: hoà and hòa, thuý and thúy (place of the tone mark); Đ and its look-alikes;
case and spaces; on request also i and y where both are written (Kì/Kỳ, Mĩ/Mỹ, lí/lý, quí/quý). The alias list follows
the usage of schoolbooks and forms [assumed].
"""

import functools
import re
import unicodedata

from hub.domain.text.tones import apart, placed

__all__ = ["folded", "without_marks"]

_LOOK_LIKE_D = str.maketrans({"\u00f0": "đ", "\u0256": "đ", "\u00d0": "đ", "\u0189": "đ"})
_Y = re.compile(r"(?:[hklmstv]|qu)y")  # the whole syllable without its tone
_BARE_D = str.maketrans({"đ": "d", "Đ": "D"})
_WORD_CACHE_MAX = 65_536


def folded(text: str, *, aliases: bool = False) -> str:
    """Return the text for comparison: NFC, lower case, single spaces, tones in their old place; `aliases`: i for y."""
    lower = unicodedata.normalize("NFC", text).casefold().translate(_LOOK_LIKE_D)
    return " ".join(_word(word, aliases) for word in unicodedata.normalize("NFC", lower).split())


def without_marks(text: str) -> str:
    """Return the folded text with i for y and without any mark: what is left when a keyboard had none."""
    decomposed = unicodedata.normalize("NFD", folded(text, aliases=True).translate(_BARE_D))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@functools.lru_cache(_WORD_CACHE_MAX)
def _word(word: str, aliases: bool) -> str:
    bare, tones = apart(word)
    if aliases and _Y.fullmatch(bare):
        bare = bare[:-1] + "i"
    elif len(tones) != 1:
        return word  # no tone, or not one syllable: nothing has a place
    return placed(bare, tones) if tones else bare
