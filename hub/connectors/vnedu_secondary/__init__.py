"""vnEdu, cấp THCS và THPT: sheets of marks, one subject each (detail or summary), joined into transcripts to check."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from hub.connectors.sdk import Connector
from hub.connectors.vnedu_secondary.columns import SHAPE, fit
from hub.connectors.vnedu_secondary.component_marks import ComponentMarks, component_marks
from hub.connectors.vnedu_secondary.documents import prepare, prepare_book, prepare_books, prepare_files
from hub.connectors.vnedu_secondary.rows import MarkRow
from hub.connectors.vnedu_secondary.source import MarkBook, MarkSheet, read_book, read_books, read_files
from hub.connectors.vnedu_secondary.writing import (
    SheetOf,
    detail_row,
    detail_sheet,
    detail_title,
    summary_row,
    summary_sheet,
)

if TYPE_CHECKING:
    from hub.connectors.simulating import Faults, Simulator
    from hub.domain.transcript import Transcript

__all__ = [
    "SHAPE",
    "ComponentMarks",
    "MarkBook",
    "MarkRow",
    "MarkSheet",
    "SheetOf",
    "component_marks",
    "connector",
    "detail_row",
    "detail_sheet",
    "detail_title",
    "fit",
    "prepare",
    "prepare_book",
    "prepare_books",
    "prepare_files",
    "read_book",
    "read_books",
    "read_files",
    "simulator",
    "summary_row",
    "summary_sheet",
]


def connector(file: Path | None = None) -> Connector:
    """Return the reader as a connector of a drop folder; `file` is only for connectors that are one file."""
    from hub.connectors.vnedu_secondary.connecting import connector as made  # noqa: PLC0415  slow to import

    return made(file)


def simulator(transcripts: "Iterable[Transcript]", folder: Path, faults: "Faults", port: int = 0) -> "Simulator":
    """Return the schools' side, played: a drop folder with their exports, and our answers beside them."""
    from hub.connectors.vnedu_secondary.exporting import simulator as made  # noqa: PLC0415  slow to import

    return made(transcripts, folder, faults, port)
