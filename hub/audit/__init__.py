"""The independent oracle: whether the promise was kept, from the client's journal, the tables and the topics alone.

It imports nothing else of the hub: schemas are read as data; signatures, trees, notes, names and the table of states
are written down again here, so that a fault of the hub cannot hide itself.
"""

from hub.audit.checks import CHECKS
from hub.audit.kafka import KafkaLog
from hub.audit.report import Check, Report
from hub.audit.run import audit, audit_hub
from hub.audit.sources import Database, Line, Log, Record, Row, Rows, SourceGoneError, read_journal

__all__ = [
    "CHECKS", "Check", "Database", "KafkaLog", "Line", "Log", "Record", "Report", "Row", "Rows", "SourceGoneError",
    "audit", "audit_hub", "read_journal",
]  # fmt: skip
