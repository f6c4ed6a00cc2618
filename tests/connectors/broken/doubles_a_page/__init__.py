"""A good connector whose keys hold the place of a record: a page that comes twice is two sets of records."""

import dataclasses
from pathlib import Path

from hub.connectors.generic import GenericConnector, read_file
from hub.connectors.generic import simulator as play
from hub.connectors.sdk import read_manifest

HERE = Path(__file__).parent
GOOD = HERE.parent / "good.toml"


class ByPlace:
    """The good source, with file and row as the key of a record."""

    def __init__(self, good):
        self._good, self.close = good, good.close

    async def pull(self, cursor, limit):
        """Return the page under other keys."""
        page = await self._good.pull(cursor, limit)
        records = tuple(dataclasses.replace(record, key=record.place) for record in page.records)
        return dataclasses.replace(page, records=records)


class Doubling(GenericConnector):
    """The good connector with that source."""

    def source(self, opened):
        """Open it."""
        return ByPlace(super().source(opened))


def connector(file=None):
    """Return the connector."""
    made = Doubling(read_file(GOOD))
    made.manifest = read_manifest(HERE / "manifest.toml")
    return made


def simulator(transcripts, folder, faults, port=0):
    """Return the good connector's system."""
    return play(transcripts, folder, faults, port, GOOD)
