"""What is told about the texts of a transcript: old encodings, double encoding, look-alike letters. All of it warns.

The usual document is decided by counting bytes (see hub.domain.characters); only what is left is looked at closely.
"""

import functools
import re
from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.characters import is_vietnamese, visible
from hub.domain.findings import Finding, finding
from hub.domain.text.doubled import undoubled
from hub.domain.text.legacy import legacy_reading
from hub.domain.text.lookalikes import latin_reading
from hub.domain.transcript import Transcript

__all__ = ["check_texts"]

_SHOWN_MAX = 200
_TEXT_CACHE_MAX = 4_096
_Told = tuple[str, tuple[tuple[str, str], ...]]
# VNI leaves vowels of the Vietnamese alphabet side by side that no word has so; comments have other letters besides.
_VNI_PAIR = re.compile("a[âáàãêéèúùõ]|e[âáàãùõ]|o[âùõ]|[uôy][ùõ]", re.IGNORECASE)


def check_texts(transcript: Transcript) -> list[Finding]:
    """Return findings on how names and comments are written. The texts themselves are never altered."""
    student = transcript.student
    texts = [student.name, transcript.school.name, transcript.class_]
    texts += [row.comment for row in transcript.subjects if row.comment is not UNSET]
    for rows in (transcript.qualities, transcript.competences):
        if rows is not UNSET:
            texts += [row.comment for row in rows if row.comment is not UNSET]
    texts += [t for t in (student.ethnicity, transcript.remarks, transcript.reason) if t is not UNSET]
    if is_vietnamese("\n".join(texts)) and not _VNI_PAIR.search(student.name):
        return []
    return list(_findings(transcript))


def _findings(transcript: Transcript) -> Iterator[Finding]:
    for path, text, is_name in _texts(transcript):
        if not text.isascii():
            for code, facts in _told(text, is_name):
                yield finding(code, path, visible(text[:_SHOWN_MAX]), dict(facts))


@functools.lru_cache(_TEXT_CACHE_MAX)
def _told(text: str, is_name: bool) -> tuple[_Told, ...]:
    """Return code and facts: one for each text, the surest first."""
    once = undoubled(text)
    if once is not None:
        return (("TEXT_DOUBLE_UTF8", (("repair", visible(once[:_SHOWN_MAX])),)),)
    read = legacy_reading(text)
    if read is not None:
        repair = (("repair", read.text[:_SHOWN_MAX]),) if read.text else ()
        return (("TEXT_LEGACY_ENCODING", (("encoding", read.encoding or "TCVN3/VNI"), *repair)),)
    latin = latin_reading(text) if is_name else None
    return () if latin is None else (("TEXT_LOOKALIKE_LETTER", (("repair", latin[:_SHOWN_MAX]),)),)


def _texts(transcript: Transcript) -> Iterator[tuple[str, str, bool]]:
    """Yield (path, text, whether it is a name) of every text that a person typed."""
    student = transcript.student
    yield "$.class", transcript.class_, True
    for group in ("subjects", "qualities", "competences"):
        rows = getattr(transcript, group)
        for index, row in enumerate(() if rows is UNSET else rows):
            if row.comment is not UNSET:
                yield f"$.{group}[{index}].comment", row.comment, False
    for name, text in (("remarks", transcript.remarks), ("reason", transcript.reason)):
        if text is not UNSET:
            yield f"$.{name}", text, False
    yield "$.school.name", transcript.school.name, True
    if student.ethnicity is not UNSET:
        yield "$.student.ethnicity", student.ethnicity, True
    yield "$.student.name", student.name, True
