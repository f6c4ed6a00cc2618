"""Hồ sơ đã nhận, khi lập học bạ cả năm: the semester documents that came with pupils who moved, for their years here.

They are read from the folders of `hub transfer receive`, whose files were proved when they came.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from hub.domain import Transcript, pupil_of
from hub.domain import read as read_transcript
from hub.domain.findings import Finding, finding
from hub.domain.semesters import differing_results, semester_bases
from hub.domain.taking import take_semester
from hub.errors import Refused
from hub.evidence import BUNDLE_BYTE_COUNT_MAX, Bundle, read_file
from hub.trust import decode_base64

__all__ = ["Received", "ReceivedSemester", "read_received", "rested"]

_FILES = ("*.bundle.json", "*/*.bundle.json")
_EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class ReceivedSemester:
    """A semester document of another school, and its hash (hex)."""

    document_sha256: str
    transcript: Transcript


Received = Mapping[tuple[str, str], ReceivedSemester]
"""By pupil and school year."""


def read_received(folders: Iterable[Path]) -> Received:
    """Return the semester documents in these folders, or in folders right below them; corrected ones are left out.

    Raises Refused TRANSFER_FOLDER_WRONG for a folder that is not there, or a file that is no evidence file.
    """
    found: dict[tuple[str, str], ReceivedSemester] = {}
    for folder in folders:
        if not folder.is_dir():
            raise Refused("TRANSFER_FOLDER_WRONG", {"folder": str(folder), "reason": "-"})
        for path in sorted(one for pattern in _FILES for one in folder.glob(pattern) if one.parent.name != _EARLIER):
            semester = _read(path)
            t = semester.transcript
            if t.period == "semester_1":
                found[pupil_of(t), t.school_year] = semester
    return found


def rested(transcript: Transcript, received: Received) -> tuple[Transcript, tuple[Finding, ...]]:
    """Return a year of this school on the semester that its pupil came with, and what was taken from there."""
    semester = received.get((pupil_of(transcript), transcript.school_year))
    own = semester is None or semester.transcript.school.code == transcript.school.code
    if semester is None or own or transcript.period != "year" or semester_bases(transcript):
        return transcript, ()
    differing = differing_results(transcript, semester.transcript)
    taken, count = take_semester(transcript, semester.transcript, semester.document_sha256)
    facts = {"school": semester.transcript.school.code, "count": str(count)}
    told = [finding("BASIS_TAKEN", "$.basis", facts=facts)]
    if differing:
        told.append(finding("BASIS_MARKS_DIFFER", "$.basis", facts={"results": ", ".join(differing)}))
    return taken, tuple(told)


def _read(path: Path) -> ReceivedSemester:
    try:
        with path.open("rb") as file:
            document = decode_base64(read_file(file.read(BUNDLE_BYTE_COUNT_MAX + 1), Bundle).document)
        transcript = read_transcript(document).transcript
    except (OSError, Refused):
        transcript = None
    if transcript is None:
        raise Refused("TRANSFER_FOLDER_WRONG", {"folder": str(path.parent), "reason": path.name})
    return ReceivedSemester(sha256(document).hexdigest(), transcript)
