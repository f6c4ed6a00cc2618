"""Học bạ giấy: a scan or a signed PDF from which a person typed documents; it is evidence of the lowest grade.

Whether the file is a picture or a PDF is looked at here; nothing is ever derived from it (ADR 0029).
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from hub.client.batch import Sealed
from hub.connectors.signed import read_scan
from hub.errors import Refused
from hub.topics import MESSAGE_BYTES_MAX

__all__ = ["PAPERS", "Paper", "read_paper"]

PAPERS = "hoc-ba-giay"
_SYSTEM = re.compile(r"(?=.{1,60}\Z)[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Paper:
    """Học bạ giấy: a scan, or a signed PDF, from which a person typed every document of a batch.

    `system` is the id in the register under which the Sở keeps its papers.
    """

    source: bytes
    system: str

    @property
    def sha256(self) -> str:
        """The hash (hex) of the source."""
        return hashlib.sha256(self.source).hexdigest()

    @property
    def sealed(self) -> Sealed:
        """What the seals will say: no mapping made the documents, whatever a signature in the file says."""
        return Sealed(grade="legacy_evidence", system=self.system)


def read_paper(path: Path, system: str = PAPERS) -> Paper:
    """Read the file of a paper. Raises Refused OPTION_WRONG for a system that no register names, FILE_UNREADABLE,
    SUBMISSION_TOO_LARGE, and the SOURCE_ codes of `read_scan` for what is no whole picture and no plain PDF.
    """
    if _SYSTEM.fullmatch(system) is None:
        raise Refused("OPTION_WRONG", {"option": "--system", "reason": _SYSTEM.pattern})
    data = _read(path)
    try:
        read_scan(data)
    except Refused as refused:
        if refused.code != "SOURCE_SCAN_SIGNED":  # a signed PDF: Sở verifies it, whose register pins the signers
            raise
    return Paper(data, system)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MESSAGE_BYTES_MAX + 1)
    except OSError as error:
        raise Refused("FILE_UNREADABLE", {"reason": type(error).__name__}) from error
    if len(data) > MESSAGE_BYTES_MAX:
        limit = f"{MESSAGE_BYTES_MAX} bytes"
        raise Refused("SUBMISSION_TOO_LARGE", {"size": f"{path.stat().st_size} bytes", "limit": limit})
    return data
