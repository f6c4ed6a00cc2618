"""Trang đôi và chụp lại: a page that comes twice, and everything read again, give each record under one key once."""

from collections import Counter
from collections.abc import Iterator

from hub.connect.check.outcome import NotApplicable
from hub.connect.check.pulling import Pulled
from hub.connect.check.subject import Subject
from hub.connect.check.systems import playing, pulled_all, served
from hub.connectors.simulating import Faults
from hub.domain import pupil_of
from hub.domain.findings import Finding, finding

__all__ = ["check_pages", "doubled_identities"]

_DOCUMENT_COUNT = 120


async def check_pages(subject: Subject) -> list[Finding] | NotApplicable:
    """Compare a plain reading, a second one, and one with pages that come twice. Not applicable without a simulator."""
    if subject.simulator is None:
        return subject.unplayed
    count = len(served(subject, _DOCUMENT_COUNT))
    async with playing(subject, "pages", _DOCUMENT_COUNT) as (simulator, settings):
        left_out = int(getattr(simulator, "left_out", 0))
        plain = await _settled(subject, settings, "pages-1", count - left_out)
        again = await _settled(subject, settings, "pages-2", len(plain.keys))
    async with playing(subject, "pages-twice", _DOCUMENT_COUNT, Faults(duplicate_page=True)) as (_, settings):
        twice = await _settled(subject, settings, "pages-3", len(plain.keys))
    return [
        *_lost(count - left_out - len(plain.keys), "lần đọc đầu / first reading"),
        *_lost(_without_document(subject, plain, count - left_out), "không thành học bạ / no document came of it"),
        *_doubled(doubled_identities(subject, plain), "lần đọc đầu / first reading"),
        *_compared(plain, again, "đọc lại / second reading"),
        *_compared(plain, twice, "trang đôi / duplicate page"),
    ]


def _without_document(subject: Subject, pulled: Pulled, wanted: int) -> int:
    """Return how many records of a system that is well do not become documents, though the manifest claims them."""
    if subject.connector.manifest.checking_only:
        return 0
    latest = {record.key: record for record in pulled.records.values()}
    made = [subject.connector.mapper.forward(record, subject.context).transcript for record in latest.values()]
    return min(wanted, len(latest)) - sum(transcript is not None for transcript in made)


def doubled_identities(subject: Subject, pulled: Pulled) -> int:
    """Return how many records are the same pupil, school, year and period under another key."""
    identities: Counter[tuple[str, ...]] = Counter()
    latest = {record.key: record for record in pulled.records.values()}
    for record in latest.values():
        transcript = subject.connector.mapper.forward(record, subject.context).transcript if record.value else None
        if transcript is not None:
            t = transcript
            identities[t.school.code, pupil_of(t), t.school_year, t.period] += 1
    return sum(count - 1 for count in identities.values())


async def _settled(subject: Subject, settings: object, name: str, wanted: int) -> Pulled:
    assert isinstance(settings, dict)
    return await pulled_all(subject, settings, name, lambda pulled: len(pulled.keys) >= wanted, patience_s=90)


def _compared(plain: Pulled, other: Pulled, when: str) -> Iterator[Finding]:
    yield from _lost(len(plain.keys - other.keys), when)
    yield from _doubled(len(other.keys - plain.keys), when)


def _lost(count: int, when: str) -> Iterator[Finding]:
    if count > 0:
        yield finding("CONFORMANCE_RECORD_LOST", facts={"count": str(count), "when": when})


def _doubled(count: int, when: str) -> Iterator[Finding]:
    if count > 0:
        yield finding("CONFORMANCE_RECORD_DOUBLED", facts={"count": str(count), "when": when})
