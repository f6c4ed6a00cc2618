"""What the simulated schools lay on the server: a file for each class and template, a pupil list for each year."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from hub.connectors.answer_sheets import workbook_bytes
from hub.connectors.bundles import PUPIL_LIST
from hub.connectors.khanh_hoa.connecting import connector
from hub.connectors.khanh_hoa.sink import ROOT
from hub.connectors.khanh_hoa.writing import class_sheet
from hub.connectors.mapping import TEMPLATE
from hub.connectors.pupil_list import PUPIL_HEADER, pupil_row
from hub.connectors.simulating import Faults
from hub.connectors.workbook_writing import SheetToWrite
from hub.domain.transcript import Transcript

__all__ = ["SimulatedFiles"]

_FORMER_PROVINCE: Final = "58"
_MERGED_FROM: Final = "2025-2026"  # the first school year that ends after 1/7/2025
_CHANGED: Final = {"kh1": "HTCT lớp học", "kh2": "Hoàn thành CT lớp", "kh3": "HTCT lớp học"}  # by the fault `schema`
_NOTE: Final = {"Ghi chú": "đã đối chiếu sổ"}

Record = dict[str, Any]


class SimulatedFiles:
    """Files by name below the root, the pupil lists first; `left_out` counts what no template can say.

    Each third school was Ninh Thuận's: its sheets of the years before the merger name that province.
    """

    def __init__(self, transcripts: Iterable[Transcript], faults: Faults) -> None:
        held = list(transcripts)
        self._faults = faults
        self._connector = connector()
        manifest = self._connector.manifest
        self._unsaid = {f"$.{name}" for name in manifest.cannot_express}
        self._declared = {(one.kind, one.direction, one.path) for one in manifest.loss if one.path not in self._unsaid}
        self._former = set(sorted({transcript.school.code for transcript in held})[2::3])
        said = [(transcript, record) for transcript in held if (record := self._record(transcript)) is not None]
        self.left_out = len(held) - len(said)
        self.files = {**dict(_lists(transcript for transcript, _ in said)), **dict(self._classes(said))}

    def _record(self, transcript: Transcript) -> Record | None:
        """Return the record of a transcript, or None when a template would lose more than the manifest declares.

        A pupil of whom the manifest says `cannot_express` stands in no class summary, though a correction of one is
        written as far as it can be.
        """
        raw, losses = self._connector.mapper.backward(transcript)
        if any((loss.kind, loss.direction, loss.path) not in self._declared for loss in losses):
            return None
        record = dict(raw) | (_NOTE if raw[TEMPLATE] == "kh2" else {})
        former = transcript.school.code in self._former and transcript.school_year < _MERGED_FROM
        return record | {"ma_tinh": _FORMER_PROVINCE} if former else record

    def _classes(self, said: Iterable[tuple[Transcript, Record]]) -> Iterator[tuple[str, bytes]]:
        """Yield the class files; with the fault `duplicate-page` the first comes a second time under another name."""
        by_class: defaultdict[str, list[Record]] = defaultdict(list)
        names: dict[str, str] = {}
        for transcript, record in said:
            file = f"{_folder(transcript)}/{transcript.class_.replace('/', '-')}-{record[TEMPLATE].upper()}.xlsx"
            by_class[file].append(record)
            names[file] = transcript.school.name
        for number, (file, records) in enumerate(sorted(by_class.items())):
            field = _CHANGED[records[0][TEMPLATE]]
            shown = [self._faults.reshaped(record, field, number) for record in records]
            data = workbook_bytes([class_sheet(shown, names[file])])
            yield file, data
            if self._faults.duplicate_page and number == 0:
                yield file.replace(".xlsx", " (2).xlsx"), data


def _lists(transcripts: Iterable[Transcript]) -> Iterator[tuple[str, bytes]]:
    by_list: defaultdict[str, list[Transcript]] = defaultdict(list)
    for transcript in transcripts:
        by_list[f"{_folder(transcript)}/{PUPIL_LIST}"].append(transcript)
    for file, listed in sorted(by_list.items()):
        yield file, workbook_bytes([_list_sheet(listed)])


def _list_sheet(transcripts: Sequence[Transcript]) -> SheetToWrite:
    return SheetToWrite("Sheet1", [PUPIL_HEADER, *(pupil_row(t, number) for number, t in enumerate(transcripts, 1))])


def _folder(transcript: Transcript) -> str:
    return f"{ROOT}/{transcript.school.code}/{transcript.school_year}"
