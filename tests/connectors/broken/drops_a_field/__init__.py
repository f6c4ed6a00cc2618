"""A good connector whose mapping forgets the ethnicity (dân tộc)."""

import dataclasses
from pathlib import Path

from msgspec import UNSET
from msgspec.structs import replace

from hub.connectors.generic import GenericConnector, read_file
from hub.connectors.generic import simulator as play
from hub.connectors.sdk import read_manifest

HERE = Path(__file__).parent
GOOD = HERE.parent / "good.toml"


class Forgetful:
    """The good mapper, less one field on the way in."""

    def __init__(self, good):
        self._good, self.version, self.backward = good, good.version, good.backward

    def forward(self, record, context):
        """Return the transcript without the ethnicity."""
        mapped = self._good.forward(record, context)
        if mapped.transcript is None:
            return mapped
        student = replace(mapped.transcript.student, ethnicity=UNSET)
        return dataclasses.replace(mapped, transcript=replace(mapped.transcript, student=student))


def connector(file=None):
    """Return the connector."""
    made = GenericConnector(read_file(GOOD))
    made.manifest, made.mapper = read_manifest(HERE / "manifest.toml"), Forgetful(made.mapper)
    return made


def simulator(transcripts, folder, faults, port=0):
    """Return the good connector's system."""
    return play(transcripts, folder, faults, port, GOOD)
