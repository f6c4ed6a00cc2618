"""Real systems for these tests: a server with its client, a server that answers given bytes, and a clock by hand."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from hub.connectors.simulating import Faults, HttpServer, Reply
from hub.connectors.transport import HttpClient, TokenSource

# Published vectors, where they are: as tests/conformance has them.
VECTORS = Path(__file__).parents[3] / os.environ.get("HUB_VECTORS", "../shared/vectors") / "xml"
WELL = Faults()
CLIENT_ID, CLIENT_SECRET = "hub", "bí mật: 1+1"


class Clock:
    """Seconds that go on when a test says so."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


async def _records(request: web.Request) -> Reply:
    return Reply({"du_lieu": [1, 2], "tu": request.query.get("tu")})


async def _gone(_: web.Request) -> Reply:
    return Reply({"loi": "het han"}, 410)


async def _taken(request: web.Request) -> Reply:
    return Reply({"da_nhan": await request.json()}, 201)


async def _conflict(request: web.Request) -> Reply:
    return Reply(None, 412 if "If-Match" in request.headers else 409)


def a_server(faults: Faults = WELL, **options: int) -> HttpServer:
    """Return a system with one list, one address that is gone, and two that take answers."""
    server = HttpServer(faults, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, **options)
    server.get("/ho-so", _records)
    server.get("/het-han", _gone)
    server.put("/phan-hoi/{id}", _taken)
    server.put("/dinh-chinh/{id}", _conflict)
    return server


@asynccontextmanager
async def a_client(
    faults: Faults = WELL, *, now: Callable[[], float] | None = None, secret: str = CLIENT_SECRET, **options: int
) -> AsyncIterator[tuple[HttpClient, HttpServer]]:
    """Serve a system and give a client of it."""
    server = a_server(faults, **options)
    base = await server.start()
    clock = now or Clock()
    client = HttpClient(base, TokenSource(base, CLIENT_ID, secret, clock), clock)
    try:
        yield client, server
    finally:
        await client.close()
        await server.stop()


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Serve these bytes, one to each connection in turn (the last for ever); give base address and what was asked."""
    left, asked = list(answers), list[bytes]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        server.close()
        await server.wait_closed()


def http(status: str, body: bytes = b"{}", **headers: str) -> bytes:
    """Return an answer of HTTP/1.1; underscores in header names are dashes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run one test that waits, for at most half a minute."""

    async def bounded() -> None:
        await asyncio.wait_for(test(), 30)

    asyncio.run(bounded())
