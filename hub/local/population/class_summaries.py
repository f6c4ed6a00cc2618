"""Tệp vnEdu: the class summaries of a primary school, one sheet a class of grades 1 to 5, with planted row faults."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.connectors.pupil_list import pupil_row, write_pupils
from hub.connectors.vnedu_primary import ClassToWrite, class_of, write_classes
from hub.connectors.workbook_writing import Value
from hub.domain.transcript import Transcript

__all__ = ["SUMMARY_FAULTS", "ClassSummaries", "PlantedSummaryRow", "SummaryFault", "write_class_summaries"]

FIRST_ROW = 9


@dataclass(frozen=True, slots=True)
class SummaryFault:
    """One kind of bad row: its code, whether the row then gives no document, and the change at a row's place."""

    kind: str
    code: str
    refuses: bool
    change: Callable[[ClassToWrite, int], None]


@dataclass(frozen=True, slots=True)
class PlantedSummaryRow:
    """A planted fault: the sheet and the Excel row number where it stands."""

    kind: str
    code: str
    refuses: bool
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class ClassSummaries:
    """The two files of a school; `transcripts` are sheet after sheet in the order of the rows."""

    summary: Path
    pupils: Path
    transcripts: tuple[Transcript, ...]
    planted: tuple[PlantedSummaryRow, ...]


def _set(name: str, value: Value) -> Callable[[ClassToWrite, int], None]:
    def change(of: ClassToWrite, index: int) -> None:
        of.rows[index][of.fields.index(name)] = value

    return change


def _boxes(value: Value) -> Callable[[ClassToWrite, int], None]:
    def change(of: ClassToWrite, index: int) -> None:
        for code in ("HTXS", "HTT", "HT", "CHT"):
            _set(f"box:{code}", value)(of, index)

    return change


def _decomposed_name(of: ClassToWrite, index: int) -> None:
    place = of.fields.index("name")
    of.rows[index][place] = unicodedata.normalize("NFD", f"{of.rows[index][place]}")


def _hidden(of: ClassToWrite, index: int) -> None:
    of.hidden_rows = {*of.hidden_rows, FIRST_ROW + index}


SUMMARY_FAULTS: tuple[SummaryFault, ...] = (
    SummaryFault("no_box", "RATING_BOX_NONE", True, _boxes(None)),
    SummaryFault("all_boxes", "RATING_BOXES_SEVERAL", True, _boxes("x")),
    SummaryFault("box_unknown", "CELL_BOX_UNKNOWN", True, _boxes("có")),
    SummaryFault("score_above_10", "CELL_SCORE_INVALID", True, _set("score:TOAN", 11)),
    SummaryFault("score_decimal_comma", "CELL_DECIMAL_COMMA", False, _set("score:TOAN", "9,0")),
    SummaryFault("level_unknown", "CELL_LEVEL_UNKNOWN", True, _set("level:TV", "Giỏi")),
    SummaryFault("date_impossible", "CELL_DATE_INVALID", True, _set("birth_date", "31/02/2018")),
    SummaryFault("name_missing", "CELL_REQUIRED", True, _set("name", None)),
    SummaryFault("name_decomposed", "CELL_NFD", False, _decomposed_name),
    SummaryFault("name_of_nobody", "PUPIL_NAME_NOT_IN_LIST", True, _set("name", "Nguyễn Văn Khác")),
    SummaryFault("row_hidden", "ROW_HIDDEN", True, _hidden),
)


def write_class_summaries(
    folder: Path, transcripts: Sequence[Transcript], faults: Sequence[SummaryFault] = ()
) -> ClassSummaries:
    """Write `tong-hop.xlsx` and `C1-HocSinh.xlsx`; each fault takes every second pupil, sheet after sheet."""
    folder.mkdir(parents=True, exist_ok=True)
    by_class: dict[str, list[Transcript]] = defaultdict(list)
    for transcript in transcripts:
        by_class[transcript.class_].append(transcript)
    sheets = [class_of(pupils) for pupils in by_class.values()]
    places = [(sheet, index) for sheet in sheets for index in range(1, len(sheet.rows), 2)]
    planted = []
    for fault, (sheet, index) in zip(faults, places, strict=False):
        fault.change(sheet, index)
        planted.append(PlantedSummaryRow(fault.kind, fault.code, fault.refuses, sheet.sheet, FIRST_ROW + index))
    ordered = tuple(transcript for pupils in by_class.values() for transcript in pupils)
    made = ClassSummaries(folder / "tong-hop.xlsx", folder / "C1-HocSinh.xlsx", ordered, tuple(planted))
    write_classes(made.summary, sheets)
    write_pupils(made.pupils, [pupil_row(transcript, number) for number, transcript in enumerate(ordered, 1)])
    return made
