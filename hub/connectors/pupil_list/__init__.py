"""C1-HocSinh, danh sách học sinh: who the pupils are. Shared by the connectors of result sheets, which lack that."""

from hub.connectors.pupil_list.by_name import join_by_name
from hub.connectors.pupil_list.joining import (
    Joined,
    JoinedRow,
    RowT,
    dates_differ,
    join,
    same_spelling,
    told_absent,
    where_of,
)
from hub.connectors.pupil_list.mapping import GENDERS
from hub.connectors.pupil_list.source import SHAPE, Pupil, PupilSheet, fit, read_pupils
from hub.connectors.pupil_list.writing import CODE_LISTS, PUPIL_HEADER, pupil_row, write_pupils

__all__ = [
    "CODE_LISTS",
    "GENDERS",
    "PUPIL_HEADER",
    "SHAPE",
    "Joined",
    "JoinedRow",
    "Pupil",
    "PupilSheet",
    "RowT",
    "dates_differ",
    "fit",
    "join",
    "join_by_name",
    "pupil_row",
    "read_pupils",
    "same_spelling",
    "told_absent",
    "where_of",
    "write_pupils",
]
