"""UTF-8 hai lần: texts whose bytes were taken for Windows-1252 and encoded once more ("Nguyá»…n" is Nguyễn)."""

import re

__all__ = ["undoubled"]

_TIMES_MAX = 3
_LEADS = re.compile("[\u00c2-\u00c6\u00cc\u00e1\u00e2][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]|Ã(?= |$)")
_CP1252 = {
    bytes([n]).decode("cp1252"): n for n in range(0x80, 0xA0) if n not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}  # the five holes keep their own number, as browsers read them


def undoubled(text: str) -> str | None:
    """Return what a text says that was encoded twice (or more often), or None when it was not."""
    read = text
    for _ in range(_TIMES_MAX):
        once = _once(read)
        if once is None:
            break
        read = once
    return None if read == text else read


def _once(text: str) -> str | None:
    """Read word by word; a no-break space that became a common one is put back (HÃ for Hà) beside a word that reads."""
    if not _LEADS.search(text):
        return None
    words = [(word, _decoded(word)) for word in text.split(" ")]
    if all(read is None for _, read in words):
        return None
    parts = [_of_broken(word) if read is None else read for word, read in words]
    return " ".join(part for part in parts if part)


def _of_broken(word: str) -> str:
    """Return a word that does not read as it stands: the byte A0 of "à" may have become a space and gone."""
    return (_decoded(word + "\xa0") or word) if word.endswith("Ã") else word


def _decoded(word: str) -> str | None:
    if word.isascii():
        return None
    numbers = [_CP1252.get(c, ord(c)) for c in word]
    if max(numbers) > 0xFF:
        return None
    try:
        return bytes(numbers).decode()
    except UnicodeDecodeError:
        return None
