"""Copy a batch folder of another system: only what belongs to a batch, only regular files, and never too much."""

import re
from pathlib import Path
from typing import Any

from hub.connectors.formats import parse_json
from hub.connectors.transport import Entry, FileStore
from hub.errors import Refused

__all__ = ["BATCH_BYTES_MAX", "DOCUMENT_COUNT_MAX", "INDEX", "copy_batch"]

DOCUMENT_COUNT_MAX = 5_000  # a class has 500 at most; what one folder of the transport may hold
BATCH_BYTES_MAX = 256 * 2**20
INDEX = "batch.json"
# Folder of a batch -> names of its files. Anything else (a report, which holds what the cells hold; commands that grew
# old) stays with the system.
_PARTS = (
    ("documents", re.compile(r"[0-9a-f]{64}\.json")),
    ("signatures", re.compile(r"[0-9a-f]{64}\.jws")),
    ("commands", re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,79}\.(?:json|jws)")),
)


async def copy_batch(store: FileStore, name: str, to: Path) -> Path:
    """Copy the batch `name` ("gui/5A") into a new folder, its index last.

    Raises Refused BATCH_DAMAGED (a link, a document that is not there), FOLDER_TOO_FULL, FILE_TOO_LARGE, and what the
    store raises.
    """
    to.mkdir(mode=0o700, parents=True)
    index = await _copied(store, f"{name}/{INDEX}", to / f"{INDEX}.new")
    entries = [(part, entry) for part, pattern in _PARTS for entry in await _entries(store, f"{name}/{part}", pattern)]
    size = sum(entry.size for _, entry in entries)
    if size > BATCH_BYTES_MAX:
        raise Refused("FILE_TOO_LARGE", {"bytes": str(size), "bytes_max": str(BATCH_BYTES_MAX)})
    for part, entry in entries:
        (to / part).mkdir(exist_ok=True)
        await _copied(store, entry.name, to / part / _last(entry.name))
    for sha256 in _named(index, name):
        if not (to / "documents" / f"{sha256}.json").exists():
            raise _damaged(f"documents/{sha256}.json")
    return index.rename(to / INDEX).parent


async def _entries(store: FileStore, folder: str, pattern: re.Pattern[str]) -> list[Entry]:
    listed = await store.listing(folder)
    if listed.findings:
        raise _damaged(listed.findings[0].path.removeprefix("gui/"))
    return [entry for entry in listed.entries if not entry.folder and pattern.fullmatch(_last(entry.name))]


async def _copied(store: FileStore, name: str, to: Path) -> Path:
    copy = await store.read(name)  # in the store's spool, which is on the same disk
    return copy.replace(to)


def _named(index: Path, name: str) -> list[str]:
    """Return the hashes of the documents that an index names; whether it is sound otherwise, the hub judges."""
    try:
        found: Any = parse_json(index.read_bytes())
        return [str(document["document_sha256"]) for document in found["documents"]]
    except (Refused, KeyError, TypeError):
        raise _damaged(f"{_last(name)}/{INDEX}") from None


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _damaged(file: str) -> Refused:
    return Refused("BATCH_DAMAGED", {"file": file})
