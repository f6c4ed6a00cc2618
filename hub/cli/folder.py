"""The data folder of a demonstration: emptied before it starts, but only when it is a hub's and nobody uses it."""

import fcntl
import shutil
from pathlib import Path

from hub.cli.connect import has_hub
from hub.errors import Refused, Unavailable

__all__ = ["empty_data_folder"]

_LOCK = "hub.lock"


def empty_data_folder(folder: Path) -> None:
    """Remove the data of an earlier run.

    Raises Refused DATA_FOLDER_NOT_OURS for a folder with other contents, Unavailable DATA_FOLDER_IN_USE when a hub
    runs on it.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    lock = folder / _LOCK
    if not lock.is_file():  # with servers of one's own nothing is locked, and only keys and journal stand there
        if not has_hub(folder):
            raise Refused("DATA_FOLDER_NOT_OURS", {"folder": str(folder)})
        shutil.rmtree(folder)
        return
    with lock.open("r+b") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = held.read().decode("ascii", "replace").strip()
            raise Unavailable("DATA_FOLDER_IN_USE", {"folder": str(folder), "pid": holder}) from None
        shutil.rmtree(folder)
