"""Bản ghi Kafka của một lần gửi: message, key and headers that agree, unless a fault of transport is planted."""

from hub.kafka.headers import headers_of
from hub.kafka.partition import partition_of
from hub.local.population.fault import Record
from hub.local.population.faults import record_fault
from hub.local.population.planting import Shipment
from hub.local.population.signed import SignedSubmission
from hub.schemas import encode
from hub.topics import command

__all__ = ["record_of"]


def record_of(shipment: Shipment) -> Record:
    """Return the record for the command topic of the Sở, with the shipment's record fault applied."""
    submission = shipment.submission
    key = submission.school.encode()
    headers = headers_of("Submission", submission.command_id, f"/schools/{submission.school}")
    record = Record(key, encode("Submission", _value(submission)), tuple(headers))
    if shipment.record_fault is None:
        return record
    count = command(submission.so).partitions
    return record_fault(shipment.record_fault).alter(record, partition_of(key, count), count)


def _value(submission: SignedSubmission) -> dict[str, object]:
    return {
        "command_id": submission.command_id,
        "documents": [{"document": d.document, "signatures": list(d.signatures)} for d in submission.documents],
        "encryption": None,
        "school": submission.school,
        "signature": submission.signature,
        "sources": [],
        "statement": submission.statement,
    }
