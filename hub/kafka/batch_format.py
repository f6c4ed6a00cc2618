"""Records of a Kafka batch (message format v2), read so that no byte in the name of a header stops the reading.

Kafka declares header names as strings, the broker does not look, and any client of another language can send others.
A byte that is no UTF-8 becomes a lone surrogate, as Python does with file names, and can be turned back.
Source: Kafka protocol guide, "Record Batch" and "Record" [text].
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from hub.errors import Refused

__all__ = ["HEADER", "BatchHeader", "RawRecord", "header_of", "records_of"]

HEADER = struct.Struct(">qiibIhiqqqhii")
_APPEND_TIME = 0x08
_CODEC = 0x07
_VARINT_BITS_MAX = 70


class BatchHeader(NamedTuple):
    """The fixed part of a batch, in the order of its bytes."""

    base_offset: int
    length: int
    leader_epoch: int
    magic: int
    crc: int
    attributes: int
    last_offset_delta: int
    first_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    record_count: int

    @property
    def codec(self) -> int:
        """How the records are compressed: 0 not at all."""
        return self.attributes & _CODEC

    @property
    def timestamp_type(self) -> int:
        """1 when the broker wrote the time, 0 when the sender did."""
        return int(bool(self.attributes & _APPEND_TIME))


class RawRecord(NamedTuple):
    """A record as aiokafka's consumer takes it; timestamps in milliseconds."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    checksum: None = None


def header_of(batch: bytes | memoryview) -> BatchHeader:
    """Read the fixed part of a batch, which must be there."""
    return BatchHeader(*HEADER.unpack_from(batch))


def records_of(header: BatchHeader, data: bytes) -> Iterator[RawRecord]:
    """Yield the records of unpacked `data`. Raises Refused(MESSAGE_UNDECODABLE) where it is not what it should be."""
    at = 0
    for _ in range(header.record_count):
        record, at = _record(header, data, at)
        yield record
    if at != len(data):
        raise _undecodable(at)


def _record(header: BatchHeader, data: bytes, at: int) -> tuple[RawRecord, int]:
    length, at = _varint(data, at)
    end = at + length
    if length < 1 or end > len(data):
        raise _undecodable(at)
    timestamp_delta, at = _varint(data, at + 1)  # one byte of attributes, unused
    offset_delta, at = _varint(data, at)
    key, at = _bytes(data, at, end)
    value, at = _bytes(data, at, end)
    headers, at = _headers(data, at, end)
    if at != end:
        raise _undecodable(at)
    append_time = header.timestamp_type == 1
    timestamp = header.max_timestamp if append_time else header.first_timestamp + timestamp_delta
    offset = header.base_offset + offset_delta
    return RawRecord(offset, timestamp, header.timestamp_type, key, value, headers), end


def _headers(data: bytes, at: int, end: int) -> tuple[list[tuple[str, bytes | None]], int]:
    count, at = _varint(data, at)
    if not 0 <= count <= end - at:
        raise _undecodable(at)
    headers = []
    for _ in range(count):
        name, at = _bytes(data, at, end)
        if name is None:
            raise _undecodable(at)
        value, at = _bytes(data, at, end)
        headers.append((name.decode("utf-8", "surrogateescape"), value))
    return headers, at


def _bytes(data: bytes, at: int, end: int) -> tuple[bytes | None, int]:
    size, at = _varint(data, at)
    if size < 0:
        return None, at
    if at + size > end:
        raise _undecodable(at)
    return data[at : at + size], at + size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a zigzag varint (as protocol buffers have it); return it with the place behind it."""
    value = 0
    for shift in range(0, _VARINT_BITS_MAX, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), at
    raise _undecodable(at)


def _undecodable(at: int) -> Refused:
    return Refused("MESSAGE_UNDECODABLE", {"reason": "batch", "at": str(at)})
