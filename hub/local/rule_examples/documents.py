"""Examples of rules that a document alone can break: a correct one of the population with one planted fault."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache, partial
from typing import Any

import msgspec

from hub.domain import Finding, Transcript, canonical, examine
from hub.local.population import FAULTS, RULE_FAULTS, DocumentDraft, DocumentFault, Population, RuleFault

__all__ = ["about_document", "correct_documents"]

_AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
_YEARS = ("2025-2026", "2023-2024", "2020-2021")
_PUPILS = 1200
_EARLY = date(2026, 1, 10)  # before the school year is over
_Broken = Callable[[Transcript, bytes], bytes | None]


def about_document(code: str) -> tuple[str, Finding] | None:
    """Return what document breaks a rule, and the finding; None where no document alone does."""
    on = _EARLY if code == "SCHOOL_YEAR_NOT_ENDED" else _AT.date()
    for broken in _breaking(code):
        for transcript, document in correct_documents():
            changed = broken(transcript, document)
            findings = () if changed is None else examine(changed, on).findings
            found = next((one for one in findings if one.code == code), None)
            if found is not None:
                return f"{transcript.regulation}, lớp/grade {transcript.grade}", found
    return None


@cache
def correct_documents() -> tuple[tuple[Transcript, bytes], ...]:
    """Return documents of all grades and circulars with their bytes."""
    return tuple((t, canonical(t)) for year in _YEARS for t in _drawn(year))


def _drawn(year: str) -> Iterator[Transcript]:
    population = Population(1, pupil_count=_PUPILS, school_count=8, school_year=year, at=_AT)
    return (t for submission in population.submissions() for t in submission.transcripts)


def _breaking(code: str) -> Iterator[_Broken]:
    """Yield the ways in which a document can break a rule."""
    yield from (partial(_by_rule, fault) for fault in RULE_FAULTS if fault.code == code)
    yield from (
        partial(_by_document, fault)
        for fault in FAULTS
        if isinstance(fault, DocumentFault) and code in fault.codes and not fault.needs_strangers
    )
    if code == "SCHOOL_YEAR_NOT_ENDED":
        yield lambda _, document: document


def _by_rule(fault: RuleFault, transcript: Transcript, document: bytes) -> bytes | None:
    value = msgspec.json.decode(document)
    if transcript.regulation not in fault.regulations or not fault.plant(value):
        return None
    return _written(value, fault.rewrite)


def _by_document(fault: DocumentFault, transcript: Transcript, document: bytes) -> bytes | None:
    draft = DocumentDraft(msgspec.json.decode(document), [], {}, None)
    if all(transcript.grade not in level.grades for level in fault.levels):
        return None
    if fault.edit is not None:
        fault.edit(draft)
    return _written(draft.value, fault.rewrite)


def _written(value: Any, rewrite: Callable[[bytes], bytes] | None) -> bytes:
    document = msgspec.json.encode(value, order="sorted")
    return document if rewrite is None else rewrite(document)
