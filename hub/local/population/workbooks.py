"""Tệp Excel C1: the result sheet and the pupil list of one class of grades 1 to 3, with a few planted row faults."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.connectors.csdl_c1 import result_row, write_results
from hub.connectors.pupil_list import pupil_row, write_pupils
from hub.domain.transcript import Student, Transcript

__all__ = ["ROW_FAULTS", "PlantedRow", "RowFault", "Workbooks", "write_workbooks"]

FIRST_RESULT_ROW = 4  # after three header rows
_CODE, _NAME, _BIRTH, _LEVEL, _SCORE = 2, 3, 4, 5, 6  # places in a result row: mã học sinh, ..., Toán
_LIST_NAME, _LIST_PERSONAL_ID = 4, 12  # places in a pupil row


@dataclass(slots=True)
class _Sheets:
    """Both sheets before they are written; `hidden` are row numbers of the result sheet."""

    results: list[list[Any]]
    pupils: list[list[Any]]
    hidden: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class RowFault:
    """One kind of bad row: its code at the result row, and whether that row becomes no document."""

    kind: str
    code: str
    refuses: bool
    change: Callable[[_Sheets, int], None]
    fits: Callable[[Student], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class PlantedRow:
    """A planted fault: `row` is the Excel row number of the result sheet."""

    kind: str
    code: str
    refuses: bool
    row: int
    student_code: str


@dataclass(frozen=True, slots=True)
class Workbooks:
    """The two files of one class and what they hold: `transcripts[i]` stands in row `FIRST_RESULT_ROW` + i."""

    results: Path
    pupils: Path
    transcripts: tuple[Transcript, ...]
    planted: tuple[PlantedRow, ...]


def _set(place: int, value: Any) -> Callable[[_Sheets, int], None]:
    """Return a change that writes `value` at `place` of the result row."""

    def change(sheets: _Sheets, index: int) -> None:
        sheets.results[index][place] = value

    return change


def _decomposed_name(sheets: _Sheets, index: int) -> None:
    row = sheets.results[index]
    row[_NAME] = unicodedata.normalize("NFD", row[_NAME])


def _code_as_number(sheets: _Sheets, index: int) -> None:
    row = sheets.results[index]
    row[_CODE] = int(row[_CODE])


def _hidden(sheets: _Sheets, index: int) -> None:
    sheets.hidden.add(FIRST_RESULT_ROW + index)


def _not_in_list(sheets: _Sheets, index: int) -> None:
    sheets.pupils[index] = []


def _other_name_in_list(sheets: _Sheets, index: int) -> None:
    sheets.pupils[index][_LIST_NAME] = "Nguyễn Văn Khác"


def _personal_id_as_number(sheets: _Sheets, index: int) -> None:
    row = sheets.pupils[index]
    row[_LIST_PERSONAL_ID] = int(row[_LIST_PERSONAL_ID])


def _twice(sheets: _Sheets, index: int) -> None:
    sheets.results.append(list(sheets.results[index]))


ROW_FAULTS: tuple[RowFault, ...] = (
    RowFault("score_above_10", "CELL_SCORE_INVALID", True, _set(_SCORE, 11)),
    RowFault("score_decimal_comma", "CELL_DECIMAL_COMMA", False, _set(_SCORE, "9,0")),
    RowFault("level_unknown", "CELL_LEVEL_UNKNOWN", True, _set(_LEVEL, "X")),
    RowFault("date_impossible", "CELL_DATE_INVALID", True, _set(_BIRTH, "31/02/2018")),
    RowFault("name_missing", "CELL_REQUIRED", True, _set(_NAME, None)),
    RowFault("name_decomposed", "CELL_NFD", False, _decomposed_name, lambda pupil: not pupil.name.isascii()),
    RowFault(
        "code_as_number", "STUDENT_CODE_ZERO_LOST", True, _code_as_number, lambda pupil: pupil.student_code[0] == "0"
    ),
    RowFault("row_hidden", "ROW_HIDDEN", True, _hidden),
    RowFault("pupil_not_in_list", "PUPIL_NOT_IN_LIST", True, _not_in_list),
    RowFault("pupil_other_name", "PUPIL_NAME_DIFFERS", True, _other_name_in_list),
    RowFault("personal_id_as_number", "PUPIL_LIST_ROW_REFUSED", True, _personal_id_as_number),
    RowFault("pupil_twice", "PUPIL_ROW_TWICE", True, _twice),
)


def write_workbooks(folder: Path, transcripts: Sequence[Transcript], faults: Sequence[RowFault]) -> Workbooks:
    """Write `ket-qua.xlsx` and `C1-HocSinh.xlsx` for one class; each fault takes the next second pupil that fits it.

    A fault that fits nobody is left out: lost zeros need a province whose codes begin with one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pupils = [t.student for t in transcripts]
    sheets = _Sheets(
        results=[result_row(t, n) for n, t in enumerate(transcripts, start=1)],
        pupils=[pupil_row(t, n) for n, t in enumerate(transcripts, start=1)],
    )
    free = list(range(1, len(pupils), 2))
    planted = []
    for fault in faults:
        index = next((k for k in free if fault.fits(pupils[k])), None)
        if index is not None:
            free.remove(index)
            fault.change(sheets, index)
            row = FIRST_RESULT_ROW + index
            planted.append(PlantedRow(fault.kind, fault.code, fault.refuses, row, pupils[index].student_code))
    made = Workbooks(folder / "ket-qua.xlsx", folder / "C1-HocSinh.xlsx", tuple(transcripts), tuple(planted))
    write_results(made.results, sheets.results, hidden_rows=sheets.hidden)
    write_pupils(made.pupils, [row for row in sheets.pupils if row])
    return made
