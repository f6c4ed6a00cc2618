"""Builders: transcripts of a small Tiền Giang, its register, and an instance of the connector beside a real server."""

import asyncio
import time
from datetime import UTC, datetime
from functools import cache

from hub.connectors.sdk import Context, Opened
from hub.connectors.simulating import Faults
from hub.connectors.tien_giang import connector, simulator
from hub.errors import Unavailable
from hub.local.population import Population

AT = datetime(2026, 6, 15, 2, tzinfo=UTC)
WELL = Faults()
PULLS_MAX = 400


@cache
def transcripts(pupils=200, schools=4):
    """Return documents of 2025-2026 and, of those who were there, of the year before: on both sides of the merger."""
    population = Population(
        7, pupil_count=pupils, school_count=schools, sos=("tien-giang",), school_year="2025-2026", at=AT
    )
    return tuple(t for submission in population.submissions() for t in submission.transcripts)


def the_register(made):
    """Return a context that knows the schools of the documents in their years."""
    known = {(t.school.code, t.school_year): t.school for t in made}
    return Context(lambda code, year: known.get((code, year)))


class World:
    """A simulated system and the connector's source and sink; everything lies still at once unless a test says so."""

    def __init__(self, folder, made=None, faults=WELL, settle_s=0.0):
        self.made = transcripts() if made is None else made
        self.folder, self.settle_s = folder, settle_s
        self.connector = connector()
        self.system = simulator(self.made, folder / "system", faults)

    async def __aenter__(self):
        self.settings = {**await self.system.start(), "settle_s": self.settle_s}
        self.source, self.sink = self.open()
        return self

    async def __aexit__(self, *_):
        await self.source.close()
        await self.sink.close()
        await self.system.stop()

    def open(self):
        """Open source and sink, as a restarted connector does."""
        opened = Opened(self.settings, self.folder / "connector", time.monotonic)
        return self.connector.source(opened), self.connector.sink(opened)

    async def walk(self, cursor=None, limit=200, *, enough=lambda pages: True, anew=False):
        """Return the pages until nothing more is there; `anew`: each page by another process."""
        pages = []
        for _ in range(PULLS_MAX):
            try:
                page = await self.source.pull(cursor, limit)
            except Unavailable:
                await asyncio.sleep(0.02)
                continue
            pages.append(page)
            cursor = page.cursor
            if anew:
                await self.source.close()
                self.source, _ = self.open()
            if not page.more and enough(pages):
                return pages
            await asyncio.sleep(0 if page.more else 0.1)
        raise AssertionError("the walk has no end")


def run(work, seconds=60):
    """Run a coroutine to its end."""
    return asyncio.run(asyncio.wait_for(work, seconds))


def records_of(pages):
    """Return the records of pages, in their order."""
    return [record for page in pages for record in page.records]


def read_of(pages):
    """Return the records that have a value by key, the newest version of each."""
    return {record.key: record for record in records_of(pages) if record.value is not None}


def told_of(pages):
    """Return the codes of findings: of records that are refused, and of pages."""
    refused = [found.code for record in records_of(pages) if record.value is None for found in record.findings]
    return refused, [found.code for page in pages for found in page.findings]
