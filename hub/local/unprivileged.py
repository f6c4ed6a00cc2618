"""Running PostgreSQL when we are root: it refuses to, so it runs as a user that owns nothing else.

Nothing outside our own folders changes its permissions. Where that user cannot walk to the data folder or to the
binaries (a private home, for example), a run folder below the system's temporary folder takes their place.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from pathlib import Path

from hub.errors import Unavailable

__all__ = ["User", "can_walk_to", "own_folder", "run_folder", "unprivileged_user"]

User = tuple[int, int]  # uid, gid
_NAME = "nobody"


def unprivileged_user() -> User | None:
    """Return whom the database runs as: None (ourselves) unless we are root. Raises Unavailable SERVER_SETUP_FAILED."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(_NAME)
    except KeyError as error:
        facts = {"server": "postgres", "reason": f"running as root and no user {_NAME}"}
        raise Unavailable("SERVER_SETUP_FAILED", facts) from error
    return entry.pw_uid, entry.pw_gid


def can_walk_to(path: Path, user: User | None) -> bool:
    """Tell whether `user` may pass through every existing folder on the way to `path`."""
    if user is None:
        return True
    way = [folder for folder in (path, *path.parents) if folder.exists()]
    return all(_may_enter(folder.stat(), user) for folder in way)


def _may_enter(found: os.stat_result, user: User) -> bool:
    uid, gid = user
    if found.st_uid == uid:
        return bool(found.st_mode & stat.S_IXUSR)
    return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == gid else stat.S_IXOTH))


def own_folder(folder: Path, user: User | None) -> Path:
    """Make `folder` if it is missing, 0700 and owned by `user`; return it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(folder, *user)
    return folder


def run_folder(home: Path) -> Path:
    """Return the folder that stands in for `home`; the same one on each start, another after `home` was emptied.

    Run folders of an emptied `home` are removed. Raises Unavailable DATA_FOLDER_FOREIGN when somebody else made it.
    """
    mark = home / "run-folder"
    if not mark.exists():
        mark.write_text(secrets.token_hex(8) + "\n", encoding="ascii")
    stem = f"hub-postgres-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"
    chosen = Path(tempfile.gettempdir()) / f"{stem}-{mark.read_text(encoding='ascii').strip()}"
    for old in chosen.parent.glob(f"{stem}-*"):
        if old != chosen and _is_ours(old):
            shutil.rmtree(old, ignore_errors=True)
    chosen.mkdir(mode=0o711, exist_ok=True)
    if not _is_ours(chosen):
        raise Unavailable("DATA_FOLDER_FOREIGN", {"folder": str(chosen)})
    chosen.chmod(0o711)
    return chosen


def _is_ours(folder: Path) -> bool:
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
