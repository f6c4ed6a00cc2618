"""Open a file that a school hands in: size, kind and safety are judged before anything is parsed.

Invariant: nothing is unpacked to disk, no link inside a file is followed, and whatever is wrong leaves as `Refused`.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers.expat import ExpatError

from hub.errors import Refused

__all__ = ["PART_COUNT_MAX", "UNPACKED_BYTES_MAX", "WORKBOOK_BYTES_MAX", "Package", "damage_refused", "open_package"]

WORKBOOK_BYTES_MAX = 32 * 2**20  # a school of 5,000 pupils makes about 2 MB
UNPACKED_BYTES_MAX = 128 * 2**20
PART_COUNT_MAX = 1_000
_RATIO_MAX = 100  # XML of equal rows reaches 40:1; bombs start beyond 1,000:1
_RATIO_FREE_BYTES = 8 * 2**20  # below this size a high ratio is harmless
_SNIFFED_BYTES = 512

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_FLAG = 0x1
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00\x04\x00")
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, LookupError,
    OverflowError, struct.error, ExpatError,
)  # fmt: skip


@contextmanager
def damage_refused(part: str) -> Iterator[None]:
    """Turn whatever a parser throws at hostile bytes into `WORKBOOK_DAMAGED`."""
    try:
        yield
    except _DAMAGE as error:
        raise Refused("WORKBOOK_DAMAGED", {"part": part}) from error


class Package:
    """A zip container that passed the checks; parts are read whole, each at most its declared size."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = tuple(archive.namelist())

    def read(self, name: str) -> bytes:
        """Return the bytes of one part. Raises Refused(WORKBOOK_DAMAGED) when it is absent or broken."""
        with damage_refused(name):
            return self._archive.read(name)


def open_package(path: Path) -> Package:
    """Open a .xlsx file as a container of parts. Raises Refused with a code of the family `workbook`."""
    data = read_whole(path, WORKBOOK_BYTES_MAX)
    _check_kind(path, data)
    with damage_refused("zip"):
        archive = zipfile.ZipFile(io.BytesIO(data))
    _check_container(archive, len(data))
    return Package(archive)


def read_whole(path: Path, bytes_max: int) -> bytes:
    """Return the file's bytes, read once. Raises Refused FILE_UNREADABLE or FILE_TOO_LARGE."""
    check_regular(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(bytes_max + 1)
    except (OSError, ValueError) as error:
        raise Refused("FILE_UNREADABLE", {"reason": type(error).__name__}) from error
    if len(data) > bytes_max:
        raise Refused("FILE_TOO_LARGE", {"bytes": f"> {bytes_max}", "bytes_max": str(bytes_max)})
    return data


def check_regular(path: Path) -> None:
    """Refuse what is no ordinary file: a device or a pipe may have no end. Raises Refused FILE_UNREADABLE."""
    if path.exists() and not path.is_file():
        raise Refused("FILE_UNREADABLE", {"reason": "no ordinary file"})


def _check_kind(path: Path, data: bytes) -> None:
    if data.startswith(_OLE):
        raise Refused(_code_of_ole(data), _kind("OLE"))
    if data.startswith(_BIFF):
        raise Refused("WORKBOOK_XLS_FORMAT")
    if not data.startswith(b"PK\x03\x04"):
        raise Refused("FILE_KIND_UNKNOWN", _kind(_guess(data)))
    if path.suffix.lower() != ".xlsx":
        raise Refused("FILE_KIND_UNKNOWN", _kind(f"zip {path.suffix.lower()[:8]}"))


def _code_of_ole(data: bytes) -> str:
    """Tell a protected .xlsx from an old .xls by the names of the streams in the compound file."""
    if "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data:
        return "WORKBOOK_PASSWORD_PROTECTED"
    if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        return "WORKBOOK_XLS_FORMAT"
    return "FILE_KIND_UNKNOWN"


def _guess(data: bytes) -> str:
    opening = data[:_SNIFFED_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not opening:
        return "empty"
    if opening.startswith(b"%pdf"):
        return "PDF"
    if opening.startswith(b"<"):
        return "HTML or XML"
    return "unknown"


def _kind(found: str) -> dict[str, str]:
    return {"found": found, "expected": ".xlsx"}


def _check_container(archive: zipfile.ZipFile, size_bytes: int) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    bomb = len(parts) > PART_COUNT_MAX or unpacked > UNPACKED_BYTES_MAX
    if bomb or (unpacked > _RATIO_FREE_BYTES and unpacked > _RATIO_MAX * size_bytes):
        raise Refused("WORKBOOK_ZIP_BOMB", {"bytes": str(unpacked), "parts": str(len(parts))})
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        raise Refused("WORKBOOK_PASSWORD_PROTECTED")
    if len({part.filename for part in parts}) != len(parts):
        raise Refused("WORKBOOK_DAMAGED", {"part": "names"})
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise Refused("WORKBOOK_DAMAGED", {"part": "compression"})
    if any(part.filename.endswith(".bin") and part.filename.startswith("xl/workbook") for part in parts):
        raise Refused("FILE_KIND_UNKNOWN", {"found": ".xlsb", "expected": ".xlsx"})
