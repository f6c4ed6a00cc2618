"""Builders: transcripts of a small Hải Phòng, its register, and an instance of the connector beside a real server."""

import asyncio
from datetime import UTC, datetime
from functools import cache

import msgspec

from hub.connectors.hai_phong import connector, simulator
from hub.connectors.sdk import Context, Opened
from hub.connectors.simulating import Faults
from hub.domain.transcript import School
from hub.errors import Unavailable
from hub.local.population import Population

AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
WELL = Faults()


@cache
def transcripts(pupils=60, schools=4):
    """Return the documents of 2025-2026; with 200 pupils also those of the year before that the population has."""
    population = Population(
        5, pupil_count=pupils, school_count=schools, sos=("hai-phong",), school_year="2025-2026", at=AT
    )
    return tuple(t for submission in population.submissions() for t in submission.transcripts)


def two_years():
    """Return documents of the school years on both sides of the merger, of four schools."""
    return transcripts(200)


def the_register(made):
    """Return a context that knows the schools of the documents, and until the merger the former ones of Hải Dương."""
    known = {(t.school.code, t.school_year): t.school for t in made}
    for (code, year), school in list(known.items()):
        if year < "2025-2026":
            old = f"30{code[2:]}"
            known[old, year] = School(code=old, name=school.name, province="30")
    return Context(lambda code, year: known.get((code, year)))


def as_of_hai_duong(transcript):
    """Return the document as a former school of Hải Dương issued it."""
    old = f"30{transcript.school.code[2:]}"
    school = msgspec.structs.replace(transcript.school, code=old, province="30")
    return msgspec.structs.replace(transcript, school=school)


class World:
    """A simulated system and the connector's source and sink; `now` goes on as told, or when somebody waits."""

    def __init__(self, folder, made=None, faults=WELL):
        self.made = transcripts() if made is None else made
        self.folder, self.faults = folder, faults
        self.connector = connector()
        self.now = 0.0
        self.system = simulator(self.made, folder / "system", faults)
        self.waits = []

    async def __aenter__(self):
        self.settings = await self.system.start()
        self.source, self.sink = self.open()
        return self

    async def __aexit__(self, *_):
        await self.source.close()
        await self.sink.close()
        await self.system.stop()

    def open(self):
        """Open source and sink, as a restarted connector does."""
        opened = Opened(self.settings, self.folder / "connector", lambda: self.now)
        return self.connector.source(opened), self.connector.sink(opened)

    async def restart(self):
        """Kill and start the system on its port, with its state and nothing else."""
        await self.system.stop()
        port = int(self.settings["http"]["base_url"].rpartition(":")[2])
        self.system = simulator(self.made, self.folder / "system", self.faults, port)
        await self.system.start()

    async def walk(self, cursor=None, limit=200, *, pages_max=200):
        """Return the pages until nothing more is there; Unavailable is tried again, as the runner does."""
        pages = []
        for _ in range(pages_max):
            try:
                page = await self.source.pull(cursor, limit)
            except Unavailable as error:
                self.waits.append((error.code, error.facts.get("retry_after_s")))
                self.now += float(error.facts.get("retry_after_s", 1))
                continue
            pages.append(page)
            cursor = page.cursor
            if not page.more:
                return pages
        raise AssertionError("the walk has no end")


def run(work, seconds=60):
    """Run a coroutine to its end."""
    return asyncio.run(asyncio.wait_for(work, seconds))


def records_of(pages):
    """Return the records of pages by (key, version)."""
    return {(record.key, record.version): record for page in pages for record in page.records}
