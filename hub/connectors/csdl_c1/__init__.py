"""CSDL ngành, cấp tiểu học (C1): the sector database's result sheet and pupil list, joined into transcripts."""

from hub.connectors.csdl_c1.documents import UNKNOWN_SCHOOL, UNKNOWN_YEAR, prepare, prepare_files
from hub.connectors.csdl_c1.joining import Joined, join
from hub.connectors.csdl_c1.source import Pupil, PupilSheet, ResultRow, ResultSheet, read_pupils, read_results
from hub.connectors.csdl_c1.writing import pupil_row, result_row, write_pupils, write_results

__all__ = [
    "UNKNOWN_SCHOOL",
    "UNKNOWN_YEAR",
    "Joined",
    "Pupil",
    "PupilSheet",
    "ResultRow",
    "ResultSheet",
    "join",
    "prepare",
    "prepare_files",
    "pupil_row",
    "read_pupils",
    "read_results",
    "result_row",
    "write_pupils",
    "write_results",
]
