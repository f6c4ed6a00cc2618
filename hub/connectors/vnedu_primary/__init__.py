"""vnEdu, cấp tiểu học: the class summary (one sheet a class), joined with the pupil list into transcripts."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from hub.connectors.sdk import Connector
from hub.connectors.vnedu_primary.columns import SHAPE, fit
from hub.connectors.vnedu_primary.documents import GRADES, prepare, prepare_book, prepare_files
from hub.connectors.vnedu_primary.source import ClassRow, Summary, read_book
from hub.connectors.vnedu_primary.writing import ClassToWrite, class_of, write_classes

if TYPE_CHECKING:
    from hub.connectors.simulating import Faults, Simulator
    from hub.domain.transcript import Transcript

__all__ = [
    "GRADES",
    "SHAPE",
    "ClassRow",
    "ClassToWrite",
    "Summary",
    "class_of",
    "connector",
    "fit",
    "prepare",
    "prepare_book",
    "prepare_files",
    "read_book",
    "simulator",
    "write_classes",
]


def connector(file: Path | None = None) -> Connector:
    """Return the reader as a connector of a drop folder; `file` is only for connectors that are one file."""
    from hub.connectors.vnedu_primary.connecting import connector as made  # noqa: PLC0415  slow to import

    return made(file)


def simulator(transcripts: "Iterable[Transcript]", folder: Path, faults: "Faults", port: int = 0) -> "Simulator":
    """Return the schools' side, played: a drop folder with their exports, and our answers beside them."""
    from hub.connectors.vnedu_primary.exporting import simulator as made  # noqa: PLC0415  slow to import

    return made(transcripts, folder, faults, port)
