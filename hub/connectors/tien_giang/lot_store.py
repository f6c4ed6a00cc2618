"""Lots as a reader of files sees them: one file a lot, under the name of its control file, still as a whole.

A lot's files are copied by their hash into a private folder, so that a connection that is lost half-way goes on with
what is still missing; the next lot takes their place. Files that the control file does not name are never opened.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.connectors.signed import SOURCE_BYTE_COUNT_MAX
from hub.connectors.tien_giang.class_files import Replaced
from hub.connectors.tien_giang.control import CONTROL, Control, folder_of, read_control
from hub.connectors.transport import Entry, FileStore, Listing, is_passed_over
from hub.errors import Refused, Unavailable

__all__ = ["LotCopy", "LotStore", "copied"]

_ENDING: Final = ".xml"
_INDEX: Final = "lo.json"
_HASH_BYTES = 6


@dataclass(frozen=True, slots=True)
class LotCopy:
    """A lot that was copied: the control file (None: there is none), its files' copies by last name and by what they
    replace, and a version of each file that the control file does not name.
    """

    control: bytes | None
    files: Mapping[str, Path]
    replaced: Mapping[Replaced, Path]
    extra: Mapping[str, str]


class LotStore:
    """A FileStore that shows each folder of a store that has XML files as one file of it. Implements `FileStore`."""

    def __init__(self, store: FileStore, spool: Path) -> None:
        self._store = store
        self._spool = spool

    async def listing(self, folder: str) -> Listing:
        """Return folders as they are, and one entry for the files of a lot."""
        listed = await self._store.listing(folder)
        lot = _lot(folder, listed)
        folders = [entry for entry in listed.entries if entry.folder]
        return Listing(tuple(sorted([*folders, *([] if lot is None else [lot])])), listed.findings)

    async def stat(self, name: str) -> Entry | None:
        """Return a lot as it is now, or None."""
        folder = name.rpartition("/")[0]
        return _lot(folder, await self._store.listing(folder))

    async def read(self, name: str) -> Path:
        """Return an index of the lot's copies, for `copied`. Equal lots give equal bytes."""
        folder = name.rpartition("/")[0]
        files = {_last(entry.name): entry for entry in _files(await self._store.listing(folder))}
        self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        control = None
        if CONTROL in files:
            copy = await self._store.read(files[CONTROL].name)
            control = await asyncio.to_thread(copy.read_bytes)
        said = _said(control)
        listed = {file.name: file.sha256 for file in said.files} if said is not None else {}
        await asyncio.to_thread(self._forget, set(listed.values()))
        held = {file: await self._kept(files[file], sha256) for file, sha256 in listed.items() if file in files}
        for file in said.files if said is not None else ():
            if file.replaced is not None:
                await self._keep_replaced(folder, file.replaced)
        others = files.keys() - listed.keys() - {CONTROL}
        extra = {file: f"{files[file].size}-{files[file].mtime}" for file in others}
        return await asyncio.to_thread(self._index, control, held, extra)

    async def write(self, name: str, data: bytes) -> None:
        """Write a whole file."""
        await self._store.write(name, data)

    async def close(self) -> None:
        """Give connections back; copies stay for whoever goes on with the lot."""
        await self._store.close()

    async def _kept(self, entry: Entry, sha256: str) -> str:
        """Return the hash of a file's copy: of one that is there already, or of one made now."""
        if await asyncio.to_thread(_is_there, self._spool / sha256, sha256):
            return sha256
        if entry.size > SOURCE_BYTE_COUNT_MAX:
            raise Refused("FILE_TOO_LARGE", {"bytes": str(entry.size), "bytes_max": str(SOURCE_BYTE_COUNT_MAX)})
        data = await asyncio.to_thread((await self._store.read(entry.name)).read_bytes)
        found = hashlib.sha256(data).hexdigest()
        await asyncio.to_thread(_keep, self._spool / found, data)
        return found

    async def _keep_replaced(self, folder: str, replaced: Replaced) -> None:
        """Keep a copy of a file of an earlier lot, when it is still where it came."""
        name = f"{folder.rpartition('/')[0]}/{folder_of(replaced.lot)}/{replaced.file}".lstrip("/")
        entry = await self._store.stat(name)
        if entry is None or entry.size > SOURCE_BYTE_COUNT_MAX:
            return
        data = await asyncio.to_thread((await self._store.read(name)).read_bytes)
        await asyncio.to_thread(_keep, self._spool / _name_of(replaced), data)

    def _forget(self, wanted: Iterable[str]) -> None:
        """Remove the copies of other lots."""
        for path in self._spool.iterdir():
            if path.name not in wanted:
                path.unlink()

    def _index(self, control: bytes | None, held: Mapping[str, str], extra: Mapping[str, str]) -> Path:
        said = {"control": None if control is None else control.decode("latin-1"), "files": held, "extra": extra}
        _keep(self._spool / _INDEX, json.dumps(said, ensure_ascii=False, sort_keys=True).encode())
        return self._spool / _INDEX


def copied(index: Path) -> LotCopy:
    """Return the lot that `LotStore.read` gave."""
    said = json.loads(index.read_bytes())
    control = None if said["control"] is None else said["control"].encode("latin-1")
    files = {name: index.parent / sha256 for name, sha256 in said["files"].items()}
    found = _said(control)
    named = () if found is None else (file.replaced for file in found.files if file.replaced is not None)
    replaced = {each: index.parent / _name_of(each) for each in named if (index.parent / _name_of(each)).is_file()}
    return LotCopy(control, files, replaced, said["extra"])


def _lot(folder: str, listed: Listing) -> Entry | None:
    files = _files(listed)
    if not files:
        return None
    stood = hashlib.sha256("\n".join(f"{e.name} {e.size} {e.mtime}" for e in sorted(files)).encode()).digest()
    return Entry(f"{folder}/{CONTROL}", sum(e.size for e in files), int.from_bytes(stood[:_HASH_BYTES], "big"))


def _files(listed: Listing) -> list[Entry]:
    return [
        e for e in listed.entries if not e.folder and e.name.endswith(_ENDING) and not is_passed_over(_last(e.name))
    ]


def _said(control: bytes | None) -> Control | None:
    """Return what the control file says, None where it says nothing that can be read: who judges the lot tells why."""
    if control is None:
        return None
    try:
        return read_control(control)
    except Refused:
        return None


def _name_of(replaced: Replaced) -> str:
    return f"thay-{replaced.lot}-{replaced.file}"


def _is_there(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _keep(path: Path, data: bytes) -> None:
    """Write a copy. Raises Unavailable CONNECTOR_STATE_UNAVAILABLE: it is our own disk."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise Unavailable("CONNECTOR_STATE_UNAVAILABLE", {"reason": type(error).__name__}) from None


def _last(name: str) -> str:
    return name.rpartition("/")[2]
