"""Files judged row by row, offline: what `hub check` shows and `hub prepare` takes its documents from.

Every row of a file is in exactly one judged row; nothing is repaired, a proposal stands in its finding.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from hub.client.recognising import recognise
from hub.connectors import Prepared, PreparedRow, RowReport, jsonl, vnedu_secondary
from hub.connectors.making import UNKNOWN_SCHOOL
from hub.connectors.pupil_list import read_pupils
from hub.connectors.worksheets import Workbook, open_workbook
from hub.domain import FINDING_COUNT_MAX, Transcript, canonical, examine, finding, judge, refuses, render
from hub.domain.bytes_faults import DOCUMENT_BYTES_MAX
from hub.domain.findings import Finding
from hub.domain.severities import Severities
from hub.domain.transcript import School
from hub.errors import Refused

__all__ = ["Context", "JudgedRow", "Verdict", "judge_document", "judge_file", "unreadable_file"]

LINES = (".jsonl", ".ndjson")
_NOT_READ = frozenset(
    {"DOCUMENT_NOT_UTF8", "DOCUMENT_NOT_JSON", "DOCUMENT_BOM", "DOCUMENT_TOO_DEEP", "DOCUMENT_TOO_LARGE",
     "LINE_TOO_LONG"}
)  # fmt: skip
_UNKNOWN_WITHOUT_SCHOOL = ("$.school.",)
_UNKNOWN_WITHOUT_YEAR = ("$.school_year", "$.period", "$.student.birth_date")
_UNKNOWN_WITHOUT_PUPILS = ("$.student.personal_id", "$.student.gender", "$.student.birth_date")


class Verdict(StrEnum):
    """What a row or document is, from good to bad."""

    CLEAN = "clean"
    WARNINGS = "warnings"
    REFUSED = "refused"
    UNREADABLE = "unreadable"

    @property
    def exit_code(self) -> int:
        """Exit code of `hub check` when this is the worst that it found."""
        return {Verdict.REFUSED: 1, Verdict.UNREADABLE: 2}.get(self, 0)


@dataclass(frozen=True, slots=True)
class Context:
    """What a file does not say of itself. Without pupils, school or year a workbook is judged by itself.

    `policy` is what dated policies make of warnings (`hub.domain.read_policy`); without one the catalogue counts.
    """

    at: date
    pupils: Path | None = None
    school: School | None = None
    school_year: str | None = None
    grade: int | None = None
    policy: Severities | None = None


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One row, line, document or whole file (`row` None). `transcript` is there when it may be signed."""

    file: str
    findings: tuple[Finding, ...]
    verdict: Verdict
    sheet: str = ""
    row: int | None = None
    transcript: Transcript | None = None
    document: bytes | None = None

    @property
    def sha256(self) -> str | None:
        """Hash of the document (hex), when there is one."""
        return None if self.document is None else hashlib.sha256(self.document).hexdigest()

    def shown(self) -> dict[str, Any]:
        """Return the row as one JSON line shows it. Findings may hold personal values."""
        return {
            "file": self.file,
            "sheet": self.sheet or None,
            "row": self.row,
            "document_sha256": self.sha256,
            "verdict": self.verdict.value,
            "findings": [render(found) for found in self.findings],
        }


def judge_file(path: Path, context: Context) -> Iterator[JudgedRow]:
    """Yield what a workbook, a folder of workbooks, a .jsonl file or a .json document holds.

    Sheets of marks in one folder are read together, since a pupil's subjects stand in many files. Raises Refused
    with a code of the family `workbook` when the file as a whole cannot be read.
    """
    if path.is_dir():
        return _folder(path, context)
    if path.suffix.lower() in LINES:
        return _lines(path, context)
    if path.suffix.lower() == ".json":
        return iter([judge_document(path.name, _read_document(path), context.at, context.policy)])
    return _workbook(path, context)


def judge_document(name: str, document: bytes, at: date, policy: Severities | None = None) -> JudgedRow:
    """Judge the bytes of one document: form and rules; signatures are judged by Sở."""
    reading = examine(document, at, policy)
    return JudgedRow(
        name, reading.findings, _verdict(reading.findings), transcript=reading.transcript, document=document
    )


def unreadable_file(name: str, refused: Refused) -> JudgedRow:
    """Return the line that says why a file as a whole cannot be read."""
    return JudgedRow(name, (finding(refused.code, "$", facts=refused.facts),), Verdict.UNREADABLE)


def _read_document(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(DOCUMENT_BYTES_MAX + 1)
    except OSError as error:
        raise Refused("FILE_UNREADABLE", {"reason": type(error).__name__}) from error


def _lines(path: Path, context: Context) -> Iterator[JudgedRow]:
    empty = True
    for row in jsonl.read_lines(path):
        empty = False
        yield _judged(path.name, row, context, ())
    if empty:
        raise Refused("LINES_EMPTY")


def _workbook(path: Path, context: Context) -> Iterator[JudgedRow]:
    book = open_workbook(path)
    connector = recognise(book)
    pupils = None if context.pupils is None else read_pupils(context.pupils)
    prepared = connector.prepare_book(
        book, pupils, school=context.school, school_year=context.school_year, grade=context.grade
    )
    yield from _prepared(path.name, prepared, [sheet.name for sheet in book.sheets], context)


def _folder(folder: Path, context: Context) -> Iterator[JudgedRow]:
    """Read sheets of marks together and every other workbook by itself; one that cannot be read is a line too."""
    listed = None if context.pupils is None else context.pupils.resolve()
    paths = sorted(path for path in folder.glob("*.xlsx") if path.resolve() != listed and path.name[:2] != "~$")
    if not paths:
        raise Refused("BATCH_MISSING", {"folder": str(folder)})
    marks: list[tuple[str, Workbook]] = []
    for path in paths:
        try:
            book = open_workbook(path)
            if recognise(book) is vnedu_secondary:
                marks.append((path.name, book))
            else:
                yield from _workbook(path, context)
        except Refused as refused:
            yield unreadable_file(path.name, refused)
    if marks:
        yield from _marks(folder.name, marks, context)


def _marks(name: str, books: list[tuple[str, Workbook]], context: Context) -> Iterator[JudgedRow]:
    pupils = None if context.pupils is None else read_pupils(context.pupils)
    prepared = vnedu_secondary.prepare_books(
        books, pupils, school=context.school, school_year=context.school_year, grade=context.grade
    )
    yield from _prepared(name, prepared, [], context)


def _prepared(name: str, prepared: Prepared, sheets: Sequence[str], context: Context) -> Iterator[JudgedRow]:
    """Judge what a connector made: about the files first, then the rows in the order of the `sheets`."""
    list_name = "" if context.pupils is None else context.pupils.name
    yield from _about_file(name, prepared.findings)
    yield from _about_file(list_name, prepared.list_findings)
    order = {sheet: number for number, sheet in enumerate(sheets)}
    rows: list[PreparedRow | RowReport] = [*prepared.documents, *prepared.rejected, *prepared.ignored]
    rows.sort(key=lambda row: (order.get(row.sheet, 0), row.row))
    beyond = (*_beyond(context), *prepared.stand_ins)
    for row in rows:
        yield _judged(name, row, context, beyond)
    for absent in prepared.absent:
        yield _judged(list_name, absent, context, beyond)


def _about_file(name: str, findings: tuple[Finding, ...]) -> Iterator[JudgedRow]:
    if findings:
        yield JudgedRow(name, findings, _verdict(findings))


def _beyond(context: Context) -> tuple[str, ...]:
    """Return the paths that hold stand-ins, about which nothing may be said."""
    paths: tuple[str, ...] = ()
    if context.school is None or context.school.province == UNKNOWN_SCHOOL.province:
        paths += _UNKNOWN_WITHOUT_SCHOOL
    if context.school_year is None:
        paths += _UNKNOWN_WITHOUT_YEAR
    if context.pupils is None:
        paths += _UNKNOWN_WITHOUT_PUPILS
    return paths


def _judged(name: str, row: PreparedRow | RowReport, context: Context, beyond: tuple[str, ...]) -> JudgedRow:
    if isinstance(row, RowReport):
        return JudgedRow(name, row.findings, _verdict(row.findings), row.sheet, row.row)
    told = [f for f in judge(row.transcript, context.at, context.policy) if not f.path.startswith(beyond)]
    found = (*row.findings, *told)
    document = None if beyond else canonical(row.transcript)
    return JudgedRow(name, found[:FINDING_COUNT_MAX], _verdict(found), row.sheet, row.row, row.transcript, document)


def _verdict(findings: tuple[Finding, ...]) -> Verdict:
    if any(found.code in _NOT_READ for found in findings):
        return Verdict.UNREADABLE
    if refuses(findings):
        return Verdict.REFUSED
    return Verdict.WARNINGS if findings else Verdict.CLEAN
