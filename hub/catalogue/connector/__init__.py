"""Codes of connectors: manifests and mappings, how a system is reached or followed, how they run, what checks find."""

from hub.catalogue.connector.conformance import CONFORMANCE
from hub.catalogue.connector.database import DATABASE
from hub.catalogue.connector.lots import LOTS
from hub.catalogue.connector.runner import RUNNER
from hub.catalogue.connector.sdk import SDK
from hub.catalogue.connector.simulating import SIMULATING
from hub.catalogue.connector.transfers import TRANSFERS
from hub.catalogue.connector.transport import TRANSPORT
from hub.catalogue.connector.workbooks import WORKBOOKS
from hub.catalogue.entry import Entry

__all__ = ["ENTRIES"]

ENTRIES: tuple[Entry, ...] = (
    *SDK, *TRANSPORT, *DATABASE, *RUNNER, *SIMULATING, *WORKBOOKS, *LOTS, *TRANSFERS, *CONFORMANCE,
)  # fmt: skip
