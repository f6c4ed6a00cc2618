"""Pull a source until nothing more is there, as the runner would: patient with what passes, bounded in every way."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from hub.client import load_batch
from hub.connectors.sdk import Page, Source, SourceRecord
from hub.domain import pupil_of, read
from hub.domain.findings import Finding
from hub.errors import Refused, Unavailable

__all__ = ["PAGE_RECORDS", "Pulled", "drain", "records_of_batches"]

PAGE_RECORDS = 50
_PULLS_MAX = 2_000
_WAIT_MAX_S = 3.0
_IDLE_PULLS_MAX = 40  # pulls that say "more" and bring nothing new


@dataclass(slots=True)
class Pulled:
    """What came: records by (key, version) in order of arrival, findings of pages, how often it was asked."""

    records: dict[tuple[str, str], SourceRecord] = field(default_factory=dict)
    again: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    cursor: str | None = None
    pulls: int = 0
    unavailable: list[str] = field(default_factory=list)
    largest_page: int = 0
    idle: int = 0

    @property
    def keys(self) -> set[str]:
        """The keys of all records."""
        return {key for key, _ in self.records}

    def read(self, *, checking_only: bool) -> set[str]:
        """Return the keys of the records that could be read: those with a value, or all of one that never has any."""
        return {key for (key, _), record in self.records.items() if record.value is not None or checking_only}

    def take(self, page: Page) -> None:
        """Take a page in."""
        self.pulls += 1
        self.cursor = page.cursor
        self.largest_page = max(self.largest_page, len(page.records))
        self.findings += page.findings
        known = len(self.records)
        for record in (*page.records, *records_of_batches(page.batches)):
            place = (record.key, record.version)
            self.again[place] += 1
            self.records.setdefault(place, record)
        self.idle = 0 if len(self.records) > known or not page.more else self.idle + 1


def records_of_batches(batches: Iterable[Path]) -> Iterator[SourceRecord]:
    """Yield the documents of signed batches as records. Raises Refused BATCH_DAMAGED."""
    for folder in batches:
        batch = load_batch(folder)
        for named in batch.documents:
            data = batch.document(named.document_sha256)
            transcript = read(data).transcript
            if transcript is None:
                raise Refused("BATCH_DAMAGED", {"file": f"documents/{named.document_sha256}.json"})
            key = f"{batch.school}/{pupil_of(transcript)}/{batch.school_year}/{transcript.period}"
            yield SourceRecord(key, named.document_sha256, folder.name, msgspec.json.decode(data))


async def drain(
    source: Source, pulled: Pulled, *, patience_s: float, now: Callable[[], float], limit: int = PAGE_RECORDS,
    enough: Callable[[Pulled], bool] = lambda _: True,
) -> Pulled:  # fmt: skip
    """Pull until no more is there and `enough` holds; Unavailable is waited out. Ends without a word at `patience_s`.

    `enough` is for systems whose files ripen: nothing more *now* is not nothing more.
    """
    ends = now() + patience_s
    while pulled.pulls < _PULLS_MAX and pulled.idle < _IDLE_PULLS_MAX and now() < ends:
        try:
            page = await source.pull(pulled.cursor, limit)
        except Unavailable as unavailable:
            pulled.unavailable.append(unavailable.code)
            await asyncio.sleep(_wait_s(unavailable, len(pulled.unavailable)))
            continue
        pulled.take(page)
        if not page.more:
            if enough(pulled):
                return pulled
            await asyncio.sleep(0.2)
    return pulled


def _wait_s(unavailable: Unavailable, times: int) -> float:
    told = unavailable.facts.get("retry_after_s", "")
    asked = float(told) if told.replace(".", "", 1).isdigit() else min(0.05 * times, 0.5)
    return min(max(asked, 0.02), _WAIT_MAX_S)
