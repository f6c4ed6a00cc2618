"""Files that are read together, as one file: a workbook with the pupil list beside it, or all workbooks of a folder.

A reader of files (`transport.FileSource`) waits until a file stands still and reads it again when its bytes change;
seen through `BundleStore` it does so for a bundle, so that a pupil list which comes or changes later is not missed.
"""

import asyncio
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from hub.connectors.sdk import KEY_LENGTH_MAX
from hub.connectors.transport import Entry, FileStore, Listing, is_passed_over
from hub.errors import Unavailable

__all__ = ["PUPIL_LIST", "BundleStore", "Grouping", "alone", "bounded_key", "bundled", "whole_folder"]

PUPIL_LIST = "C1-HocSinh.xlsx"

Grouping = Callable[[Sequence[Entry]], Mapping[str, tuple[Entry, ...]]]
"""Says which files of one folder are read together, by the name that stands for them."""


def alone(files: Sequence[Entry]) -> Mapping[str, tuple[Entry, ...]]:
    """Bundle each file with the pupil list beside it."""
    lists = tuple(entry for entry in files if _last(entry.name) == PUPIL_LIST)
    return {entry.name: (entry, *lists) for entry in files if entry not in lists}


def whole_folder(files: Sequence[Entry]) -> Mapping[str, tuple[Entry, ...]]:
    """Bundle all files of a folder under the name of the first that is no pupil list."""
    others = [entry for entry in files if _last(entry.name) != PUPIL_LIST]
    return {others[0].name: tuple(files)} if others else {}


@dataclass(frozen=True, slots=True)
class _Bundle:
    entry: Entry
    files: tuple[Entry, ...]


class BundleStore:
    """A FileStore that shows bundles of the files with this `ending`; their copies go to the private folder `spool`.

    Size and time of a bundle are sums over its files, compared with nothing but themselves.
    """

    def __init__(self, store: FileStore, grouping: Grouping, ending: str, spool: Path) -> None:
        self._store = store
        self._grouping = grouping
        self._ending = ending
        self._spool = spool

    async def listing(self, folder: str) -> Listing:
        """Return folders as they are, and bundles in place of files."""
        listed = await self._store.listing(folder)
        folders = [entry for entry in listed.entries if entry.folder]
        bundles = [bundle.entry for bundle in self._bundles(listed).values()]
        return Listing(tuple(sorted([*folders, *bundles])), listed.findings)

    async def stat(self, name: str) -> Entry | None:
        """Return one bundle as it is now, or None."""
        bundle = await self._bundle(name)
        return None if bundle is None else bundle.entry

    async def read(self, name: str) -> Path:
        """Return a list of the copies of the bundle's files, for `bundled`; the next call may take its place."""
        bundle = await self._bundle(name)
        if bundle is None:
            raise Unavailable("FILE_STILL_WRITTEN", {"name": name[:200]})
        folder = self._spool / hashlib.sha256(name.encode()).hexdigest()[:16]
        shutil.rmtree(self._spool, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        listed = {}
        for file in bundle.files:
            copy = await self._store.read(file.name)
            listed[_last(file.name)] = await asyncio.to_thread(_kept, copy, folder / _last(file.name))
        index = folder / "bundle.json"
        index.write_text(json.dumps(listed, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        return index

    async def write(self, name: str, data: bytes) -> None:
        """Write a whole file."""
        await self._store.write(name, data)

    async def close(self) -> None:
        """Give connections and copies back."""
        shutil.rmtree(self._spool, ignore_errors=True)
        await self._store.close()

    async def _bundle(self, name: str) -> _Bundle | None:
        listed = await self._store.listing(name.rpartition("/")[0])
        return self._bundles(listed).get(name)

    def _bundles(self, listed: Listing) -> dict[str, _Bundle]:
        files = [entry for entry in listed.entries if not entry.folder and self._is_read(_last(entry.name))]
        return {
            name: _Bundle(Entry(name, sum(f.size for f in held), sum(f.mtime for f in held)), held)
            for name, held in self._grouping(files).items()
        }

    def _is_read(self, last: str) -> bool:
        return last.endswith(self._ending) and not is_passed_over(last)


def bundled(index: Path) -> Mapping[str, Path]:
    """Return the copies of a bundle's files by their last names, from what `BundleStore.read` gave."""
    names = json.loads(index.read_text(encoding="utf-8"))
    return MappingProxyType({name: index.parent / name for name in names})


def bounded_key(key: str) -> str:
    """Return a key as it is, or what stands for one that is too long (names of files are chosen by others)."""
    return key if len(key) <= KEY_LENGTH_MAX else hashlib.sha256(key.encode()).hexdigest()


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _kept(copy: Path, to: Path) -> str:
    """Keep a copy before the next takes its place; returns its SHA-256 (hex)."""
    shutil.copyfile(copy, to)
    return hashlib.sha256(to.read_bytes()).hexdigest()
