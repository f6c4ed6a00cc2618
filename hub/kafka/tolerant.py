"""A consumer that reads on: what a stranger puts into a batch ends as a record, never as an exception in the client.

aiokafka reads records in its fetcher, before any code of ours: there a header name that is no UTF-8 raises, again and
again at the same offset, and a compressed batch is unpacked however large it is. `install` puts `TolerantRecords` in
place of its reader. The fast reader still reads every ordinary batch; after it fails, `batch_format` reads the same
batch. A batch that cannot be read at all, or unpacks to more than BATCH_BYTES_MAX, becomes one record at its first
offset, without key and value, with a header (`UNREADABLE`) that says why and how many records it stands for: the stage
quarantines it and goes on behind the batch. Its bytes stay in the topic.

Why not aiokafka without its compiled part (AIOKAFKA_NO_EXTENSIONS), whose reader is easier to change: a record of
200 kB then takes 9 to 25 ms instead of 0.2 to 0.6, most of it for the checksum. This way costs some hundredths of one.
"""

import struct
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import aiokafka.consumer.fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.memory_records import MemoryRecords

from hub.errors import Refused
from hub.kafka.batch_format import HEADER, BatchHeader, RawRecord, header_of, records_of
from hub.kafka.unpacking import BATCH_BYTES_MAX, unpack

__all__ = ["UNREADABLE", "TolerantRecords", "install", "refuse_unreadable"]

UNREADABLE = "hub-unreadable"
_COUNT = "hub-unreadable-records"
_FETCHER: Any = aiokafka.consumer.fetcher
_LOG_OVERHEAD = struct.Struct(">qi")  # offset and length stand before every batch
_V2 = 2
_FAST_FAULTS = (CorruptRecordException, ValueError, IndexError)  # a name that does not decode is a ValueError
_CODEC_BITS = 0x07


def install() -> None:
    """Make every aiokafka consumer of this process tolerant; a second call changes nothing."""
    _FETCHER.MemoryRecords = TolerantRecords


def refuse_unreadable(value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> None:
    """Raise the Refused that a record stands for when it stands for an unreadable batch; else do nothing."""
    code = dict(headers).get(UNREADABLE) if value is None else None
    if code == b"MESSAGE_TOO_LARGE":
        raise Refused("MESSAGE_TOO_LARGE", {"size": "?", "limit": f"{BATCH_BYTES_MAX} bytes"})
    if code is not None:
        raise Refused("MESSAGE_UNDECODABLE", {"reason": "batch", "at": "0"})


class TolerantRecords:
    """What one fetch brought of one partition, batch by batch: stands in for aiokafka's MemoryRecords."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def size_in_bytes(self) -> int:
        """Return how many bytes came, a batch that was cut off at the end included."""
        return len(self._data)

    def has_next(self) -> bool:
        """Tell whether another whole batch is there."""
        return self._end() is not None

    def next_batch(self) -> Any:
        """Return the next batch, or None."""
        end = self._end()
        if end is None:
            return None
        batch, self._at = self._data[self._at : end], end
        if len(batch) < HEADER.size or header_of(batch).magic < _V2:
            return MemoryRecords(batch).next_batch()  # formats that no broker of today takes
        return _Batch(batch)

    def _end(self) -> int | None:
        if len(self._data) - self._at < _LOG_OVERHEAD.size:
            return None
        _, length = _LOG_OVERHEAD.unpack_from(self._data, self._at)
        end = self._at + _LOG_OVERHEAD.size + int(length)
        return end if self._at < end <= len(self._data) else None


class _Batch:
    """One batch; all but its records is left to aiokafka."""

    def __init__(self, batch: bytes) -> None:
        self._batch = batch
        self._fast: Any = DefaultRecordBatch(batch)
        self._records: Iterator[Any] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._fast, name)  # base_offset, next_offset, producer_id, validate_crc, …

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._records is None:
            self._records = _readable(self._batch)
        return next(self._records)


def _readable(batch: bytes) -> Iterator[Any]:
    """Yield the records of a batch at offsets that go up within it, and one that stands for what cannot be read."""
    header = header_of(batch)
    offset, last = header.base_offset, header.base_offset + header.last_offset_delta
    try:
        for record in _read(header, batch):
            if not offset <= record.offset <= last:
                raise Refused("MESSAGE_UNDECODABLE", {"reason": "offset", "at": "0"})
            offset = record.offset + 1
            yield record
    except Refused as refused:
        if offset <= last:
            yield _unreadable(header, refused, offset)


def _read(header: BatchHeader, batch: bytes) -> Iterator[Any]:
    data, done = batch[HEADER.size :], 0
    if header.codec:
        data = unpack(header.codec, data)
    try:
        for record in DefaultRecordBatch(_unpacked(header, data) if header.codec else batch):
            done += 1
            yield record
    except _FAST_FAULTS:
        yield from islice(records_of(header, data), done, None)


def _unpacked(header: BatchHeader, data: bytes) -> bytes:
    length = HEADER.size - _LOG_OVERHEAD.size + len(data)
    return HEADER.pack(*header._replace(length=length, attributes=header.attributes & ~_CODEC_BITS)) + data


def _unreadable(header: BatchHeader, refused: Refused, offset: int) -> RawRecord:
    """Stand in for everything from `offset` to the end of the batch."""
    count = header.base_offset + header.last_offset_delta + 1 - offset
    told: list[tuple[str, bytes | None]] = [(UNREADABLE, refused.code.encode()), (_COUNT, str(count).encode())]
    return RawRecord(offset, header.max_timestamp, header.timestamp_type, None, None, told)
