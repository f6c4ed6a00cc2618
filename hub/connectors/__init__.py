"""Connectors: how outside files become documents. One folder a file shape, alike inside; none knows another.

Shared here: opening files safely (`opening`, `xml_parts`, `worksheets`, `lines`), the header and its columns
(`headers`, `located`, `shape`), cells (`cell_texts`, `row_cells`, `assessments`, `merging`, `notes`), who the pupils
are (`pupil_list`), and what every reader makes and gives back (`making`, `prepared`).
"""

from hub.connectors.making import UNKNOWN_SCHOOL
from hub.connectors.prepared import Prepared, PreparedRow, RowReport

__all__ = ["UNKNOWN_SCHOOL", "Prepared", "PreparedRow", "RowReport"]
