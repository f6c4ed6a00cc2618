"""Unpacking a compressed batch, up to a limit: a megabyte on the wire may claim to be a gigabyte in memory.

The broker walks through a batch without keeping it, and takes what it can walk through; so the limit has to be here.
"""

import struct
import threading
import zlib
from collections.abc import Callable

import cramjam

from hub.errors import Refused
from hub.topics import MESSAGE_BYTES_MAX

__all__ = ["BATCH_BYTES_MAX", "unpack"]

BATCH_BYTES_MAX = 16 * MESSAGE_BYTES_MAX
"""What one batch may hold. The broker takes MESSAGE_BYTES_MAX compressed; a producer of ours packs 16 kB or one record
at a time, and Java's, which fills a batch by its compressed size, packs transcripts (mostly base64 of signatures and
hashes) no closer than 8 to 1."""

_GZIP = 31  # zlib's window bits for a gzip frame
_XERIAL = b"\x82SNAPPY\x00"  # Java's snappy frames: a header of 16 bytes, then blocks with their lengths
_XERIAL_HEADER_BYTES = 16
_BLOCK = struct.Struct(">i")
_room = threading.local()


def unpack(codec: int, data: bytes) -> bytes:
    """Return the unpacked bytes of a batch. `codec` as in its attributes: 1 gzip, 2 snappy, 3 lz4, 4 zstd.

    Raises Refused: MESSAGE_TOO_LARGE beyond BATCH_BYTES_MAX, MESSAGE_UNDECODABLE for what does not unpack.
    """
    try:
        return _CODECS[codec](data)
    except (zlib.error, struct.error, EOFError, KeyError):
        raise _undecodable() from None
    except cramjam.DecompressionError as error:
        raise (_too_large() if "whole buffer" in str(error) else _undecodable()) from None


def _gzip(data: bytes) -> bytes:
    whole = bytearray()
    while data:  # several members in a row are one stream (RFC 1952, section 2.2)
        member = zlib.decompressobj(_GZIP)
        whole += member.decompress(data, BATCH_BYTES_MAX + 1 - len(whole))
        if len(whole) > BATCH_BYTES_MAX:
            raise _too_large()
        if not member.eof:
            raise EOFError
        data = member.unused_data.lstrip(b"\0")
    return bytes(whole)


def _snappy(data: bytes) -> bytes:
    if not data.startswith(_XERIAL):
        return _snappy_block(data, 0)
    whole, at = bytearray(), _XERIAL_HEADER_BYTES
    while at < len(data):
        (size,) = _BLOCK.unpack_from(data, at)
        at += _BLOCK.size
        if not 0 < size <= len(data) - at:
            raise EOFError
        whole += _snappy_block(data[at : at + size], len(whole))
        at += size
    return bytes(whole)


def _snappy_block(data: bytes, before: int) -> bytes:
    if before + cramjam.snappy.decompress_raw_len(data) > BATCH_BYTES_MAX:
        raise _too_large()
    return bytes(cramjam.snappy.decompress_raw(data))


def _into_room(decompress_into: Callable[[bytes, bytearray], int]) -> Callable[[bytes], bytes]:
    """Unpack into one buffer of the limit's size, which each thread keeps: these two codecs take no limit."""

    def into_room(data: bytes) -> bytes:
        if not hasattr(_room, "buffer"):
            _room.buffer = bytearray(BATCH_BYTES_MAX)
        size: int = decompress_into(data, _room.buffer)
        with memoryview(_room.buffer) as view:
            return bytes(view[:size])

    return into_room


def _too_large() -> Refused:
    return Refused("MESSAGE_TOO_LARGE", {"size": f"> {BATCH_BYTES_MAX} bytes", "limit": f"{BATCH_BYTES_MAX} bytes"})


def _undecodable() -> Refused:
    return Refused("MESSAGE_UNDECODABLE", {"reason": "batch", "at": "0"})


_CODECS: dict[int, Callable[[bytes], bytes]] = {
    1: _gzip,
    2: _snappy,
    3: _into_room(cramjam.lz4.decompress_into),
    4: _into_room(cramjam.zstd.decompress_into),
}
