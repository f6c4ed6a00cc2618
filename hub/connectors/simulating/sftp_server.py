"""An SFTP server on loopback: one user, one key, and nothing but its own folder; with the faults of such a server."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import asyncssh

from hub.connectors.simulating.faults import Faults

__all__ = ["SftpServer"]

USERNAME = "hub"


class SftpServer:
    """Serves `folder/files`; its keys stay in `folder/keys`, so that it is the same host after a restart."""

    def __init__(self, folder: Path, faults: Faults, port: int = 0) -> None:
        self.files = folder / "files"
        self._keys = folder / "keys"
        self._faults = faults
        self._port = port
        self._count = 0
        self._server: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self.files.mkdir(parents=True, exist_ok=True)
        self._keys.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def start(self) -> Mapping[str, Any]:
        """Serve on 127.0.0.1; return the settings `sftp`: host, port, username, client_key, known_hosts."""
        host_key, client_key = self._key("host_key"), self._key("client_key")
        authorized = asyncssh.import_authorized_keys(client_key.export_public_key().decode())
        self._server = await asyncssh.listen(
            "127.0.0.1", self._port, server_factory=lambda: _Host(self._connections),
            server_host_keys=[host_key], authorized_client_keys=authorized,
            sftp_factory=self._session, config=None, password_auth=False, kbdint_auth=False, allow_scp=False,
        )  # fmt: skip
        self._port = self._server.get_port()
        known_hosts = self._keys / "known_hosts"
        public = host_key.export_public_key().decode().strip()
        known_hosts.write_text(f"[127.0.0.1]:{self._port} {public}\n", encoding="utf-8")
        return {
            "sftp": {
                "host": "127.0.0.1", "port": self._port, "username": USERNAME,
                "client_key": str((self._keys / "client_key").resolve()), "known_hosts": str(known_hosts.resolve()),
            }
        }  # fmt: skip

    @property
    def port(self) -> int:
        """Where it serves or served; give it to the server that takes its place."""
        return self._port

    async def stop(self) -> None:
        """End serving and every connection."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            for connection in tuple(self._connections):
                connection.abort()
            await server.wait_closed()

    def _key(self, name: str) -> asyncssh.SSHKey:
        """Return a key that is made once."""
        path = self._keys / name
        if path.exists():
            return asyncssh.read_private_key(path)
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(path)
        path.chmod(0o600)
        return key

    def _session(self, channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return _Session(channel, self)

    async def _before(self, channel: asyncssh.SSHServerChannel[bytes]) -> None:
        """Show the faults: wait, or lose the connection each Nth time."""
        self._count += 1
        if self._faults.slow:
            await asyncio.sleep(self._faults.slow)
        if self._faults.errors and self._count % self._faults.errors == 0:
            channel.get_connection().abort()
            raise asyncssh.SFTPFailure("connection lost")


class _Host(asyncssh.SSHServer):
    """Knows its connections, so that stopping ends them: a host that is down does not go on talking."""

    def __init__(self, connections: set[asyncssh.SSHServerConnection]) -> None:
        self._connections = connections
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Note a connection."""
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        if self._connection is not None:
            self._connections.discard(self._connection)


class _Session(asyncssh.SFTPServer):
    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], server: SftpServer) -> None:
        super().__init__(channel, chroot=str(server.files.resolve()).encode())
        self._hub_channel = channel
        self._hub_server = server

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open a file, if no fault's turn has come."""
        await self._hub_server._before(self._hub_channel)
        return super().open(path, pflags, attrs)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """List a folder, if no fault's turn has come."""
        await self._hub_server._before(self._hub_channel)
        async for name in super().scandir(path):
            yield name
