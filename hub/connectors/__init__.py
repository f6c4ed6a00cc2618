"""Connectors: systems of provinces and shapes of files, each wrapped as it is. One folder each; none knows another.

The SDK (`sdk`) says what a connector is made of, `mapping` what a record means, in both directions. Shared by readers
of files: opening them safely (`opening`, `xml_parts`, `worksheets`, `lines`), the header and its columns (`headers`,
`located`, `shape`), cells (`cell_texts`, `row_cells`, `assessments`, `merging`, `notes`), who the pupils are
(`pupil_list`), and what every reader makes and gives back (`making`, `prepared`).
"""

from hub.connectors.making import UNKNOWN_SCHOOL
from hub.connectors.prepared import Prepared, PreparedRow, RowReport
from hub.connectors.sdk import (
    Answer,
    Connector,
    Context,
    Loss,
    LossReport,
    Manifest,
    Mapped,
    Mapper,
    Opened,
    Page,
    Raw,
    SealedConnector,
    Sink,
    Source,
    SourceRecord,
    did_you_mean,
    found,
    load,
    read_manifest,
    sealed_connector,
    version_of,
)

__all__ = [
    "UNKNOWN_SCHOOL", "Answer", "Connector", "Context", "Loss", "LossReport", "Manifest", "Mapped", "Mapper", "Opened",
    "Page", "Prepared", "PreparedRow", "Raw", "RowReport", "SealedConnector", "Sink", "Source", "SourceRecord",
    "did_you_mean", "found", "load", "read_manifest", "sealed_connector", "version_of",
]  # fmt: skip
