"""Chữ giống chữ Latinh: letters of other scripts that look like Latin ones inside a Latin word, and Ð for Đ."""

import re
import unicodedata

__all__ = ["latin_reading"]

_CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТУХаеорсухіјѕԁһո", "ABESIJKMHOPCTYXaeopcyxijsdhn", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυ", "ABEZHIKMNOPTYXaivopu", strict=True))
_D = dict.fromkeys("ÐƉ", "Đ") | dict.fromkeys("ðɖ", "đ")
_OTHER = {"ɑ": "a", "ɡ": "g", "ı": "i"}
_LATIN = str.maketrans(_CYRILLIC | _GREEK | _D | _OTHER)
_SUSPECT = re.compile("[ÐðıƉɖɑɡͰ-ϿЀ-ԯ℀-⅏！-～\U0001d400-\U0001d7ff]")
_WIDE = re.compile("[℀-⅏！-～\U0001d400-\U0001d7ff]")


def latin_reading(name: str) -> str | None:
    """Return a name with Latin letters for those that only look so, or None when it has none.

    A name wholly in another script is no look-alike: a Russian pupil may be written in Cyrillic.
    """
    if not _SUSPECT.search(name) or not any("LATIN" in unicodedata.name(c, "") for c in name if c.isalpha()):
        return None
    read = _WIDE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), name).translate(_LATIN)
    return unicodedata.normalize("NFC", read) if read != name else name
