"""Connectors: how outside files become documents. One folder a file shape, alike inside; none knows another.

Shared here: opening files safely (`opening`, `xml_parts`, `worksheets`, `lines`), cells (`cell_texts`, `headers`,
`notes`) and what every reader gives back (`prepared`).
"""

from hub.connectors.prepared import Prepared, PreparedRow, RowReport

__all__ = ["Prepared", "PreparedRow", "RowReport"]
