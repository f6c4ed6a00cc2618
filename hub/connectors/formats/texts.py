"""Bytes of a text file as text: UTF-8, or the one encoding that its connector names; nothing is guessed."""

import codecs
import unicodedata

from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["ENCODINGS", "decoded", "encoded", "is_utf_8"]

ENCODINGS = ("utf-8", "windows-1258", "utf-16")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")  # which Windows-1258 writes as letters of their own
_MARKS = _TONES | frozenset("\u0302\u0306\u031b")  # of â, ă and ơ
_USUAL = frozenset("đĐ“”‘’–—…°")
_ODD_SHARE = 0.2  # a foreign name, a sign now and then


def decoded(data: bytes, encoding: str = "utf-8") -> tuple[str, tuple[Finding, ...]]:
    """Return the text and what is told about it. Raises Refused TEXT_ENCODING_WRONG {encoding, reason}.

    Windows-1258 writes tones as letters of their own; they are composed, since it has no other way to write them.
    """
    if encoding not in ENCODINGS:
        raise Refused(
            "TEXT_ENCODING_WRONG", {"encoding": encoding[:20], "reason": f"not one of {', '.join(ENCODINGS)}"}
        )
    told: tuple[Finding, ...] = ()
    if encoding == "utf-8" and data.startswith(codecs.BOM_UTF8):
        data, told = data.removeprefix(codecs.BOM_UTF8), (finding("TEXT_BOM_READ"),)
    if encoding == "windows-1258" and not data.isascii() and is_utf_8(data):
        raise Refused("TEXT_ENCODING_WRONG", {"encoding": encoding, "reason": "UTF-8"})
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        reason = "UTF-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else f"byte {error.start}"
        raise Refused("TEXT_ENCODING_WRONG", {"encoding": encoding, "reason": reason}) from None
    return (_composed(text) if encoding == "windows-1258" else text), told


def _composed(text: str) -> str:
    """Return a text of Windows-1258, each tone on its vowel. Refused with many other signs: then it is no such text."""
    made = unicodedata.normalize("NFC", text)
    beyond = [sign for sign in made if not sign.isascii()]
    odd = sum(not _is_vietnamese(sign) for sign in beyond)
    if odd > _ODD_SHARE * len(beyond):
        reason = f"{odd} of {len(beyond)} signs are not Vietnamese"
        raise Refused("TEXT_ENCODING_WRONG", {"encoding": "windows-1258", "reason": reason})
    return made


def _is_vietnamese(sign: str) -> bool:
    marks = unicodedata.normalize("NFD", sign)
    return sign in _USUAL or (marks[0].isascii() and marks[0].isalpha() and _MARKS.issuperset(marks[1:]))


def is_utf_8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8, which a text in another encoding is by no chance of any length."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def encoded(text: str, encoding: str = "utf-8") -> bytes:
    """Return a text as a system of that encoding writes it; a letter that it has not got by its number: \\u0180."""
    if encoding != "windows-1258":
        return text.encode(encoding)
    return "".join(map(_apart, unicodedata.normalize("NFC", text))).encode("cp1258", "backslashreplace")


def _apart(letter: str) -> str:
    """Return a letter with its tone behind it: "ấ" is "â" and an acute."""
    marks = unicodedata.normalize("NFD", letter)
    tones = "".join(mark for mark in marks if mark in _TONES)
    return unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES)) + tones
