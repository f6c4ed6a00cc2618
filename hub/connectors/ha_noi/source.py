"""Read signed batches (lô học bạ đã ký) that the system puts into its folder, each a folder of its own.

A batch is complete when its `batch.json` stands still, which the system writes last, or moves in with the whole folder.
It is copied before anybody looks into it: what the system does to it afterwards changes nothing here. Delivered is
delivered: the cursor is the names that were seen, and what must be signed again comes under another name.
"""

import re
import shutil
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from pathlib import Path

import msgspec

from hub.connectors.ha_noi.copying import INDEX, copy_batch
from hub.connectors.sdk import CURSOR_LENGTH_MAX, Page, SourceRecord, version_of
from hub.connectors.transport import Entry, FileStore, Settling, refused_name
from hub.domain.findings import Finding, finding
from hub.errors import Refused, Unavailable

__all__ = ["FOLDER_ENTRIES_MAX", "INCOMING", "BatchFolders"]

INCOMING = "gui"
FOLDER_ENTRIES_MAX = 5_000
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,119}")
_NAME_REASON = "A-Z a-z 0-9 . _ -, ≤ 120"


class BatchFolders:
    """The source: one batch a page, in the order of their names; copies go to the private folder `spool`."""

    def __init__(self, store: FileStore, spool: Path, settling: Settling) -> None:
        self._store, self._spool, self._settling = store, spool, settling
        self._settles: list[Entry] = []

    def settles_in_s(self) -> float | None:
        """Return after how many seconds a pull may find more, for batches that only have to stand still; else None."""
        return self._settling.settles_in_s(self._settles)

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return the next batch that the cursor does not know. `limit` counts records, and a batch is never cut.

        Raises Unavailable SYSTEM_UNREACHABLE, Refused FOLDER_TOO_FULL or CURSOR_REFUSED.
        """
        listed = await self._store.listing(INCOMING)
        names, misnamed = _sorted(listed.entries)
        seen = _read_cursor(cursor)
        seen = seen & names if names else seen  # a folder that is away for a while is not forgotten
        shutil.rmtree(self._spool, ignore_errors=True)  # a next pull means that the last batch was taken over
        indexes = await self._indexes(names - seen)
        settled = self._settling.settled(indexes)
        self._settles = [index for index in indexes if index not in settled]
        for index in settled:
            page = await self._page(index, seen)
            if page is not None:
                return page
        return Page((), _cursor(seen), more=False, findings=(*listed.findings, *misnamed))

    async def close(self) -> None:
        """Give connections back."""
        await self._store.close()

    async def _indexes(self, names: AbstractSet[str]) -> list[Entry]:
        """Return the indexes of those batches; one that has none yet is still being written."""
        paths = (f"{INCOMING}/{name}/{INDEX}" for name in sorted(names))
        return [entry for path in paths if (entry := await self._store.stat(path)) is not None]

    async def _page(self, index: Entry, seen: AbstractSet[str]) -> Page | None:
        """Return the page of one batch; one that is not whole is waited for, and told when nobody writes it any more.

        None while it is waited for: those behind it go on.
        """
        folder = index.name.rpartition("/")[0]
        cursor = _cursor(seen | {_last(folder)})
        to = self._spool / _last(folder)
        try:
            copied = await copy_batch(self._store, folder, to)
        except (Refused, Unavailable) as error:
            if error.code == "SYSTEM_UNREACHABLE":
                raise
            shutil.rmtree(to, ignore_errors=True)
            return _not_whole(folder, cursor, error) if self._settling.is_left_so(index) else None
        return Page((), cursor, more=True, batches=(copied,))


def _sorted(entries: Iterable[Entry]) -> tuple[set[str], list[Finding]]:
    """Return the names of folders that may be batches, and what is told of the others; one with a dot is in the making.

    Plain files beside them are the system's own.
    """
    names = [_last(entry.name) for entry in entries if entry.folder]
    taken = {name for name in names if _NAME.fullmatch(name)}
    told = (name for name in names if name not in taken and not name.startswith("."))
    return taken, [refused_name(INCOMING, name, _NAME_REASON) for name in told]


def _read_cursor(cursor: str | None) -> set[str]:
    try:
        return set() if cursor is None else set(msgspec.json.decode(cursor, type=list[str]))
    except msgspec.MsgspecError:
        raise Refused("CURSOR_REFUSED", {"reason": "not of this connector"}) from None


def _cursor(seen: AbstractSet[str]) -> str:
    text = msgspec.json.encode(sorted(seen)).decode()
    if len(text) > CURSOR_LENGTH_MAX:
        raise Refused("FOLDER_TOO_FULL", {"count_max": str(FOLDER_ENTRIES_MAX)})
    return text


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _not_whole(folder: str, cursor: str, error: Refused | Unavailable) -> Page:
    """Return the page of a batch that nobody completes: told here, and answered to the system as one unread record."""
    told = finding(error.code, folder, None, error.facts)
    version = version_of({"code": error.code, "facts": dict(error.facts)})
    return Page((SourceRecord(folder, version, folder, None, (told,)),), cursor, more=True, findings=(told,))
