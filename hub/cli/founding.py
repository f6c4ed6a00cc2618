"""Founding for `hub up`: a small synthetic population's keys and registers, made once for an empty data folder."""

import asyncio
import json
from datetime import datetime
from pathlib import Path

from hub.cli.progress import Told
from hub.errors import Unavailable
from hub.kafka.producer import Sender
from hub.local.demo.story import publish_register
from hub.local.founding import Founded, found_keys
from hub.local.hub import LocalHub
from hub.local.population import Population

__all__ = ["found", "needs_founding"]

SEED, PUPIL_COUNT, SCHOOL_COUNT, SCHOOL_YEAR = 2026, 400, 8, "2025-2026"
_MARKER, _JOURNAL = "founded.json", "journal.jsonl"


def needs_founding(folder: Path) -> bool:
    """Tell whether the folder is empty of a hub. Raises Unavailable DATA_FOLDER_HALF_FOUNDED after an interruption."""
    if not (folder / "secrets" / "bo").is_dir():
        return True
    if not ((folder / _MARKER).exists() or (folder / _JOURNAL).exists()):
        raise Unavailable("DATA_FOLDER_HALF_FOUNDED", {"folder": str(folder)})
    return False


def found(hub: LocalHub, at: datetime, tell: Told) -> Population:
    """Make keys, start the workers, publish the registers and wait until every organisation has them."""
    population = Population(
        SEED, pupil_count=PUPIL_COUNT, at=at, school_year=SCHOOL_YEAR, school_count=SCHOOL_COUNT, sos=hub.slugs
    )
    founded = found_keys(population, hub.secrets)
    hub.start_workers()
    asyncio.run(_publish(hub, population, founded, tell))
    schools = [{"code": s.code, "so": s.so, "name": s.name} for s in population.schools()]
    about = {"synthetic": True, "seed": SEED, "at": at.isoformat(), "school_year": SCHOOL_YEAR, "schools": schools}
    (hub.data / _MARKER).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return population


async def _publish(hub: LocalHub, population: Population, founded: Founded, tell: Told) -> None:
    sender = Sender(hub.bootstrap)
    try:
        await publish_register(hub, population, founded, sender, tell)
    finally:
        await sender.close()
