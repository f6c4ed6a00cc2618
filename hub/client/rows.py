"""Files opened and read row by row, offline: what `hub check` shows and `hub prepare` takes its documents from.

Every row of a file is in exactly one judged row; nothing is repaired, a proposal stands in its finding.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from hub.client.judging import Context, JudgedRow, Verdict, beyond, judge_document, judge_findings, judge_row
from hub.client.recognising import recognise
from hub.connectors import Prepared, PreparedRow, RowReport, jsonl, vnedu_secondary
from hub.connectors.pupil_list import read_pupils
from hub.connectors.worksheets import Workbook, open_workbook
from hub.domain import finding
from hub.domain.bytes_faults import DOCUMENT_BYTES_MAX
from hub.errors import Refused

__all__ = ["LINES", "judge_file", "unreadable_file"]

LINES = (".jsonl", ".ndjson")


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
        yield judge_row(path.name, row, context, ())
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
    for about, findings in ((name, prepared.findings), (list_name, prepared.list_findings)):
        if findings:
            yield judge_findings(about, findings, context)
    order = {sheet: number for number, sheet in enumerate(sheets)}
    rows: list[PreparedRow | RowReport] = [*prepared.documents, *prepared.rejected, *prepared.ignored]
    rows.sort(key=lambda row: (order.get(row.sheet, 0), row.row))
    stand_ins = (*beyond(context), *prepared.stand_ins)
    for row in rows:
        yield judge_row(name, row, context, stand_ins)
    for absent in prepared.absent:
        yield judge_row(list_name, absent, context, stand_ins)
