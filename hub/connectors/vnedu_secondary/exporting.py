"""Play schools that export sheets of marks: a workbook a class, a sheet for each subject and semester."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import UNSET

from hub.connectors.answer_sheets import workbook_bytes
from hub.connectors.reader_systems import Export, ReaderSystem, is_of_citizen, reshaped_sheet
from hub.connectors.simulating import Faults
from hub.connectors.vnedu_secondary.documents import GRADES, REGULATION
from hub.connectors.vnedu_secondary.writing import SheetOf, detail_row, detail_sheet
from hub.connectors.workbook_writing import SheetToWrite
from hub.domain.transcript import Transcript

__all__ = ["simulator"]

_CHANGED: Final = "Nhận xét"  # a column that no sheet must have
_SEMESTERS: Final = (1, 2)


def simulator(transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0) -> ReaderSystem:
    """Return the system; a folder has no `port`."""
    return ReaderSystem(Export(".xlsx", _says, _file), transcripts, folder, faults)


def _says(t: Transcript) -> bool:
    """Tell whether sheets of marks can say it: a whole year of a citizen, each subject with all its results."""
    whole = all(UNSET not in (s.semester_1, s.semester_2, s.year) for s in t.subjects)
    return t.grade in GRADES and (t.regulation, t.period) == (REGULATION, "year") and is_of_citizen(t) and whole


def _file(members: Sequence[Transcript], faults: Faults, number: int) -> bytes:
    return workbook_bytes([reshaped_sheet(sheet, _CHANGED, faults, number) for sheet in _sheets(members)])


def _sheets(members: Sequence[Transcript]) -> Iterator[SheetToWrite]:
    first = members[0]
    codes = dict.fromkeys(subject.code for transcript in members for subject in transcript.subjects)
    for code in codes:
        taking = [t for t in members if code in {subject.code for subject in t.subjects}]
        for semester in _SEMESTERS:
            of = SheetOf(code, semester, first.school_year, first.class_)
            rows = [detail_row(t, row, of, _choosing(f"{t.student.student_code}/{code}/{semester}"))
                    for row, t in enumerate(taking, 1)]  # fmt: skip
            yield detail_sheet(of, rows)


def _choosing(of: str) -> Callable[[int, int], int]:
    """Return a choice of component marks that is the same each time."""
    state = hashlib.sha256(of.encode()).digest()

    def choose(least: int, most: int) -> int:
        nonlocal state
        state = hashlib.sha256(state).digest()
        return least + int.from_bytes(state[:4], "big") % (most - least + 1)

    return choose
