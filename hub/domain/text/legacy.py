"""Bảng mã cũ: texts that were typed with TCVN3 (ABC) or VNI fonts and taken for Latin-1, letter for letter.

Both put Vietnamese on the code points of Western letters: "NguyÔn" (TCVN3) and "Nguyeãn" (VNI) are Nguyễn. A reading is
certain when every word of it is a possible Vietnamese syllable and the words as they stand are not. VNI's "Hoà" (Hồ)
is such a syllable by itself and cannot be told from the real Hoà. Tables: TCVN 5712:1993 (font table ABC), VNI for
Windows [memory].
"""

import re
from dataclasses import dataclass

from hub.domain.text.syllables import is_syllable

__all__ = ["Reading", "in_tcvn3", "legacy_reading"]

_TCVN3_FROM = (
    "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ"
)  # fmt: skip
_TCVN3_TO = (
    "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
)  # fmt: skip
_TCVN3 = str.maketrans(_TCVN3_FROM, _TCVN3_TO)
_INTO_TCVN3 = str.maketrans(_TCVN3_TO, _TCVN3_FROM)

_VNI_MARKS = {"a": "âáàåãäêéèúüëùøûõï", "e": "âáàåãäùøûõï", "o": "âáàåãäùøûõï", "u": "ùøûõï", "ô": "ùøûõï",
              "ö": "ùøûõï", "y": "ùøûõ"}  # fmt: skip
_VNI_VOWELS = {"a": "âấầẩẫậăắằẳẵặáàảãạ", "e": "êếềểễệéèẻẽẹ", "o": "ôốồổỗộóòỏõọ", "u": "úùủũụ", "ô": "ớờởỡợ",
               "ö": "ứừửữự", "y": "ýỳỷỹ"}  # fmt: skip
_VNI_ALONE = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI = {
    base + mark: vowel for base in _VNI_MARKS for mark, vowel in zip(_VNI_MARKS[base], _VNI_VOWELS[base], strict=True)
}
_VNI |= _VNI_ALONE
_VNI_PART = re.compile("|".join(sorted(_VNI, key=len, reverse=True)), re.IGNORECASE)

_WORD = re.compile(r"[^\s.,;:!?()\[\]{}\"'“”‘’/\\0-9_+=<>*&%#@|~^`–—…-]+")
_UNIT = re.compile(r"\bµ[A-Za-z]\b")  # a micrometre is no old encoding
_SIGN_IN_WORD = re.compile(r"(?<=[^\W\d_])[¡¢£¤¥¦§¨©¬®µ¶¸¹\xad](?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in an old encoding: which one, and what it says; both empty where it can only be seen to be broken."""

    encoding: str = ""
    text: str = ""


def legacy_reading(text: str) -> Reading | None:
    """Return what a text in TCVN3 or VNI says, an empty reading where that is not certain, None for any other text."""
    text = _UNIT.sub("", text)
    if text.isascii() or _is_vietnamese(text):
        return None
    found = [Reading(name, read) for name, read in (("TCVN3 (ABC)", _tcvn3(text)), ("VNI", _vni(text)))
             if read != text and _is_vietnamese(read, placed_well=True)]  # fmt: skip
    if len(found) == 1:
        return found[0]
    return Reading() if found or _SIGN_IN_WORD.search(text) else None


def in_tcvn3(text: str) -> bytes:
    """Return a text as a system with TCVN3 fonts wrote it: what a reader of another encoding must not take for text."""
    return text.translate(_INTO_TCVN3).encode("latin-1", "replace")


def _is_vietnamese(text: str, *, placed_well: bool = False) -> bool:
    """Tell whether every word that is not plain ASCII is a possible syllable; ASCII words may be foreign names."""
    words = _WORD.findall(text)
    return all(word.isascii() or is_syllable(word, placed_well=placed_well) for word in words)


def _tcvn3(text: str) -> str:
    """Read letter for letter; capitals with marks were typed in a font of capitals, over small letters."""
    letters = [c for c in text if c.isascii() and c.isalpha()]
    capitals = len(letters) > 1 and all(c.isupper() for c in letters)
    read = text.translate(_TCVN3)
    return read.upper() if capitals else read


def _vni(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        part = match.group()
        read = _VNI[part.lower()]
        return read.upper() if part[0].isupper() else read

    return _VNI_PART.sub(one, text)
