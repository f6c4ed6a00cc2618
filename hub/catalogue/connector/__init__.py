"""Codes of connectors: their manifests and mappings, how they reach a system, how they run, what the check finds."""

from hub.catalogue.connector.conformance import CONFORMANCE
from hub.catalogue.connector.lots import LOTS
from hub.catalogue.connector.runner import RUNNER
from hub.catalogue.connector.sdk import SDK
from hub.catalogue.connector.simulating import SIMULATING
from hub.catalogue.connector.transport import TRANSPORT
from hub.catalogue.connector.workbooks import WORKBOOKS
from hub.catalogue.entry import Entry

__all__ = ["ENTRIES"]

ENTRIES: tuple[Entry, ...] = (*SDK, *TRANSPORT, *RUNNER, *SIMULATING, *WORKBOOKS, *LOTS, *CONFORMANCE)
