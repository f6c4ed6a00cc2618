"""A good connector that names the file of an answer by the clock: written again, it is there twice."""

import time
from pathlib import Path

from msgspec.structs import replace

from hub.connectors.generic import GenericConnector, read_file
from hub.connectors.generic import simulator as play
from hub.connectors.sdk import read_manifest

HERE = Path(__file__).parent
GOOD = HERE.parent / "good.toml"


class ByClock:
    """The good sink, with another group, and so another file, each time."""

    def __init__(self, good):
        self._good, self.close = good, good.close

    async def write(self, answers):
        """Write the answers into a new file."""
        now = time.time_ns()
        await self._good.write([replace(answer, group=f"{answer.group}-{now}") for answer in answers])


class Repeating(GenericConnector):
    """The good connector with that sink."""

    def sink(self, opened):
        """Open it."""
        return ByClock(super().sink(opened))


def connector(file=None):
    """Return the connector."""
    made = Repeating(read_file(GOOD))
    made.manifest = read_manifest(HERE / "manifest.toml")
    return made


def simulator(transcripts, folder, faults, port=0):
    """Return the good connector's system."""
    return play(transcripts, folder, faults, port, GOOD)
