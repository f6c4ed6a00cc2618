"""Faults of transport: what a broken or foreign producer puts on the command topic. Wire format: 0x00, id, body."""

from dataclasses import replace

from hub.local.population.fault import Expected, Record, RecordFault

__all__ = ["RECORD_FAULTS", "UNKNOWN_SCHEMA_ID"]

UNKNOWN_SCHEMA_ID = 0x7FFF_FF01
_HEAD_BYTE_COUNT = 5


def _undecodable(record: Record, _partition: int, _count: int) -> Record:
    assert record.value is not None
    return replace(record, value=record.value[: len(record.value) // 2])


def _no_magic(record: Record, _partition: int, _count: int) -> Record:
    assert record.value is not None
    return replace(record, value=b"\x01" + record.value[1:])


def _unknown_schema(record: Record, _partition: int, _count: int) -> Record:
    assert record.value is not None
    return replace(record, value=b"\x00" + UNKNOWN_SCHEMA_ID.to_bytes(4, "big") + record.value[_HEAD_BYTE_COUNT:])


def _trailing_bytes(record: Record, _partition: int, _count: int) -> Record:
    assert record.value is not None
    return replace(record, value=record.value + b"\x00")


def _null_value(record: Record, _partition: int, _count: int) -> Record:
    return replace(record, value=None)


def _null_key(record: Record, partition: int, _count: int) -> Record:
    return replace(record, key=None, partition=partition)


def _wrong_partition(record: Record, partition: int, count: int) -> Record:
    return replace(record, partition=(partition + 1) % count)


def _header_disagrees(record: Record, _partition: int, _count: int) -> Record:
    headers = tuple((name, b"/schools/00000000" if name == "ce_source" else value) for name, value in record.headers)
    return replace(record, headers=headers)


RECORD_FAULTS: tuple[RecordFault, ...] = (
    RecordFault("bytes_undecodable", Expected.QUARANTINED, ("MESSAGE_UNDECODABLE",), _undecodable),
    RecordFault("magic_byte_wrong", Expected.QUARANTINED, ("MESSAGE_MAGIC",), _no_magic),
    RecordFault("schema_unknown", Expected.QUARANTINED, ("SCHEMA_UNKNOWN",), _unknown_schema),
    RecordFault("trailing_bytes", Expected.QUARANTINED, ("MESSAGE_TRAILING_BYTES",), _trailing_bytes),
    RecordFault("value_null", Expected.QUARANTINED, ("VALUE_MISSING",), _null_value),
    RecordFault("key_null", Expected.QUARANTINED, ("KEY_MISSING",), _null_key),
    RecordFault("partition_wrong", Expected.COMMAND_REFUSED, ("PARTITION_WRONG",), _wrong_partition),
    RecordFault("header_disagrees", Expected.COMMAND_REFUSED, ("HEADER_DISAGREES",), _header_disagrees),
)
