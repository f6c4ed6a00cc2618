"""The data inside a sheet, found by its place and not by the PDF's own tables: evidence file and QR text.

Whatever is taken for them is only believed when the sheet that they make is the file, byte for byte.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from hub.errors import Refused
from hub.evidence import BUNDLE_BYTE_COUNT_MAX

__all__ = ["SHEET_BYTES_MAX", "SheetParts", "is_pdf", "layout_of", "parts_of"]

SHEET_BYTES_MAX = 2 * BUNDLE_BYTE_COUNT_MAX
_FILE_COUNT_MAX = 3
_LAYOUT = re.compile(rb"<pdf:Keywords>(sheet-[0-9]{1,4})</pdf:Keywords>")
_HEAD = re.compile(
    rb"<</Length (\d{1,8})/Type/EmbeddedFile(/Filter/FlateDecode)?/Subtype/(?:application#2Fjson|text#2Fplain)"
    rb"/Params<</Size (\d{1,8})[^>]{0,60}>>>>\nstream\n"
)


@dataclass(frozen=True, slots=True)
class SheetParts:
    """What a sheet is made of: the evidence file, and the text of its QR code."""

    bundle: bytes
    qr: str


def is_pdf(data: bytes) -> bool:
    """Tell whether a file says that it is a PDF."""
    return data.startswith(b"%PDF-")


def layout_of(pdf: bytes) -> str:
    """Return the name of the layout that a sheet says it was set with, "" where it says none."""
    found = _LAYOUT.search(pdf)
    return "" if found is None else found[1].decode("ascii")


def parts_of(pdf: bytes) -> SheetParts:
    """Return the data of a sheet. Raises Refused: SHEET_TOO_LARGE, SHEET_UNREADABLE (no sheet of this hub)."""
    if len(pdf) > SHEET_BYTES_MAX:
        raise Refused("SHEET_TOO_LARGE", {"limit": f"{SHEET_BYTES_MAX} bytes"})
    files = list(_files(pdf))
    bundles = [data for data in files if data.startswith(b'{"digest":"')]
    texts = [data for data in files if not data.startswith(b"{")]
    if len(files) != _FILE_COUNT_MAX or len(bundles) != 1 or len(texts) != 1:
        raise Refused("SHEET_UNREADABLE", {"reason": "attachments"})
    try:
        return SheetParts(bundles[0], texts[0].decode("utf-8"))
    except UnicodeDecodeError:
        raise Refused("SHEET_UNREADABLE", {"reason": "text"}) from None


def _files(pdf: bytes) -> Iterator[bytes]:
    """Yield what the first attachments hold, inflated no further than they say."""
    for number, head in enumerate(_HEAD.finditer(pdf)):
        if number > _FILE_COUNT_MAX:
            return
        length, size = int(head[1]), int(head[3])
        if size > BUNDLE_BYTE_COUNT_MAX:
            raise Refused("SHEET_UNREADABLE", {"reason": "attachments"})
        data = pdf[head.end() : head.end() + length]
        yield data if head[2] is None else _inflated(data, size)


def _inflated(data: bytes, size: int) -> bytes:
    try:
        made = zlib.decompressobj().decompress(data, size + 1)
    except zlib.error:
        raise Refused("SHEET_UNREADABLE", {"reason": "attachments"}) from None
    if len(made) != size:
        raise Refused("SHEET_UNREADABLE", {"reason": "attachments"})
    return made
