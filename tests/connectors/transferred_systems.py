"""Played systems of provinces that pupils leave and come to, and what each one's own source says of its pupils."""

import asyncio
import time
from collections import defaultdict
from functools import cache
from pathlib import Path

from hub.client import load_batch
from hub.connect.check.subject import context_of
from hub.connectors.nghe_an import PlayedDatabase
from hub.connectors.sdk import Context, Opened, SourceRecord, load
from hub.connectors.sdk.finding import door
from hub.connectors.simulating import Faults
from hub.domain import Transcript, pupil_of, read
from tests.connectors.checking import printed_file, transcripts_for

__all__ = ["GENERIC", "NAMES", "System", "every_school"]

GENERIC = "dong-thap"
NAMES = ("ha-noi", "hai-phong", "khanh-hoa", "nghe-an", "tien-giang", GENERIC)
_GIVEN = 4  # pupils of a kind that a system is given; which of them it can say is its own affair
_PATIENCE_S = 60.0


class System:
    """One province's system with its connector. `histories`: kind -> what it says of one pupil, oldest first."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder / name
        self.folder.mkdir()
        at = name
        if name == GENERIC:
            at = folder / f"{GENERIC}.toml"
            at.write_text(printed_file(), encoding="utf-8")
        self.connector = load(at)
        given = [t for found in _by_kind(transcripts_for(self.connector)).values() for h in found[:_GIVEN] for t in h]
        self.given = len(given)
        module, place = door(at)
        more = {"file": place} if place.is_file() else {}
        make = module.simulator if name != "nghe-an" else _by_view
        self.system = make(given, self.folder / "system", Faults(), **more)
        self.histories: dict[str, list[Transcript]] = {}

    async def start(self) -> None:
        """Start the system, and read it through the connector's source and mapping."""
        self.settings = {**await self.system.start(), "settle_s": 0}
        source = self.connector.source(Opened(self.settings, self.private("source"), time.monotonic))
        said, cursor, ends = [], None, time.monotonic() + _PATIENCE_S
        while len(said) < self.given - getattr(self.system, "left_out", 0):
            assert time.monotonic() < ends, (self.name, len(said))
            page = await source.pull(cursor, 200)
            cursor = page.cursor
            said += [t for record in page.records if (t := self.meant(record)) is not None]
            for batch in map(load_batch, page.batches):
                said += [read(batch.document(one.document_sha256)).transcript for one in batch.documents]
            await asyncio.sleep(0 if page.more else 0.05)
        await source.close()
        self.histories = {kind: found[0] for kind, found in _by_kind(said).items()}

    def meant(self, record: SourceRecord) -> Transcript | None:
        """Return what a record means by this system's mapping, None where it means no document."""
        return self.connector.mapper.forward(record, every_school()).transcript

    def private(self, name: str) -> Path:
        """Return a new folder of an instance."""
        folder = self.folder / name
        folder.mkdir()
        return folder


@cache
def every_school() -> Context:
    """Return a register that knows the schools of every province."""
    names = (name for name in NAMES if name != GENERIC)
    return context_of(t for name in names for t in transcripts_for(load(name)))


def _by_view(transcripts: list[Transcript], folder: Path, faults: Faults) -> PlayedDatabase:
    return PlayedDatabase(transcripts, folder, faults, view=True)


def _by_kind(documents: tuple[Transcript, ...] | list[Transcript]) -> dict[str, list[list[Transcript]]]:
    """Return the pupils' histories: two years at a primary or secondary school, one year, half a year."""
    pupils: defaultdict[str, list[Transcript]] = defaultdict(list)
    for one in documents:
        pupils[pupil_of(one)].append(one)
    found: defaultdict[str, list[list[Transcript]]] = defaultdict(list)
    for pupil in sorted(pupils):
        history = sorted(pupils[pupil], key=lambda one: one.school_year)
        said = [(one.grade, one.period) for one in history]
        kinds = {
            "primary, two years": said == [(1, "year"), (2, "year")],
            "secondary, two years": said == [(6, "year"), (7, "year")],
            "the last primary year": said == [(5, "year")],
            "upper secondary": said == [(12, "year")],
            "half a year": [period for _, period in said] == ["semester_1"],
        }
        for kind in (kind for kind, fits in kinds.items() if fits):
            found[kind].append(history)
    return found
