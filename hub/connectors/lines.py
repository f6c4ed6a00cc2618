"""Read a text file line by line with bounded memory: an endless line is skipped, named, and the rest goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hub.connectors.opening import check_regular
from hub.errors import Refused

__all__ = ["LINE_BYTES_MAX", "Line", "lines_of"]

LINE_BYTES_MAX = 262_144  # what one signed document may have
_BOM_8 = b"\xef\xbb\xbf"
_BOM_16 = (b"\xff\xfe", b"\xfe\xff")
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end: number from 1, bytes (None when it was too long), and whether it ended in CRLF."""

    number: int
    data: bytes | None
    crlf: bool = False


def lines_of(path: Path, line_bytes_max: int = LINE_BYTES_MAX) -> Iterator[Line]:
    """Yield the lines that are not blank. Raises Refused when the file as a whole is no such file."""
    check_regular(path)
    try:
        with path.open("rb") as stream:
            _check_opening(stream.read(4))
            stream.seek(0)
            yield from _split(stream, line_bytes_max)
    except (OSError, ValueError) as error:
        raise Refused("FILE_UNREADABLE", {"reason": type(error).__name__}) from error


def _check_opening(opening: bytes) -> None:
    if opening.startswith(_BOM_8):
        raise Refused("LINES_BOM")
    if opening.startswith(_BOM_16):
        raise Refused("LINES_NOT_UTF8", {"line": "1"})
    if opening.startswith(_BINARY):
        raise Refused("FILE_KIND_UNKNOWN", {"found": "binary", "expected": ".jsonl"})


def _split(stream: BinaryIO, line_bytes_max: int) -> Iterator[Line]:
    number = 0
    while data := stream.readline(line_bytes_max + 2):
        number += 1
        ended = data.endswith(b"\n")
        body = data[:-1] if ended else data
        crlf = body.endswith(b"\r")
        body = body[:-1] if crlf else body
        if len(body) > line_bytes_max:
            if not ended:
                _skip(stream, line_bytes_max)
            yield Line(number, None)
        elif body.strip():
            yield Line(number, body, crlf)


def _skip(stream: BinaryIO, piece_bytes: int) -> None:
    """Read on to the end of the line, keeping nothing."""
    while (piece := stream.readline(piece_bytes)) and not piece.endswith(b"\n"):
        pass
