"""A source that reads the records of files as they arrive in a folder or on an SFTP server, page by page.

Invariant: a file is read only when it stands still, and again when its bytes change; a file that cannot be read stops
no other, and is answered once as one refused record when nobody writes it any more.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.connectors.sdk.records import KEY_LENGTH_MAX, Page, SourceRecord
from hub.connectors.transport.file_cursor import FileCursor
from hub.connectors.transport.files import Entry, FileStore, matching
from hub.connectors.transport.settling import Settling
from hub.domain.findings import Finding, finding
from hub.errors import Refused, Unavailable

__all__ = ["FileRecords", "FileSource", "ReadFile"]

FILES_PER_PULL_MAX = 50  # looked at in one pull, so that it ends


@dataclass(frozen=True, slots=True)
class FileRecords:
    """The records of one file in its order, and what is told about the file as a whole."""

    records: tuple[SourceRecord, ...]
    findings: tuple[Finding, ...] = ()


ReadFile = Callable[[Path, str], FileRecords]
"""Reads one file: its copy, and its name below the root. Raises Refused when the file as a whole cannot be read."""


@dataclass(frozen=True, slots=True)
class _Opened:
    entry: Entry
    sha256: str
    read: FileRecords


class FileSource:
    """Reads the files of a `pattern` ("gui/*/*/*.xlsx") of a store with `read`, which runs in a thread."""

    def __init__(self, store: FileStore, pattern: str, read: ReadFile, settling: Settling) -> None:
        self._store = store
        self._pattern = pattern
        self._read = read
        self._settling = settling
        self._opened: _Opened | None = None
        self._listing: tuple[Entry, ...] | None = None  # what stood still, while some of it waits: a listing is long
        self._told: dict[str, Entry] = {}
        self._settles: tuple[Entry, ...] = ()  # new or changed, and not yet known to stand still

    def settles_in_s(self) -> float | None:
        """Return after how many seconds a pull may find more, for files that only have to stand still; else None."""
        return self._settling.settles_in_s(self._settles)

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return the next records: of the file at work, else of the next that stands still and is new or changed."""
        at = FileCursor.read(cursor)
        if self._opened is not None and at.is_at(self._opened.entry.name, self._opened.sha256):
            return _page(at, self._opened, limit, more=True)
        findings: list[Finding] = []
        if self._listing is None:
            at = await self._list(at, findings)
        page = await self._next(at, limit, findings)
        if not page.more:
            self._listing = None
        return page

    async def _list(self, at: FileCursor, findings: list[Finding]) -> FileCursor:
        """List the store; return the cursor without files that are gone."""
        listed = await matching(self._store, self._pattern)
        findings += listed.findings
        self._listing = self._settling.settled(listed.entries)
        still = set(self._listing)
        self._settles = tuple(entry for entry in listed.entries if entry not in still and not at.knows(entry))
        return at.kept({entry.name for entry in listed.entries})

    async def _next(self, at: FileCursor, limit: int, findings: list[Finding]) -> Page:
        waiting = self._waiting(at)
        for position, entry in enumerate(waiting[:FILES_PER_PULL_MAX]):
            opened = await self._open(entry, at, findings)
            if opened is None:
                continue
            if at.holds(entry, opened.sha256):
                at = at.after(entry, opened.sha256)
                continue
            page = _page(at, opened, limit, more=len(waiting) > position + 1)
            return Page(page.records, page.cursor, page.more, (*findings, *page.findings))
        return Page((), at.text(), len(waiting) > FILES_PER_PULL_MAX, tuple(findings))

    def _waiting(self, at: FileCursor) -> list[Entry]:
        """Return the files to look at: settled, new or changed, the one at work first; a damaged one after its time."""
        found = [entry for entry in self._listing or () if not at.knows(entry) and not self._rests(entry)]
        return sorted(found, key=lambda entry: (entry.name != at.file, entry.name))

    def _rests(self, entry: Entry) -> bool:
        return self._told.get(entry.name) == entry and not self._settling.is_left_so(entry)

    async def close(self) -> None:
        """Give connections and the copy back."""
        self._opened = None
        await self._store.close()

    async def _open(self, entry: Entry, at: FileCursor, findings: list[Finding]) -> _Opened | None:
        """Copy and read a file; None while it is still written, which is told once."""
        known = self._opened
        if known is not None and known.entry == entry:
            return known
        try:
            copy = await self._store.read(entry.name)
            if await self._store.stat(entry.name) != entry:
                raise Unavailable("FILE_STILL_WRITTEN", {"name": entry.name})
            sha256 = hashlib.sha256(await asyncio.to_thread(copy.read_bytes)).hexdigest()
            read = FileRecords(()) if at.holds(entry, sha256) else await asyncio.to_thread(self._read, copy, entry.name)
        except Refused as refusal:
            if not self._settling.is_left_so(entry):
                self._tell(entry, findings)
                return None
            sha256, read = f"{entry.size}-{entry.mtime}", _refused(entry, refusal)
        except Unavailable as error:
            if error.code != "FILE_STILL_WRITTEN":
                raise
            self._tell(entry, findings)
            return None
        self._opened = _Opened(entry, sha256, read)
        return self._opened

    def _tell(self, entry: Entry, findings: list[Finding]) -> None:
        if self._told.get(entry.name) != entry:
            self._told[entry.name] = entry
            findings.append(finding("FILE_STILL_WRITTEN", entry.name, facts={"name": entry.name}))


def _page(at: FileCursor, opened: _Opened, limit: int, *, more: bool) -> Page:
    """Return a page of the opened file, from the row on where the cursor stands in these bytes."""
    entry, sha256, read = opened.entry, opened.sha256, opened.read
    row = at.row if at.is_at(entry.name, sha256) else 0
    records = read.records[row : row + limit]
    findings = read.findings if row == 0 else ()
    if row + limit < len(read.records):
        return Page(records, at.at(entry.name, sha256, row + limit).text(), True, findings)
    return Page(records, at.after(entry, sha256).text(), more, findings)


def _refused(entry: Entry, refusal: Refused) -> FileRecords:
    """Return the one record that stands for a file which cannot be read, so that it is answered once."""
    found = finding(refusal.code, entry.name, facts=refusal.facts)
    key = entry.name if len(entry.name) <= KEY_LENGTH_MAX else hashlib.sha256(entry.name.encode()).hexdigest()
    return FileRecords((SourceRecord(key, f"{entry.size}-{entry.mtime}", entry.name, None, (found,)),))
