"""A scan of a paper that nobody signed: a PDF without any signature, a JPEG or a PNG, whole and alone in its file."""

from dataclasses import dataclass
from typing import Literal

from hub.connectors.signed.pictures import JPEG_START, PNG_START, check_jpeg, check_png
from hub.connectors.signed.xml_bounds import SOURCE_BYTE_COUNT_MAX
from hub.errors import Refused

__all__ = ["ScanPart", "read_scan"]


@dataclass(frozen=True, slots=True)
class ScanPart:
    """What kind of file a scan is."""

    kind: Literal["pdf", "jpeg", "png"]


def read_scan(data: bytes) -> ScanPart:
    """Judge the structure of one scan; its content is looked at by a person.

    Raises Refused: SOURCE_TOO_LARGE, SOURCE_SCAN_UNKNOWN, SOURCE_PICTURE_DAMAGED, what `open_pdf` raises, and
    SOURCE_SCAN_SIGNED for a PDF that holds anything of a signature: it has to come as `pades`, where it is verified.
    """
    if len(data) > SOURCE_BYTE_COUNT_MAX:
        raise Refused("SOURCE_TOO_LARGE", {"byte_count": str(len(data))})
    if data.startswith(JPEG_START):
        check_jpeg(data)
        return ScanPart("jpeg")
    if data.startswith(PNG_START):
        check_png(data)
        return ScanPart("png")
    if not data.startswith(b"%PDF-"):
        raise Refused("SOURCE_SCAN_UNKNOWN")
    from hub.connectors.signed.pdf_file import SIGNATURE_NAMES, open_pdf  # noqa: PLC0415  slow to import

    _, names = open_pdf(data)
    if names & SIGNATURE_NAMES:
        raise Refused("SOURCE_SCAN_SIGNED")
    return ScanPart("pdf")
