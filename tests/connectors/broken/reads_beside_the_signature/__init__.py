"""A sealed connector that puts into records what the signature does not cover: the name of a file."""

import dataclasses
from pathlib import Path

from hub.connectors.sdk import read_manifest
from hub.connectors.tien_giang import LotSystem, TienGiang
from hub.connectors.tien_giang import connector as good

HERE = Path(__file__).parent


class WithNames:
    """The good source, with a remark that nobody signed."""

    def __init__(self, good):
        self._good, self.close = good, good.close

    async def pull(self, cursor, limit):
        """Return the page with records that say more than was signed."""
        page = await self._good.pull(cursor, limit)
        return dataclasses.replace(page, records=tuple(map(self._told, page.records)))

    def _told(self, record):
        if record.value is None:
            return record
        pupil = {**record.value["HocSinh"], "NhanXetChung": f"Theo tệp {record.place}"}
        return dataclasses.replace(record, value={**record.value, "HocSinh": pupil})


class Broken(TienGiang):
    """The good connector with that source."""

    def source(self, opened):
        """Open it."""
        return WithNames(super().source(opened))


def connector(file=None):
    """Return the connector."""
    return Broken(read_manifest(HERE / "manifest.toml"), good().mappings)


def simulator(transcripts, folder, faults, port=0):
    """Return the good connector's system."""
    return LotSystem(transcripts, folder, faults, port)
