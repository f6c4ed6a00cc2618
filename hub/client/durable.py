"""Durable: files of a batch are on the disk before a name, or a row of a state, says that they are there."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

__all__ = ["is_of_the_machine", "sync", "sync_folder"]

_THREADS = 8  # one disk commits what several ask for at once
_OF_THE_MACHINE = frozenset(
    {errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE}
)


def sync(path: Path) -> None:
    """Put one file, or the names in one folder, on the disk. Raises OSError."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_folder(folder: Path) -> None:
    """Put a folder with all that is in it on the disk, and its name in the folder above. Raises OSError."""
    inside = [path for path in folder.rglob("*") if not path.is_symlink() and (path.is_file() or path.is_dir())]
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(sync, [*inside, folder]))
    sync(folder.parent)


def is_of_the_machine(error: OSError) -> bool:
    """Tell whether the disk or the machine is at fault, and not what was to be read: then it is tried again."""
    return error.errno in _OF_THE_MACHINE
