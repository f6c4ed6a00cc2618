"""Bảng lỗi: every kind of fault that a population can plant, in one table."""

from hub.local.population.fault import DocumentFault, Fault, RecordFault
from hub.local.population.faults_of_commands import COMMAND_FAULTS
from hub.local.population.faults_of_records import RECORD_FAULTS
from hub.local.population.faults_of_signatures import SIGNATURE_FAULTS
from hub.local.population.faults_of_values import VALUE_FAULTS

__all__ = ["DOCUMENT_FAULTS", "FAULTS", "record_fault"]

DOCUMENT_FAULTS: tuple[DocumentFault, ...] = (*VALUE_FAULTS, *SIGNATURE_FAULTS)
FAULTS: tuple[Fault, ...] = (*DOCUMENT_FAULTS, *COMMAND_FAULTS, *RECORD_FAULTS)
_RECORD = {fault.kind: fault for fault in RECORD_FAULTS}


def record_fault(kind: str) -> RecordFault:
    """Return the record fault that a shipment names; KeyError for another kind."""
    return _RECORD[kind]
