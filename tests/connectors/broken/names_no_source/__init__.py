"""A sealed connector that gives records without the signed files in which they stand."""

import dataclasses
from pathlib import Path

from hub.connectors.sdk import read_manifest
from hub.connectors.tien_giang import LotSystem, TienGiang
from hub.connectors.tien_giang import connector as good

HERE = Path(__file__).parent


class WithoutSources:
    """The good source, whose pages lack the files."""

    def __init__(self, good):
        self._good, self.close = good, good.close

    async def pull(self, cursor, limit):
        """Return the page without its sources."""
        return dataclasses.replace(await self._good.pull(cursor, limit), sources=())


class Broken(TienGiang):
    """The good connector with that source."""

    def source(self, opened):
        """Open it."""
        return WithoutSources(super().source(opened))


def connector(file=None):
    """Return the connector."""
    return Broken(read_manifest(HERE / "manifest.toml"), good().mappings)


def simulator(transcripts, folder, faults, port=0):
    """Return the good connector's system."""
    return LotSystem(transcripts, folder, faults, port)
