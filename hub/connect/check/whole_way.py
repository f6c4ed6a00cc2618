"""Names through the whole way: written by the system as people and machines write them, read back by its own reader.

A mapper sees values; what a reader makes of a cell or a field before that shows only here.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from msgspec.structs import replace as changed

from hub.connect.check.subject import Subject
from hub.connect.check.systems import playing, pulled_all, served
from hub.connectors.sdk import Mapped
from hub.domain.findings import Finding, finding
from hub.domain.transcript import Transcript
from hub.errors import Refused

__all__ = ["check_whole_way"]

_PATIENCE_S = 60.0
_SHOWN_LENGTH_MAX = 60


async def check_whole_way(subject: Subject, names: Sequence[str]) -> list[Finding]:
    """Return a finding for each name that comes out changed and untold; one that is refused is well."""
    documents = served(subject, len(names))
    written = [_named(document, name) for document, name in zip(documents, names, strict=False)]
    plain, read = await asyncio.gather(_mapped(subject, documents, "plain"), _mapped(subject, written, "names"))
    return list(_changed(written, plain, read))


def _changed(
    written: Sequence[Transcript], plain: dict[str, Mapped], read: dict[str, Mapped]
) -> Iterator[Finding]:  # fmt: skip
    for document in written:
        code, name = document.student.student_code, document.student.name
        mapped = read.get(code)
        told = set() if mapped is None else _told(mapped) - (_told(plain[code]) if code in plain else set())
        if mapped is not None and mapped.transcript is not None and mapped.transcript.student.name != name and not told:
            shown = name.encode("unicode_escape").decode()[:_SHOWN_LENGTH_MAX]
            facts = {"sample": shown, "path": "tên / name"}
            yield finding("CONFORMANCE_TEXT_CHANGED", "$.student.name", facts=facts)


def _told(mapped: Mapped) -> set[str]:
    guessed = {loss.path for loss in mapped.losses if loss.kind == "guessed"}
    return {found.code for found in mapped.findings} | guessed


async def _mapped(subject: Subject, documents: Sequence[Transcript], name: str) -> dict[str, Mapped]:
    """Return what the connector makes of these documents, by student code; nothing where the system refuses them."""
    found: dict[str, Mapped] = {}
    with suppress(Refused):
        async with playing(replace(subject, documents=documents), f"way-{name}", len(documents)) as (_, settings):
            at_once = {**settings, "settle_s": 0}
            pulled = await pulled_all(subject, at_once, f"way-{name}-in", lambda p: bool(p.records), _PATIENCE_S)
        for record in pulled.records.values():
            mapped = subject.connector.mapper.forward(record, subject.context)
            if mapped.transcript is not None:
                found[mapped.transcript.student.student_code] = mapped
    return found


def _named(document: Transcript, name: str) -> Transcript:
    return changed(document, student=changed(document.student, name=name))
