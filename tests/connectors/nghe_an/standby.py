"""A second server that follows a played one, as provinces let others read."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from hub.local.postgres import Postgres

__all__ = ["Standby"]

_SETTINGS = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "40"}


class Standby(Postgres):
    """Begun as a copy of the server at `address` (the administrator's, without a database)."""

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__(folder, settings=_SETTINGS)
        self._address, self.passwords = address, _Same(address)

    def _initialise(self) -> None:
        uid, gid = self._user or (None, None)
        with tempfile.TemporaryDirectory(prefix="hub-copy-") as folder:
            copy = Path(folder) / "copy"
            copy.mkdir(mode=0o700)
            if uid is not None:
                Path(folder).chmod(0o711)
                os.chown(copy, uid, gid)
            command = [str(self._binaries / "pg_basebackup"), "-d", f"{self._address}/postgres", "-D", str(copy), "-R"]
            subprocess.run(
                [*command, "-X", "stream", "-c", "fast"], check=True, timeout=120, user=uid, group=gid, cwd="/",
                extra_groups=None if uid is None else [], capture_output=True,
            )  # fmt: skip
            shutil.move(copy, self._cluster)


class _Same:
    """Its passwords are those of the server that it follows."""

    def __init__(self, address: str) -> None:
        self._password = address.split(":")[2].split("@", maxsplit=1)[0]

    def of(self, role: str) -> str:
        return self._password
