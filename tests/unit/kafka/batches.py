"""Batches as bytes, written word for word after the protocol guide, so that a test can put anything into them."""

import gzip
import struct
from collections.abc import Sequence

import cramjam
from aiokafka.record.util import calc_crc32c

Header = tuple[bytes, bytes | None]
FIRST_MS, LAST_MS = 1_781_924_400_000, 1_781_924_400_123


def varint(number: int) -> bytes:
    value, written = (number << 1) ^ (number >> 63), bytearray()
    while True:
        if value < 0x80:
            return bytes([*written, value])
        written.append(value & 0x7F | 0x80)
        value >>= 7


def field(data: bytes | None) -> bytes:
    return varint(-1) if data is None else varint(len(data)) + data


def a_record(
    n: int, value: bytes | None = b"value", key: bytes | None = b"key", headers: Sequence[Header] = ()
) -> bytes:
    said = b"".join(field(name) + field(data) for name, data in headers)
    body = b"\0" + varint(n) + varint(n) + field(key) + field(value) + varint(len(headers)) + said
    return varint(len(body)) + body


def xerial(data: bytes) -> bytes:
    block = bytes(cramjam.snappy.compress_raw(data))
    return b"\x82SNAPPY\0" + struct.pack(">ii", 1, 1) + struct.pack(">i", len(block)) + block


PACKED = {
    "none": (0, lambda data: data),
    "gzip": (1, lambda data: gzip.compress(data, 6)),
    "snappy": (2, lambda data: bytes(cramjam.snappy.compress_raw(data))),
    "xerial": (2, xerial),
    "lz4": (3, lambda data: bytes(cramjam.lz4.compress(data))),
    "zstd": (4, lambda data: bytes(cramjam.zstd.compress(data))),
}


def a_batch(records: Sequence[bytes], codec: str = "none", base: int = 100, append_time: bool = True) -> bytes:
    number, pack = PACKED[codec]
    return batch_of(number, pack(b"".join(records)), len(records), base, append_time)


def batch_of(
    codec: int, data: bytes, count: int, base: int = 100, append_time: bool = True,
    times_ms: tuple[int, int] = (FIRST_MS, LAST_MS),
) -> bytes:  # fmt: skip
    """Return a batch around packed bytes."""
    attributes = codec | (8 if append_time else 0)
    rest = struct.pack(">hiqqqhii", attributes, count - 1, *times_ms, -1, -1, -1, count) + data
    body = struct.pack(">ibI", 0, 2, calc_crc32c(rest)) + rest
    return struct.pack(">qi", base, len(body)) + body
