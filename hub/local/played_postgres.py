"""Run as a module by a played system: one PostgreSQL server for as long as the standard input is open.

In:  one argument, the folder; then lines `restart` (stopped and started), `kill` (killed, as by a power cut, and
     started).
Out: a line of JSON for the start and for each line: {"port": …, "password": …} of the administrator.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hub.local.organisations import ADMINISTRATOR
from hub.local.postgres import Postgres

__all__ = ["main"]

_READY_S: Final = 120.0
_HOME: Final = "home"
_SETTINGS: Final = MappingProxyType({
    "wal_level": "logical", "max_replication_slots": "4", "max_wal_senders": "4", "max_slot_wal_keep_size": "64MB",
    "shared_buffers": "32MB", "max_connections": "40",
    "fsync": "off",  # what is played here need not outlive the machine
})  # fmt: skip


def main() -> None:
    """Serve until there is nobody who would ask."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    _forget_abandoned()
    server = Postgres(folder / "postgres", settings=_SETTINGS)
    try:
        _started(server)
        _note_home(server, folder)
        for line in map(str.strip, sys.stdin):
            (server.kill if line == "kill" else server.stop)()
            _started(server)
    finally:
        server.stop()


def _started(server: Postgres) -> None:
    server.start()
    server.wait_until_ready(_READY_S)
    print(json.dumps({"port": server.port, "password": server.passwords.of(ADMINISTRATOR)}), flush=True)  # noqa: T201


def _note_home(server: Postgres, folder: Path) -> None:
    """Leave a word beside data that stand elsewhere, so that they can go when the folder is gone."""
    if not server.cluster.is_relative_to(folder.absolute()):
        (server.cluster.parent / _HOME).write_text(str(folder.absolute()), encoding="utf-8")


def _forget_abandoned() -> None:
    """Remove data of played systems whose folders are gone."""
    for note in Path(tempfile.gettempdir()).glob(f"hub-postgres-*/{_HOME}"):
        if not Path(note.read_text(encoding="utf-8")).exists():
            shutil.rmtree(note.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
