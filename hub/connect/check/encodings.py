"""Chữ và số: texts that come decomposed, with a mark in front or in another encoding are kept, told, or refused.

Never changed without a word.
"""

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from hub.connect.check.limits import with_text
from hub.connect.check.outcome import NO_DOCUMENT, NotApplicable
from hub.connect.check.subject import Subject
from hub.connect.check.systems import served
from hub.connect.check.text_files import can_write, check_text_files, is_told
from hub.connect.check.whole_way import check_whole_way
from hub.connectors.mapping.paths import leaves
from hub.connectors.sdk import Mapped, SourceRecord, version_of
from hub.domain.findings import Finding, finding
from hub.domain.transcript import Transcript

__all__ = ["check_encodings"]

_NAUGHTY_MAX = 300
_NAMES = (
    "Nguyễn Thị Ánh",
    " Đỗ  Văn Bình",
    "Trần\u200bVăn C",
    "Lê\u202eVăn D",
    "0012",
    "NguyÔn ThÞ ¸nh",
    "Y",
    "Hoà Thuỷ",
)
_NAMES_WRITTEN = 2 * len(_NAMES)


async def check_encodings(subject: Subject) -> list[Finding] | NotApplicable:
    """Return a finding for each sample that is changed untold. Not applicable where no document can be said at all."""
    documents = served(subject, 1)
    found = [each for document in documents for each in _texts(subject, document)]
    if subject.simulator is not None:
        found += await check_text_files(subject)
        names = islice(_samples(subject), _NAMES_WRITTEN)
        found += await check_whole_way(subject, [name for name in names if can_write(subject, name)])
    unique = {(each.facts["sample"], each.path): each for each in found}
    return list(unique.values()) if documents else NO_DOCUMENT


def _texts(subject: Subject, document: Transcript) -> Iterator[Finding]:
    """Put each sample where the pupil's name, class and remarks stand, and compare what comes out."""
    value, _ = subject.connector.mapper.backward(document)
    for name, read in _READ.items():
        path = next((at for at, held in leaves(value) if held == read(document) and held), None)
        for sample in _samples(subject) if path is not None else ():
            changed = with_text(value, path or "", sample)
            mapped = _mapped(subject, changed)
            if mapped.transcript is not None and read(mapped.transcript) != sample and not is_told(mapped):
                shown = sample.encode("unicode_escape").decode()[:60]
                yield finding("CONFORMANCE_TEXT_CHANGED", f"$.{name}", facts={"sample": shown, "path": f"$.{name}"})


def _mapped(subject: Subject, value: Mapping[str, Any]) -> Mapped:
    version = version_of(value)
    return subject.connector.mapper.forward(SourceRecord(version, version, "kiểm thử", value), subject.context)


def _samples(subject: Subject) -> Iterator[str]:
    """Yield names as people and machines write them, decomposed too, and the published naughty strings."""
    yield from _NAMES
    yield from (unicodedata.normalize("NFD", name) for name in _NAMES)
    if subject.vectors is not None:
        published = json.loads((subject.vectors / "xml" / "strings" / "blns.json").read_text(encoding="utf-8"))
        yield from (text for text in islice(published, _NAUGHTY_MAX) if text and text.isprintable())


_READ: Mapping[str, Callable[[Transcript], str]] = {
    "student.name": lambda document: document.student.name,
    "class": lambda document: document.class_,
    "remarks": lambda document: document.remarks if isinstance(document.remarks, str) else "",
    "student.student_code": lambda document: document.student.student_code,
}
