"""Bảng lỗi: every kind of fault that a population can plant, in one table."""

from hub.local.population.fault import Fault, RecordFault
from hub.local.population.faults_of_commands import COMMAND_FAULTS
from hub.local.population.faults_of_documents import DOCUMENT_FAULTS
from hub.local.population.faults_of_records import RECORD_FAULTS

__all__ = ["FAULTS", "record_fault"]

FAULTS: tuple[Fault, ...] = (*DOCUMENT_FAULTS, *COMMAND_FAULTS, *RECORD_FAULTS)
_RECORD = {fault.kind: fault for fault in RECORD_FAULTS}


def record_fault(kind: str) -> RecordFault:
    """Return the record fault that a shipment names; KeyError for another kind."""
    return _RECORD[kind]
