"""vnEdu, cấp THCS và THPT: sheets of marks, one subject each (detail or summary), joined into transcripts to check."""

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

__all__ = [
    "SHAPE",
    "ComponentMarks",
    "MarkBook",
    "MarkRow",
    "MarkSheet",
    "SheetOf",
    "component_marks",
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
    "summary_row",
    "summary_sheet",
]
