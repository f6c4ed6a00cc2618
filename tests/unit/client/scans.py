"""Synthetic scans: grey pictures that show nothing."""

import zlib

__all__ = ["a_scan"]


def a_scan(width: int = 4, height: int = 3) -> bytes:
    """Return a PNG of a size; different sizes are different bytes."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0))
    rows = zlib.compress((b"\x00" + b"\xd0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")
