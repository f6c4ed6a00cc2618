"""The readers of files as connectors: a drop folder with `<school>/<school year>/`, answers beside the files.

A reader's own findings stay as they are; what they say about how a cell was read stands in the loss report (`LOSS_OF`).
"""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from hub.connectors.answer_sheets import RowsBeside
from hub.connectors.bundles import PUPIL_LIST, BundleStore, Grouping, alone, bounded_key, bundled
from hub.connectors.making import UNKNOWN_SCHOOL
from hub.connectors.mapping import NativeMapper
from hub.connectors.prepared import Prepared, PreparedRow, RowReport
from hub.connectors.sdk import (
    Context,
    Loss,
    Manifest,
    Mapped,
    Mapper,
    Opened,
    Raw,
    Sink,
    Source,
    SourceRecord,
    version_of,
)
from hub.connectors.sdk.losses import Kind
from hub.connectors.transport import FileRecords, FileSource, FileStore, open_settling, open_store, take_of
from hub.domain.findings import Finding, finding
from hub.domain.transcript import School, Transcript
from hub.errors import Refused

__all__ = ["LOSS_OF", "Read", "ReaderConnector", "RegisteredMapper", "records_of"]

Read = Callable[[Sequence[Path], Path | None, School, str], Prepared]
"""Prepares files with their pupil list, for a school and school year. Raises Refused when a file cannot be read."""

LOSS_OF: Final[Mapping[str, Kind]] = MappingProxyType({
    "CELL_DATE_SERIAL": "guessed", "CELL_DECIMAL_COMMA": "guessed", "CELL_LEVEL_ALIAS": "guessed",
    "CELL_NFD": "guessed", "CELL_SPACES": "guessed", "LINE_TEXT_NORMALISED": "guessed",
    "WORKBOOK_COLUMN_UNKNOWN": "dropped",
})  # fmt: skip
"""What a finding of a reader means for the loss report."""

_OF_FILE = re.compile(r"\[(.+?)\](.*)")  # "[toan.xlsx]Sheet1" where several files are read together


class RegisteredMapper:
    """Documents as a reader made them, with the school as the register has it. Implements `Mapper`."""

    def __init__(self) -> None:
        self._native = NativeMapper(LOSS_OF)
        self.version = self._native.version

    def forward(self, record: SourceRecord, context: Context) -> Mapped:
        """Return the document; of a school that the register does not know there is none."""
        value = record.value or {}
        stated, school_year = value.get("school"), value.get("school_year")
        code = stated.get("code") if isinstance(stated, Mapping) else None
        if not isinstance(stated, Mapping) or not isinstance(code, str) or not isinstance(school_year, str):
            return self._native.forward(record, context)  # which says what is wrong with it
        school = context.school(code, school_year)
        if school is None:
            return Mapped(None, (*record.findings, finding("SCHOOL_UNKNOWN", "$.school.code", code)), ())
        made = {**value, "school": {**stated, "name": school.name, "province": school.province}}
        return self._native.forward(dataclasses.replace(record, value=made), context)

    def backward(self, transcript: Transcript) -> tuple[Raw, tuple[Loss, ...]]:
        """Return the document."""
        return self._native.backward(transcript)


@dataclass(slots=True)
class ReaderConnector:
    """Implements `Connector`. Settings: `[folder]` or `[sftp]`, `settle_s`, `take`.

    `ending` is that of the files; `grouping` says which of a folder are read together. `needs_list`: without the pupil
    list beside it a file is refused.
    """

    manifest: Manifest
    read: Read
    ending: str = ".xlsx"
    grouping: Grouping = alone
    needs_list: bool = True
    mapper: Mapper = dataclasses.field(default_factory=RegisteredMapper)
    answers_beside: Callable[[FileStore], Sink] = RowsBeside

    def source(self, opened: Opened) -> Source:
        """Watch the drop folder."""
        store = BundleStore(open_store(opened, "read"), self.grouping, self.ending, opened.folder / "bundles")
        return FileSource(store, take_of(opened, f"*/*/*{self.ending}"), self._read_bundle, open_settling(opened))

    def sink(self, opened: Opened) -> Sink:
        """Write workbooks beside the files."""
        return self.answers_beside(open_store(opened, "write"))

    def _read_bundle(self, index: Path, name: str) -> FileRecords:
        files = dict(bundled(index))
        pupils = files.pop(PUPIL_LIST, None)
        if pupils is None and self.needs_list:
            raise Refused("PUPIL_LIST_NOT_BESIDE", {"file": PUPIL_LIST})
        code, school_year, _ = name.split("/")
        school = School(code=code, name=UNKNOWN_SCHOOL.name, province=UNKNOWN_SCHOOL.province)
        return records_of(self.read(list(files.values()), pupils, school, school_year), name)


def records_of(made: Prepared, name: str) -> FileRecords:
    """Return the records of prepared files; `name` is the path of the first of them.

    Documents that lack what only other files know are told and have no value.
    """
    shared = tuple(found for found in made.findings if found.code in LOSS_OF)
    unsigned = () if made.signable else (finding("FILE_NOT_FOR_SIGNING", name),)
    documents = (_record(row, name, (*shared, *unsigned), signable=made.signable) for row in made.documents)
    told = [found for report in (*made.ignored, *made.absent) for found in report.findings]
    return FileRecords(
        (*documents, *(_refused(report, name) for report in made.rejected)),
        (*made.findings, *made.list_findings, *told),
    )  # fmt: skip


def _record(row: PreparedRow, name: str, told: tuple[Finding, ...], *, signable: bool) -> SourceRecord:
    t = row.transcript
    value = msgspec.to_builtins(t)
    key = bounded_key(f"{t.school.code}/{t.school_year}/{t.student.student_code}/{t.period}")
    found = (*row.findings, *told)
    return SourceRecord(key, version_of(value), _place(row.sheet, row.row, name), value if signable else None, found)


def _refused(report: RowReport, name: str) -> SourceRecord:
    """Return the record of a row that gave no document; what is said of it is its version."""
    place = _place(report.sheet, report.row, name)
    said = {"findings": [[found.code, found.path, found.value] for found in report.findings]}
    return SourceRecord(bounded_key(place), version_of(said), place, None, report.findings)


def _place(sheet: str, row: int, name: str) -> str:
    """Return where a row stands: "01000101/2025-2026/ket-qua.xlsx!Sheet1!9", of a file of lines without a sheet."""
    match = _OF_FILE.fullmatch(sheet)
    file, inner = (name, sheet) if match is None else (f"{name.rpartition('/')[0]}/{match[1]}", match[2])
    return "!".join(filter(None, (file, inner, str(row))))
