"""A good connector that rounds the marks of the year."""

import dataclasses
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from hub.connectors.generic import GenericConnector, read_file
from hub.connectors.generic import simulator as play
from hub.connectors.sdk import read_manifest

HERE = Path(__file__).parent
GOOD = HERE.parent / "good.toml"


class Rounding:
    """The good mapper, with marks of the year as whole numbers on the way in."""

    def __init__(self, good):
        self._good, self.version, self.backward = good, good.version, good.backward

    def forward(self, record, context):
        """Return the transcript with rounded marks."""
        mapped = self._good.forward(record, context)
        if mapped.transcript is None:
            return mapped
        subjects = tuple(_rounded(row) for row in mapped.transcript.subjects)
        return dataclasses.replace(mapped, transcript=replace(mapped.transcript, subjects=subjects))


def _rounded(row):
    if not isinstance(row.year, str) or not row.year[0].isdecimal():
        return row
    return replace(row, year=f"{round(Decimal(row.year))}.0")


def connector(file=None):
    """Return the connector."""
    made = GenericConnector(read_file(GOOD))
    made.manifest, made.mapper = read_manifest(HERE / "manifest.toml"), Rounding(made.mapper)
    return made


def simulator(transcripts, folder, faults, port=0):
    """Return the good connector's system."""
    return play(transcripts, folder, faults, port, GOOD)
