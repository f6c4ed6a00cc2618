"""Pictures of papers, by their structure: right, or with something more."""

import struct
import zlib


def a_chunk(name, body):
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def a_png(width=3, height=2, pixels=None, more=b""):
    """Return a grey PNG; `more` are chunks between the pixels and the end."""
    rows = b"".join(b"\0" + bytes(width) for _ in range(height)) if pixels is None else pixels
    header = a_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + a_chunk(b"IDAT", zlib.compress(rows)) + more + a_chunk(b"IEND", b"")


def a_segment(marker, body):
    """Return one segment of a JPEG."""
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


def a_jpeg(*, frame=0xC0, entropy=b"\x12\xff\x00\x34\xff\xd0\x56", more=b""):
    """Return the structure of a baseline JPEG; `more` are segments before its frame."""
    start = b"\xff\xd8" + a_segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0") + a_segment(0xDB, bytes(65)) + more
    picture = a_segment(frame, struct.pack(">BHHB", 8, 2, 3, 1) + b"\x01\x11\0")
    return start + picture + a_segment(0xC4, bytes(20)) + a_segment(0xDA, b"\x01\x01\0\0\x3f\0") + entropy + b"\xff\xd9"
