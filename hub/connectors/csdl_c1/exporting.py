"""Play schools that export the sector database's result sheet: a workbook a class, the pupil list beside it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from hub.connectors.answer_sheets import workbook_bytes
from hub.connectors.csdl_c1.documents import GRADES
from hub.connectors.csdl_c1.writing import result_row, result_sheet
from hub.connectors.reader_systems import Export, ReaderSystem, is_rated_year, reshaped_sheet
from hub.connectors.simulating import Faults
from hub.domain.transcript import Transcript

__all__ = ["simulator"]

_CHANGED = "Tiếng dân tộc"  # a column that no pupil must have


def simulator(transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0) -> ReaderSystem:
    """Return the system; a folder has no `port`."""
    return ReaderSystem(Export(".xlsx", _says, _file), transcripts, folder, faults)


def _says(t: Transcript) -> bool:
    """Tell whether the sheet can say it, as the manifest has it."""
    return t.grade in GRADES and is_rated_year(t)


def _file(members: Sequence[Transcript], faults: Faults, number: int) -> bytes:
    sheet = result_sheet([result_row(transcript, row) for row, transcript in enumerate(members, 1)])
    return workbook_bytes([reshaped_sheet(sheet, _CHANGED, faults, number)])
