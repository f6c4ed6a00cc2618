"""Play schools that export class summaries of vnEdu: a workbook a class, the pupil list beside it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from hub.connectors.answer_sheets import workbook_bytes
from hub.connectors.reader_systems import Export, ReaderSystem, is_rated_year, reshaped_sheet
from hub.connectors.simulating import Faults
from hub.connectors.vnedu_primary.documents import GRADES
from hub.connectors.vnedu_primary.mapping import TITLES
from hub.connectors.vnedu_primary.writing import class_of, class_sheet
from hub.domain.transcript import Transcript

__all__ = ["simulator"]

_CHANGED = TITLES["promoted"]  # a column that no sheet must have


def simulator(transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0) -> ReaderSystem:
    """Return the system; a folder has no `port`."""
    return ReaderSystem(Export(".xlsx", _says, _file), transcripts, folder, faults)


def _says(t: Transcript) -> bool:
    """Tell whether a summary can say it, as the manifest has it."""
    return t.grade in GRADES and is_rated_year(t)


def _file(members: Sequence[Transcript], faults: Faults, number: int) -> bytes:
    """Write every second class with mã học sinh: without it pupils are found by name and birth date."""
    sheet = class_sheet(class_of(members, coded=number % 2 == 0))
    return workbook_bytes([reshaped_sheet(sheet, _CHANGED, faults, number)])
