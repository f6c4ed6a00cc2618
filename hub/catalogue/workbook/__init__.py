"""Codes of files as schools hand them in: workbooks, their cells, pupil lists, and lines of JSON."""

from hub.catalogue.entry import Entry
from hub.catalogue.workbook.cells import CELLS
from hub.catalogue.workbook.files import FILES
from hub.catalogue.workbook.lines import LINES
from hub.catalogue.workbook.rows import ROWS

__all__ = ["ENTRIES"]

ENTRIES: tuple[Entry, ...] = (*FILES, *LINES, *CELLS, *ROWS)
