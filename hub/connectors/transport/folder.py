"""Files in a folder of this machine, reached from an open root step by step, so that no link leads out of it."""

import asyncio
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hub.connectors.transport.files import (
    ENTRY_COUNT_MAX,
    FILE_BYTES_MAX,
    Entry,
    Listing,
    name_fault,
    parts_of,
    refused_name,
)
from hub.connectors.transport.spool import Spool
from hub.domain.findings import Finding
from hub.errors import Refused, Unavailable

__all__ = ["FolderStore"]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not make us wait
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC  # a file of ours, or none


class FolderStore:
    """The files below `root`; copies go to the private folder `spool`. See FileStore."""

    def __init__(self, root: Path, spool: Path) -> None:
        self._root = root
        self._spool = Spool(spool)

    async def listing(self, folder: str) -> Listing:
        """Return what stands in a folder."""
        return await asyncio.to_thread(self._listing, folder)

    async def stat(self, name: str) -> Entry | None:
        """Return one file as it is now, or None."""
        return await asyncio.to_thread(self._stat, name)

    async def read(self, name: str) -> Path:
        """Return a copy in the spool."""
        return await asyncio.to_thread(self._read, name)

    async def write(self, name: str, data: bytes) -> None:
        """Write a whole file: beside its place first, then renamed."""
        await asyncio.to_thread(self._write, name, data)

    async def close(self) -> None:
        """Remove the last copy."""
        self._spool.clear()

    def _listing(self, folder: str) -> Listing:
        entries: list[Entry] = []
        findings: list[Finding] = []
        with self._folder(folder) as opened:
            for name in [] if opened is None else _names(opened):
                fault = name_fault(name)
                found = None if fault or opened is None else _entry(opened, name, folder)
                if isinstance(found, Entry):
                    entries.append(found)
                elif fault or found:
                    findings.append(refused_name(folder, name, fault or found or ""))
        return Listing(tuple(sorted(entries)), tuple(findings))

    def _stat(self, name: str) -> Entry | None:
        above, last = _above(name)
        with self._folder(above) as opened:
            found = None if opened is None else _entry(opened, last, above)
        return found if isinstance(found, Entry) else None

    def _read(self, name: str) -> Path:
        above, last = _above(name)
        with self._folder(above) as opened:
            if opened is None or not isinstance(_entry(opened, last, above), Entry):
                raise Unavailable("FILE_STILL_WRITTEN", {"name": name[:200]})
            data = _bytes_of(opened, last)
        return self._spool.keep(name, data)

    def _write(self, name: str, data: bytes) -> None:
        above, last = _above(name)
        with self._folder(above, make=True) as opened:
            part = f"{last}.part"
            with suppress(FileNotFoundError):
                os.unlink(part, dir_fd=opened)  # what an earlier run or somebody else left: a pipe, another file's name
            file = os.open(part, _WRITE, 0o640, dir_fd=opened)
            with os.fdopen(file, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.rename(part, last, src_dir_fd=opened, dst_dir_fd=opened)
            if opened is not None:
                os.fsync(opened)

    @contextmanager
    def _folder(self, name: str, *, make: bool = False) -> Iterator[int | None]:
        """Open a folder step by step from the root; None where there is none. Refuses a link in its way."""
        steps = [_opened_root(self._root)]
        try:
            for part in parts_of(name):
                inner = _inner(steps[-1], part, make=make)
                if inner is None:
                    yield None
                    return
                steps.append(inner)
            yield steps[-1]
        except OSError as error:
            raise _unreachable(error) from None
        finally:
            for step in steps:
                os.close(step)


def _opened_root(root: Path) -> int:
    try:
        return os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _unreachable(error) from None


def _bytes_of(opened: int, last: str) -> bytes:
    with os.fdopen(os.open(last, _READ, dir_fd=opened), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):  # it was one a moment ago
            raise Refused("FILE_NAME_WRONG", {"name": last[:60], "reason": "no ordinary file"})
        data = stream.read(FILE_BYTES_MAX + 1)
    if len(data) > FILE_BYTES_MAX:
        raise Refused("FILE_TOO_LARGE", {"bytes": f"> {FILE_BYTES_MAX}", "bytes_max": str(FILE_BYTES_MAX)})
    return data


def _inner(above: int, part: str, *, make: bool) -> int | None:
    try:
        if make:
            _make(above, part)
        return os.open(part, _FOLDER, dir_fd=above)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise Refused("FILE_NAME_WRONG", {"name": part[:60], "reason": "no folder"}) from None
        raise


def _make(above: int, part: str) -> None:
    try:
        os.mkdir(part, 0o750, dir_fd=above)
    except FileExistsError:
        return


def _names(opened: int) -> list[str]:
    names = os.listdir(opened)
    if len(names) > ENTRY_COUNT_MAX:
        raise Refused("FOLDER_TOO_FULL", {"count_max": str(ENTRY_COUNT_MAX)})
    return sorted(names)


def _entry(opened: int, name: str, folder: str) -> Entry | str | None:
    """Return a file or folder, why it is passed over, or None when it is gone."""
    try:
        found = os.stat(name, dir_fd=opened, follow_symlinks=False)
    except FileNotFoundError:
        return None
    path = f"{folder}/{name}".lstrip("/")
    if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode):
        return Entry(path, found.st_size, int(found.st_mtime), stat.S_ISDIR(found.st_mode))
    return "link" if stat.S_ISLNK(found.st_mode) else "no ordinary file"


def _above(name: str) -> tuple[str, str]:
    if not parts_of(name):
        raise Refused("FILE_NAME_WRONG", {"name": "", "reason": "path"})
    above, _, last = name.rpartition("/")
    return above, last


def _unreachable(error: OSError) -> Unavailable:
    return Unavailable("SYSTEM_UNREACHABLE", {"reason": type(error).__name__})
