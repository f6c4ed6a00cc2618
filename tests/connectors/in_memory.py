"""Where files of these tests lie: in memory, where there is room for them.

Everything that is kept is synced, an answer and a commit at a time, and on a slow disk that is nearly all that a test
waits for. Processes are killed here, never machines: what was written is there for the next one, synced or not.
"""

import shutil
from pathlib import Path

__all__ = ["folder_in_memory"]

_MEMORY = Path("/dev/shm")
_ROOM_BYTES_MIN = 2**30  # a container may have less, which a hostile archive would fill


def folder_in_memory() -> Path | None:
    """Return a folder of the system that lies in memory, or None where there is none with enough room."""
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _ROOM_BYTES_MIN:
        return None
    return _MEMORY
