"""Which characters a signed document may hold: composed (NFC) text without anything that a reader cannot see.

Controls, bidi and zero-width characters, spaces other than the common one, private use and surrogates are refused:
two documents that look alike must have the same bytes.
"""

import re
import unicodedata

__all__ = ["FORBIDDEN", "is_plain", "is_vietnamese", "visible"]

_FORBIDDEN_CLASS = (
    "\\x00-\\x1f\\x7f-\\xa0\\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u3000\u3164\ud800-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff"
)
FORBIDDEN = re.compile(f"[{_FORBIDDEN_CLASS}]")

# ASCII without controls, and the lead and continuation bytes of U+00C0..U+02AF (precomposed Latin) and of U+1xxx.
_PLAIN_BYTES = bytes([*range(0x20, 0x7F), *range(0x80, 0xC0), *range(0xC3, 0xCA), 0xE1])


def is_plain(document: bytes) -> bool:
    """Tell whether canonical JSON bytes hold only allowed, composed characters.

    The usual document holds ASCII, U+00C0..U+027F and U+1E80..U+1EFF only: none of these is forbidden or combining
    and all are NFC, so that counting bytes decides. Anything else takes the careful way.
    """
    if b"\\" in document and b"\\" in document.replace(b"\\\\", b"").replace(b'\\"', b""):
        return False  # an escape other than \\ and \" stands for a control character
    rare = document.translate(None, _PLAIN_BYTES)
    if not rare and document.count(b"\xe1") == document.count(b"\xe1\xba") + document.count(b"\xe1\xbb"):
        return True
    text = document.decode()
    return FORBIDDEN.search(text) is None and unicodedata.is_normalized("NFC", text)


# Lead bytes of Vietnamese (À..ý, Ă ă Đ đ Ĩ ĩ Ũ ũ Ơ ơ Ư ư, U+1E80..U+1EFF) and what else a line of text may hold.
_USUAL_BYTES = bytes([0x0A, *range(0x20, 0x7F), *range(0x80, 0xC0), *range(0xC3, 0xC7), 0xE1])
_VIETNAMESE_LATIN_1 = "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúý"
_FOREIGN_CLASS = b"".join(rb"\x%02x" % n for n in range(0x80, 0xC0) if chr(n + 0x40) not in _VIETNAMESE_LATIN_1)
_FOREIGN_LATIN_1 = re.compile(b"\xc3[" + _FOREIGN_CLASS + b"]")  # searches begin with one byte: that is fast
_BEYOND_1E80 = re.compile(b"\xe1[^\xba\xbb]")
_BEYOND_U_TILDE = re.compile(b"\xc5[^\xa8\xa9]")  # Š, š, Œ: what a second encoding makes of Ê, Ú


def is_vietnamese(text: str) -> bool:
    """Tell whether a text has only ASCII and Vietnamese letters (rare Latin letters beyond U+00FF may pass as well).

    Western letters and signs (ç, ö, ¸, «), other scripts and typographic quotes take the careful way.
    """
    if text.isascii():
        return True
    data = text.encode("utf-8", "surrogatepass")
    if data.translate(None, _USUAL_BYTES) or _FOREIGN_LATIN_1.search(data):
        return False
    return not (_BEYOND_1E80.search(data) or _BEYOND_U_TILDE.search(data) or b"\xc6\x92" in data)


def visible(text: str) -> str:
    """Return the text with every forbidden character written as its code point, so that a receipt can show it."""
    return FORBIDDEN.sub(lambda match: f"<U+{ord(match.group()):04X}>", text)
