"""Pictures of papers, JPEG and PNG: read by their structure from the first byte to the last, never by a decoder.

What follows the end of a picture, or stands between its parts, could be another document; so nothing may.
"""

import struct
import zlib
from collections.abc import Iterator

from hub.errors import Refused

__all__ = ["JPEG_START", "PNG_START", "check_jpeg", "check_png"]

JPEG_START = b"\xff\xd8\xff"
PNG_START = b"\x89PNG\r\n\x1a\n"
SIDE_PIXELS_MAX = 20_000
PIXELS_MAX = 100_000_000
_FRAMES = frozenset((0xC0, 0xC1, 0xC2))  # baseline, extended, progressive; others are hardly ever drawn by viewers
_TABLES = frozenset((0xC4, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)))  # Huffman, quantisation, restart, comment, APPn
_SCAN, _END = 0xDA, 0xD9
_CHUNKS = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"tEXt", b"zTXt",
     b"iTXt", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"tIME", b"eXIf")
)  # fmt: skip
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # samples of a pixel, by colour type
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


def _damaged(reason: str) -> Refused:
    return Refused("SOURCE_PICTURE_DAMAGED", {"reason": reason})


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= SIDE_PIXELS_MAX and 0 < height <= SIDE_PIXELS_MAX and width * height <= PIXELS_MAX):
        raise _damaged("size")


def check_jpeg(data: bytes) -> None:
    """Refuse bytes that are not one JPEG picture, whole and alone. Raises Refused SOURCE_PICTURE_DAMAGED."""
    frames = scans = 0
    position = 2
    while True:
        marker, body, position = _segment(data, position)
        if marker == _END:
            break
        if marker in _FRAMES and not scans:
            frames += 1
            if len(body) < 6:
                raise _damaged("frame")
            height, width = struct.unpack(">HH", body[1:5])
            _check_size(width, height)
        elif marker == _SCAN and frames == 1:
            scans += 1
            position = _after_entropy(data, position)
        elif marker not in _TABLES:
            raise _damaged("segment")
    if frames != 1 or not scans:
        raise _damaged("no picture")
    if position != len(data):
        raise _damaged("trailing data")


def _segment(data: bytes, position: int) -> tuple[int, bytes, int]:
    """Return marker, body and the position after them; fill bytes (0xFF) may stand before a marker."""
    while data[position : position + 2] == b"\xff\xff":
        position += 1
    if len(data) < position + 2 or data[position] != 0xFF:
        raise _damaged("segment")
    marker = data[position + 1]
    if marker == _END:
        return marker, b"", position + 2
    length = int.from_bytes(data[position + 2 : position + 4])
    body = data[position + 4 : position + 2 + length]
    if length < 2 or len(body) != length - 2:
        raise _damaged("segment")
    return marker, body, position + 2 + length


def _after_entropy(data: bytes, position: int) -> int:
    """Return where the next marker stands that is neither a stuffed 0xFF00 nor a restart."""
    while True:
        position = data.find(b"\xff", position)
        if position < 0 or position + 1 >= len(data):
            raise _damaged("end")
        following = data[position + 1]
        if following == 0x00 or 0xD0 <= following <= 0xD7:
            position += 2
        elif following == 0xFF:
            position += 1
        else:
            return position


def check_png(data: bytes) -> None:
    """Refuse bytes that are not one PNG picture, whole and alone. Raises Refused SOURCE_PICTURE_DAMAGED."""
    names: list[bytes] = []
    pixels: _Pixels | None = None
    for name, body in _chunks(data):
        if not names and name != b"IHDR":
            raise _damaged("header")
        if name == b"IHDR":
            pixels = _Pixels(body)
        if name == b"IDAT":
            assert pixels is not None
            pixels.take(body)
        names.append(name)
    if names.count(b"IHDR") != 1 or names.count(b"PLTE") > 1 or pixels is None or not pixels.done:
        raise _damaged("no picture")
    first, count = names.index(b"IDAT"), names.count(b"IDAT")
    if names[first : first + count] != [b"IDAT"] * count:
        raise _damaged("order")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (name, body) of every chunk; the last one is IEND and ends the file."""
    position = len(PNG_START)
    while True:
        head = data[position : position + 8]
        if len(head) != 8:
            raise _damaged("end")
        length, name = int.from_bytes(head[:4]), head[4:]
        body = data[position + 8 : position + 8 + length]
        check = data[position + 8 + length : position + 12 + length]
        if name not in _CHUNKS or len(body) != length or check != struct.pack(">I", zlib.crc32(name + body)):
            raise _damaged("chunk")
        position += 12 + length
        if name == b"IEND":
            if body or position != len(data):
                raise _damaged("trailing data")
            return
        yield name, body


class _Pixels:
    """Counts the decompressed bytes of a picture without keeping them."""

    def __init__(self, header: bytes) -> None:
        if len(header) != 13:
            raise _damaged("header")
        width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", header)
        _check_size(width, height)
        if depth not in _DEPTHS.get(colour, ()) or compression or filtering or interlace:
            raise _damaged("header")
        self._left = height * (1 + (width * depth * _CHANNELS[colour] + 7) // 8)
        self._inflate = zlib.decompressobj()

    @property
    def done(self) -> bool:
        """Whether exactly the pixels were there that the header announces."""
        return self._left == 0 and self._inflate.eof

    def take(self, data: bytes) -> None:
        """Take one more piece of compressed pixels."""
        while data:
            try:
                made = self._inflate.decompress(data, 65_536)
            except zlib.error:
                raise _damaged("pixels") from None
            self._left -= len(made)
            data = self._inflate.unconsumed_tail
            if self._left < 0 or self._inflate.unused_data:
                raise _damaged("pixels")
