"""Files on an SFTP server: the host must be known beforehand, we are known by one key, and links are not followed.

No agent, no password, no OpenSSH configuration of whoever runs the hub: only what the connector's settings name.
"""

import asyncio
import stat
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import asyncssh

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
from hub.errors import HubError, Refused, Unavailable

__all__ = ["SftpStore"]

CALL_TIMEOUT_S = 60  # 32 MiB over a slow line
_PIECE_BYTES = 2**20
_LOST = (ConnectionError, asyncssh.DisconnectError, asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection)

_Given = TypeVar("_Given")


class SftpStore:
    """The files below `root` on a server; copies go to the private folder `spool`. See FileStore.

    `known_hosts` is a file as OpenSSH has it, `client_key` a private key without a password. The connection is opened
    by the first call; a call that loses it is made once more over a new one, since servers end what was idle, and one
    look at a folder is many calls.
    """

    def __init__(
        self, host: str, port: int, username: str, *, client_key: Path, known_hosts: Path, spool: Path, root: str = ""
    ) -> None:
        self._host, self._port, self._username = host, port, username
        self._client_key, self._known_hosts = client_key, known_hosts
        self._root = root.rstrip("/")
        self._spool = Spool(spool)
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    async def listing(self, folder: str) -> Listing:
        """Return what stands in a folder."""
        return await self._call(partial(self._listing, folder=folder))

    async def stat(self, name: str) -> Entry | None:
        """Return one file as it is now, or None."""
        return await self._call(partial(self._stat, name=name))

    async def read(self, name: str) -> Path:
        """Return a copy in the spool."""
        data = await self._call(partial(self._read, name=name))
        return await asyncio.to_thread(self._spool.keep, name, data)

    async def write(self, name: str, data: bytes) -> None:
        """Write a whole file: beside its place first, then renamed (posix-rename replaces, as rename does here)."""
        await self._call(partial(self._write, name=name, data=data))

    async def close(self) -> None:
        """End the connection and remove the last copy."""
        self._spool.clear()
        await self._disconnect()

    async def _listing(self, client: asyncssh.SFTPClient, folder: str) -> Listing:
        entries: list[Entry] = []
        findings: list[Finding] = []
        if not await self._is_folder(client, folder):
            return Listing(())
        async for found in client.scandir(self._path(folder)):
            name = str(found.filename)
            if name in (".", ".."):
                continue
            fault = name_fault(name) or _kind_fault(found.attrs)
            if fault:
                findings.append(refused_name(folder, name, fault))
            else:
                entries.append(_entry(f"{folder}/{name}".lstrip("/"), found.attrs))
            if len(entries) + len(findings) > ENTRY_COUNT_MAX:
                raise Refused("FOLDER_TOO_FULL", {"count_max": str(ENTRY_COUNT_MAX)})
        return Listing(tuple(sorted(entries)), tuple(findings))

    async def _read(self, client: asyncssh.SFTPClient, name: str) -> bytes:
        if await self._stat(client, name) is None:
            raise Unavailable("FILE_STILL_WRITTEN", {"name": name[:200]})
        data = bytearray()
        async with client.open(self._path(name), "rb") as file:
            while piece := await file.read(_PIECE_BYTES):
                data += piece if isinstance(piece, bytes) else piece.encode()
                if len(data) > FILE_BYTES_MAX:
                    facts = {"bytes": f"> {FILE_BYTES_MAX}", "bytes_max": str(FILE_BYTES_MAX)}
                    raise Refused("FILE_TOO_LARGE", facts)
        return bytes(data)

    async def _write(self, client: asyncssh.SFTPClient, name: str, data: bytes) -> None:
        above, _, _ = name.rpartition("/")
        path = self._path(name)
        for depth in range(1, len(parts_of(above)) + 1):
            folder = "/".join(parts_of(above)[:depth])
            if not await self._is_folder(client, folder):
                await client.mkdir(self._path(folder))
        with suppress(asyncssh.SFTPNoSuchFile):
            await client.remove(f"{path}.part")  # what an earlier run or somebody else left: a pipe, a link
        async with client.open(f"{path}.part", "xb") as file:
            await file.write(data)
            await _synced(file)
        await client.posix_rename(f"{path}.part", path)

    async def _stat(self, client: asyncssh.SFTPClient, name: str) -> Entry | None:
        above, _, _ = name.rpartition("/")
        if not await self._is_folder(client, above):
            return None
        try:
            attrs = await client.lstat(self._path(name))
        except asyncssh.SFTPNoSuchFile:
            return None
        return None if _kind_fault(attrs) else _entry(name, attrs)

    async def _is_folder(self, client: asyncssh.SFTPClient, folder: str) -> bool:
        """Tell whether each step to a folder is a folder; a link among them is none."""
        parts = parts_of(folder)
        for depth in range(1, len(parts) + 1):
            try:
                attrs = await client.lstat(self._path("/".join(parts[:depth])))
            except asyncssh.SFTPNoSuchFile:
                return False
            if not stat.S_ISDIR(attrs.permissions or 0):
                raise Refused("FILE_NAME_WRONG", {"name": parts[depth - 1][:60], "reason": "no folder"})
        return True

    def _path(self, name: str) -> str:
        path = "/".join(parts_of(name))
        return f"{self._root}/{path}" if self._root else path or "."

    async def _call(self, work: Callable[[asyncssh.SFTPClient], Awaitable[_Given]]) -> _Given:
        """Do one call, and once more where an open connection was lost; both in the time of one."""
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                client = self._client or await self._connect()
                try:
                    return await work(client)
                except _LOST:
                    await self._disconnect()
                return await work(await self._connect())
        except (OSError, asyncssh.Error) as error:
            await self._disconnect()
            raise _fault(error, self._host) from None

    async def _connect(self) -> asyncssh.SFTPClient:
        if not self._known_hosts.is_file():
            raise Refused("SYSTEM_HOST_UNKNOWN", {"host": self._host})
        try:
            key = asyncssh.read_private_key(self._client_key)
        except (OSError, ValueError) as error:
            raise Refused("SYSTEM_REFUSES_LOGIN", {"status": type(error).__name__}) from None
        self._connection = await asyncssh.connect(
            self._host, self._port, username=self._username, known_hosts=str(self._known_hosts), client_keys=[key],
            agent_path=None, config=None, preferred_auth="publickey", login_timeout=20, keepalive_interval=15,
        )  # fmt: skip
        # A name that is not UTF-8 is told like any other that cannot be taken; it must not end the listing of the rest.
        self._client = await self._connection.start_sftp_client(path_errors="surrogateescape")
        return self._client

    async def _disconnect(self) -> None:
        connection, self._connection, self._client = self._connection, None, None
        if connection is not None:
            connection.abort()
            await connection.wait_closed()


async def _synced(file: asyncssh.SFTPClientFile) -> None:
    """Have the server write to its disk, where it can."""
    try:
        await file.fsync()
    except asyncssh.SFTPOpUnsupported:
        return


def _entry(name: str, attrs: asyncssh.SFTPAttrs) -> Entry:
    return Entry(name, attrs.size or 0, int(attrs.mtime or 0), stat.S_ISDIR(attrs.permissions or 0))


def _kind_fault(attrs: asyncssh.SFTPAttrs) -> str | None:
    mode = attrs.permissions or 0
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None
    return "link" if stat.S_ISLNK(mode) else "no ordinary file"


def _fault(error: Exception, host: str) -> HubError:
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return Refused("SYSTEM_HOST_UNKNOWN", {"host": host})
    if isinstance(error, asyncssh.PermissionDenied):
        return Refused("SYSTEM_REFUSES_LOGIN", {"status": "publickey"})
    if isinstance(error, asyncssh.SFTPPermissionDenied | asyncssh.SFTPWriteProtect):
        return Refused("SYSTEM_REFUSES", {"status": type(error).__name__})
    return Unavailable("SYSTEM_UNREACHABLE", {"reason": type(error).__name__})
