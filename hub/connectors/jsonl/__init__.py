"""JSON Lines: one transcript a line, for all grades and every field of the document."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from hub.connectors.jsonl.source import prepare, read_lines
from hub.connectors.jsonl.writing import write_jsonl
from hub.connectors.sdk import Connector

if TYPE_CHECKING:
    from hub.connectors.simulating import Faults, Simulator
    from hub.domain.transcript import Transcript

__all__ = ["connector", "prepare", "read_lines", "simulator", "write_jsonl"]


def connector(file: Path | None = None) -> Connector:
    """Return the reader as a connector of a drop folder; `file` is only for connectors that are one file."""
    from hub.connectors.jsonl.connecting import connector as made  # noqa: PLC0415  slow to import

    return made(file)


def simulator(transcripts: "Iterable[Transcript]", folder: Path, faults: "Faults", port: int = 0) -> "Simulator":
    """Return the schools' side, played: a drop folder with their exports, and our answers beside them."""
    from hub.connectors.jsonl.exporting import simulator as made  # noqa: PLC0415  slow to import

    return made(transcripts, folder, faults, port)
