"""vnEdu, cấp tiểu học: the class summary (one sheet a class), joined with the pupil list into transcripts."""

from hub.connectors.vnedu_primary.columns import SHAPE, fit
from hub.connectors.vnedu_primary.documents import GRADES, prepare, prepare_book, prepare_files
from hub.connectors.vnedu_primary.source import ClassRow, Summary, read_book
from hub.connectors.vnedu_primary.writing import ClassToWrite, class_of, write_classes

__all__ = [
    "GRADES",
    "SHAPE",
    "ClassRow",
    "ClassToWrite",
    "Summary",
    "class_of",
    "fit",
    "prepare",
    "prepare_book",
    "prepare_files",
    "read_book",
    "write_classes",
]
