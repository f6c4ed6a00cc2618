"""A TCP proxy on the loopback that breaks connections as networks do: cut, refused, slow, deaf, or silent.

Silent means half-open: every packet that reaches the proxy is dropped in the kernel, so not even a keepalive or a
retransmission is acknowledged, and neither side sees an end. The filter needs no root. A proxy that only stopped
reading would still acknowledge (its kernel does), and no time-out of TCP would ever fire; that is `swallow`, the
middlebox that hangs.
"""

import asyncio
import ctypes
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

__all__ = ["Proxy", "Way"]

_T = TypeVar("_T")
_HOST = "127.0.0.1"
_CHUNK_BYTES = 262_144
_ATTACH_FILTER, _DETACH_FILTER = 26, 27  # SO_ATTACH_FILTER, SO_DETACH_FILTER of Linux; Python has no names for them
_DROP = struct.pack("HBBI", 0x06, 0, 0, 0)  # one instruction of classic BPF: return 0, keep nothing of the packet
_CALL_TIMEOUT_S = 5.0


@dataclass
class Way:
    """One direction: `delay_s` before each chunk is passed on, at most `bytes_per_s`; `swallow` passes nothing on."""

    delay_s: float = 0.0
    bytes_per_s: float | None = None
    swallow: bool = False

    def pause_s(self, size: int) -> float:
        """Return how long a chunk of `size` bytes is held."""
        return self.delay_s + (size / self.bytes_per_s if self.bytes_per_s else 0.0)


class _Link:
    """One connection: the client's socket, the server's, and the tasks between them."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.silent = False
        self.tasks: list[asyncio.Task[None]] = []

    def hush(self) -> None:
        self.silent = True
        _drop_packets(self.client)
        _drop_packets(self.server)

    def end(self, *, reset: bool) -> None:
        for task in self.tasks:
            task.cancel()
        for end in (self.client, self.server):
            if self.silent:
                end.setsockopt(socket.SOL_SOCKET, _DETACH_FILTER, 0)
            if reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.close()


class Proxy:
    """Context manager: inside it `port` leads to `target`. Every method may be called from any thread.

    `up` is the way from client to server, `down` the way back; set their fields at any time.
    """

    def __init__(self, target: int, port: int = 0) -> None:
        self.target, self.port = target, port
        self.up, self.down = Way(), Way()
        self.accepted = 0  # connections, ever
        self._links: set[_Link] = set()
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    @property
    def address(self) -> str:
        """Where clients connect, "host:port"."""
        return f"{_HOST}:{self.port}"

    @property
    def open_count(self) -> int:
        """How many connections stand now."""
        return self._call(lambda: len(self._links))

    def __enter__(self) -> Self:
        self._thread.start()
        self.accept()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuse()
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CALL_TIMEOUT_S)
        self._loop.close()

    # -- what can be broken

    def cut(self) -> None:
        """Reset every connection; new ones pass."""
        self._call(self._cut)

    def refuse(self) -> None:
        """Refuse new connections; those that stand go on."""
        self._call(self._close_listener)

    def accept(self) -> None:
        """Accept connections again, at the same port."""
        self._call(self._listen)

    def silence(self, *, also_new: bool) -> None:
        """Drop every packet of the connections that stand, and with `also_new` those that ask for a new one."""
        self._call(lambda: self._silence(also_new))

    def heal(self) -> None:
        """Pass everything again. Silent connections are reset: the other end has forgotten them."""
        self.up, self.down = Way(), Way()
        self._call(self._heal)

    # -- in the loop's thread

    def _call(self, work: Callable[[], _T]) -> _T:
        async def done() -> _T:
            result = work()
            await asyncio.sleep(0)  # cancelled tasks end before anybody goes on
            return result

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(_CALL_TIMEOUT_S)

    def _listen(self) -> None:
        if self._listener is not None:
            return
        listener = socket.create_server((_HOST, self.port), backlog=128)
        listener.setblocking(False)
        self.port, self._listener = listener.getsockname()[1], listener
        self._accepting = self._loop.create_task(self._accept_from(listener))

    def _close_listener(self) -> None:
        if self._listener is None or self._accepting is None:
            return
        self._accepting.cancel()
        self._loop.remove_reader(self._listener)
        self._listener.close()
        self._listener = None

    def _cut(self) -> None:
        for link in list(self._links):
            self._end(link, reset=True)

    def _silence(self, also_new: bool) -> None:
        for link in self._links:
            link.hush()
        if also_new and self._listener is not None:
            _drop_packets(self._listener)

    def _heal(self) -> None:
        if self._listener is not None:
            with suppress(OSError):  # there was no filter
                self._listener.setsockopt(socket.SOL_SOCKET, _DETACH_FILTER, 0)
        for link in [link for link in self._links if link.silent]:
            self._end(link, reset=True)
        self._listen()

    async def _accept_from(self, listener: socket.socket) -> None:
        while True:
            client, _ = await self._loop.sock_accept(listener)
            self.accepted += 1
            client.setblocking(False)
            server = socket.socket()
            server.setblocking(False)
            try:
                await self._loop.sock_connect(server, (_HOST, self.target))
            except OSError:
                _Link(client, server).end(reset=True)
                continue
            self._join(_Link(client, server))

    def _join(self, link: _Link) -> None:
        for end in (link.client, link.server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._links.add(link)
        ways = ((link.client, link.server, "up"), (link.server, link.client, "down"))
        link.tasks = [self._loop.create_task(self._pump(link, *way)) for way in ways]

    async def _pump(self, link: _Link, source: socket.socket, target: socket.socket, name: str) -> None:
        try:
            while data := await self._loop.sock_recv(source, _CHUNK_BYTES):
                way: Way = getattr(self, name)
                if pause_s := way.pause_s(len(data)):
                    await asyncio.sleep(pause_s)
                if not (way.swallow or link.silent):
                    await self._loop.sock_sendall(target, data)
        except OSError:
            self._end(link, reset=True)
            return
        if not (link.silent or getattr(self, name).swallow):
            self._end(link, reset=False)

    def _end(self, link: _Link, *, reset: bool) -> None:
        if link in self._links:
            self._links.discard(link)
            for end in (link.client, link.server):
                self._loop.remove_reader(end)
                self._loop.remove_writer(end)
            link.end(reset=reset)


def _drop_packets(end: socket.socket) -> None:
    instruction = ctypes.create_string_buffer(_DROP)
    program = struct.pack("HL", 1, ctypes.addressof(instruction))
    end.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, program)
