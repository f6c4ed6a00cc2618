"""A place with files: what both kinds, a folder and an SFTP server, are for whoever reads and answers there.

Names are paths below the place's root ("gui/31020001/5A.csv"). Of each part only what every system can hold is taken:
no "/" inside, no "..", no control character, at most 200 letters. Links are never followed.
"""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hub.domain.characters import FORBIDDEN, visible
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = [
    "ENTRY_COUNT_MAX", "FILE_BYTES_MAX", "NAME_LENGTH_MAX", "OWN_ANSWERS", "Entry", "FileStore", "Listing",
    "is_passed_over", "matching", "name_fault", "parts_of", "refused_name",
]  # fmt: skip

NAME_LENGTH_MAX = 200
ENTRY_COUNT_MAX = 5_000  # in one folder
FILE_COUNT_MAX = 100_000  # of one pattern, over all folders: schools, years, classes
FILE_BYTES_MAX = 32 * 2**20
OWN_ANSWERS = ("*.tra-loi-*", "tra-loi-*", "tiep-nhan-*", "dinh-chinh-*")
_UNFINISHED = ("*.part", "*.tmp", "*.filepart", "*.crdownload", "~$*", ".*")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A regular file or a folder, by its name below the root. `mtime` (s) is the system's: compare it with itself."""

    name: str
    size: int
    mtime: int
    folder: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands in a folder, in the order of names, and what of it is told and passed over."""

    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...] = ()


class FileStore(Protocol):
    """Every call raises Unavailable SYSTEM_UNREACHABLE, Refused FILE_NAME_WRONG, SYSTEM_REFUSES or what it says."""

    async def listing(self, folder: str) -> Listing:
        """Return what stands in a folder ("" is the root); nothing where there is no such folder.

        Links, devices and names that cannot be taken are findings. Raises Refused FOLDER_TOO_FULL.
        """

    async def stat(self, name: str) -> Entry | None:
        """Return one file as it is now, or None."""

    async def read(self, name: str) -> Path:
        """Return a copy in the spool, under the file's own last name; the next call may take its place.

        Raises Refused FILE_TOO_LARGE, Unavailable FILE_STILL_WRITTEN when the file is gone.
        """

    async def write(self, name: str, data: bytes) -> None:
        """Write a whole file, folders above it included: nobody ever sees a part of it under its name."""

    async def close(self) -> None:
        """Give connections back."""


async def matching(store: FileStore, pattern: str) -> Listing:
    """Return the files of a pattern such as "gui/*/*/*.xlsx", each part matched by itself, in the order of names.

    What `is_passed_over` names is left out. Raises Refused FOLDER_TOO_FULL.
    """
    *folders, last = pattern.split("/")
    found, findings = [""], list[Finding]()
    for part in folders:
        found, told = await _folders(store, found, part)
        findings += told
    files: list[Entry] = []
    for folder in found:
        listed = await store.listing(folder)
        findings += listed.findings
        files += [entry for entry in listed.entries if not entry.folder and _matches(entry, last)]
        _check_count(files)
    return Listing(tuple(sorted(files)), tuple(findings))


async def _folders(store: FileStore, above: Sequence[str], part: str) -> tuple[list[str], list[Finding]]:
    if not any(sign in part for sign in "*?["):
        return [f"{folder}/{part}".lstrip("/") for folder in above], []
    found: list[str] = []
    findings: list[Finding] = []
    for folder in above:
        listed = await store.listing(folder)
        found += [entry.name for entry in listed.entries if entry.folder and _matches(entry, part)]
        findings += listed.findings
        _check_count(found)
    return found, findings


def _check_count(found: Sequence[object]) -> None:
    if len(found) > FILE_COUNT_MAX:
        raise Refused("FOLDER_TOO_FULL", {"count_max": str(FILE_COUNT_MAX)})


def _matches(entry: Entry, pattern: str) -> bool:
    last = entry.name.rpartition("/")[2]
    return fnmatch.fnmatchcase(last, pattern) and not is_passed_over(last)


def is_passed_over(last: str) -> bool:
    """Tell whether nothing of this last name is ever read: our own answers, hidden, open and unfinished files."""
    return any(fnmatch.fnmatchcase(last, pattern) for pattern in (*OWN_ANSWERS, *_UNFINISHED))


def parts_of(name: str) -> list[str]:
    """Return the parts of a name below the root; "" has none. Raises Refused FILE_NAME_WRONG {reason}."""
    parts = name.split("/") if name else []
    fault = next((fault for part in parts if (fault := name_fault(part))), None)
    if fault is not None:
        raise Refused("FILE_NAME_WRONG", {"name": visible(name[:60]), "reason": fault})
    return parts


def name_fault(part: str) -> str | None:
    """Return why a part of a name is not taken, or None."""
    if part in ("", ".", "..") or "/" in part or "\\" in part:
        return "path"
    if len(part) > NAME_LENGTH_MAX:
        return f"longer than {NAME_LENGTH_MAX}"
    if FORBIDDEN.search(part):
        return "control character"
    return None


def refused_name(folder: str, part: str, reason: str) -> Finding:
    """Return the finding about an entry that is passed over."""
    shown = visible(part[:60])
    return finding(
        "FILE_NAME_WRONG", visible(f"{folder}/{shown}".lstrip("/")[:200]), facts={"name": shown, "reason": reason}
    )
