"""CSDL ngành, cấp tiểu học (C1): the sector database's result sheet, joined with the pupil list into transcripts."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from hub.connectors.csdl_c1.columns import SHAPE, fit
from hub.connectors.csdl_c1.documents import prepare, prepare_book, prepare_files
from hub.connectors.csdl_c1.source import ResultRow, ResultSheet, read_results
from hub.connectors.csdl_c1.writing import result_row, write_results
from hub.connectors.sdk import Connector

if TYPE_CHECKING:
    from hub.connectors.simulating import Faults, Simulator
    from hub.domain.transcript import Transcript

__all__ = [
    "SHAPE",
    "ResultRow",
    "ResultSheet",
    "connector",
    "fit",
    "prepare",
    "prepare_book",
    "prepare_files",
    "read_results",
    "result_row",
    "simulator",
    "write_results",
]


def connector(file: Path | None = None) -> Connector:
    """Return the reader as a connector of a drop folder; `file` is only for connectors that are one file."""
    from hub.connectors.csdl_c1.connecting import connector as made  # noqa: PLC0415  slow to import

    return made(file)


def simulator(transcripts: "Iterable[Transcript]", folder: Path, faults: "Faults", port: int = 0) -> "Simulator":
    """Return the schools' side, played: a drop folder with their exports, and our answers beside them."""
    from hub.connectors.csdl_c1.exporting import simulator as made  # noqa: PLC0415  slow to import

    return made(transcripts, folder, faults, port)
