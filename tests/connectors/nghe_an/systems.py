"""A played database with a few records, and a source of it that goes on where it was."""

import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from hub.connectors.nghe_an import NgheAn, PlayedDatabase, connector
from hub.connectors.sdk import Opened, Page, SourceRecord, UnlockRequest
from hub.connectors.simulating import Faults
from hub.domain.transcript import Transcript
from tests.connectors.checking import transcripts_for

__all__ = ["Reader", "a_connector", "documents", "playing"]

COUNT = 12


@cache
def a_connector() -> NgheAn:
    """Return the connector."""
    return connector()


def documents(count: int = COUNT) -> list[Transcript]:
    """Return synthetic transcripts of the province."""
    return list(transcripts_for(a_connector()))[:count]


@asynccontextmanager
async def playing(
    *, view: bool = False, count: int = COUNT, faults: Faults | None = None
) -> AsyncIterator[PlayedDatabase]:
    """Play the system in a folder of its own; `settings` of it are those of an instance."""
    with tempfile.TemporaryDirectory(prefix="hub-nghe-an-", ignore_cleanup_errors=True) as folder:
        system = PlayedDatabase(documents(count), Path(folder) / "system", faults or Faults(), view=view)
        system.settings = await system.start()
        try:
            yield system
        finally:
            await system.stop()


class Reader:
    """Pulls as the runner does: each time with the cursor that was stored, each time with a new source."""

    def __init__(self, settings: dict, cursor: str | None = None) -> None:
        self.settings, self.cursor = settings, cursor
        self.records: list[SourceRecord] = []
        self.requests: list[UnlockRequest] = []
        self.codes: list[str] = []

    async def page(self, limit: int = 50) -> Page:
        """Pull once."""
        source = a_connector().source(Opened(self.settings, Path(tempfile.gettempdir()), time.monotonic))
        page = await source.pull(self.cursor, limit)
        self.cursor = page.cursor
        self.records += page.records
        self.requests += page.requests
        self.codes += [found.code for found in page.findings]
        return page

    async def all(self, limit: int = 50) -> "Reader":
        """Pull until nothing more is there now; what came before is forgotten."""
        self.records, self.requests, self.codes = [], [], []
        while (await self.page(limit)).more:
            pass
        return self

    @property
    def keys(self) -> list[str]:
        """Return the keys that came."""
        return [record.key for record in self.records]
