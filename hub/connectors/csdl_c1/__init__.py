"""CSDL ngành, cấp tiểu học (C1): the sector database's result sheet, joined with the pupil list into transcripts."""

from hub.connectors.csdl_c1.columns import SHAPE, fit
from hub.connectors.csdl_c1.documents import prepare, prepare_book, prepare_files
from hub.connectors.csdl_c1.source import ResultRow, ResultSheet, read_results
from hub.connectors.csdl_c1.writing import result_row, write_results

__all__ = [
    "SHAPE",
    "ResultRow",
    "ResultSheet",
    "fit",
    "prepare",
    "prepare_book",
    "prepare_files",
    "read_results",
    "result_row",
    "write_results",
]
