"""Play a system that exports JSON Lines: a file a class, one document a line."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from hub.connectors.reader_systems import Export, ReaderSystem
from hub.connectors.simulating import Faults
from hub.domain.reading import canonical
from hub.domain.transcript import Transcript

__all__ = ["simulator"]

_CHANGED = "remarks"  # a field that no document must have


def simulator(transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0) -> ReaderSystem:
    """Return the system; a folder has no `port`. A line says everything that a document does."""
    return ReaderSystem(Export(".jsonl", lambda _: True, _file, listed=False), transcripts, folder, faults)


def _file(members: Sequence[Transcript], faults: Faults, number: int) -> bytes:
    return b"".join(_line(transcript, faults, number) + b"\n" for transcript in members)


def _line(transcript: Transcript, faults: Faults, number: int) -> bytes:
    data = canonical(transcript)
    if faults.schema is None:
        return data
    shown = faults.reshaped(json.loads(data), _CHANGED, number)
    return json.dumps(shown, ensure_ascii=False).encode()
