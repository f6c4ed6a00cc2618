"""A REST system on loopback: client credentials, ETags, a rate limit, answers by id, and its faults.

A dialect gives it handlers; everything else that such systems have in common is here. Tokens hold their own end and a
keyed hash, so that a server that was killed knows the tokens it gave.
"""

import asyncio
import base64
import hashlib
import hmac
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote_plus

from aiohttp import web

from hub.connectors.formats.json_values import json_bytes
from hub.connectors.simulating.faults import Faults
from hub.connectors.simulating.hostile import hostile_bodies

__all__ = ["Handler", "HttpServer", "Reply"]

BODY_BYTES_MAX = 4 * 2**20
TOKEN_LIFE_S = 3_600
_MINUTE_S = 60
_REQUESTS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of a handler: `value` becomes JSON; a GET's 200 gets an ETag and is 304 where the client has it."""

    value: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[web.Request], Awaitable[Reply]]


class HttpServer:
    """One system. `get` and `put` add handlers before `start`; `requests` are "GET /path?query" in their order."""

    def __init__(
        self, faults: Faults, port: int = 0, *, client_id: str, client_secret: str, requests_per_minute: int = 120,
        token_path: str = "/oauth/token",  # noqa: S107  (an address)
    ) -> None:  # fmt: skip
        self._faults = faults
        self._port = port
        self._client = (client_id, client_secret)
        self._limit = _Limit(requests_per_minute)
        self._count = 0
        self._cut: set[str] = set()
        self._hostile = deque(hostile_bodies() if faults.hostile else ())
        self.requests: deque[str] = deque(maxlen=_REQUESTS_KEPT)
        self._app = web.Application(client_max_size=BODY_BYTES_MAX)
        self._app.router.add_post(token_path, self._give_token)
        self._runner: web.AppRunner | None = None

    def get(self, path: str, handler: Handler) -> None:
        """Add a handler of GET; the path may have parts in braces."""
        self._app.router.add_get(path, self._around(handler))

    def put(self, path: str, handler: Handler) -> None:
        """Add a handler of PUT."""
        self._app.router.add_put(path, self._around(handler))

    async def start(self) -> str:
        """Serve on 127.0.0.1 and return the base address."""
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        """Where it serves or served; give it to the server that takes its place."""
        return self._port

    async def stop(self) -> None:
        """End serving."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def now(self) -> float:
        """Return the system's own time, which a fault may have moved; seconds since 1970."""
        return time.time() + self._faults.clock

    def _around(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.requests.append(f"{request.method} {request.path_qs}")
            self._count += 1
            if self._faults.slow:
                await asyncio.sleep(self._faults.slow)
            reply = self._refusal(request) or await handler(request)
            return await self._sent(request, reply)

        return handle

    def _refusal(self, request: web.Request) -> Reply | None:
        """Return what comes before the handler: no token, too many requests, or a fault whose turn it is."""
        if not self._is_token(request.headers.get("Authorization", "")):
            return Reply({"loi": "token"}, 401)
        wait_s = self._limit.wait_s()
        if wait_s:
            return Reply({"loi": "qua nhieu"}, 429, {"Retry-After": str(wait_s)})
        if self._faults.busy and self._count % self._faults.busy == 0:
            by_date = self._count // self._faults.busy % 2 == 0
            retry = formatdate(self.now() + 2, usegmt=True) if by_date else "1"
            return Reply({"loi": "ban"}, 429, {"Retry-After": retry})
        if self._faults.errors and self._count % self._faults.errors == 0:
            return Reply({"loi": "may chu"}, 500)
        return None

    async def _sent(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        headers = {"Date": formatdate(self.now(), usegmt=True), "X-RateLimit-Remaining": str(self._limit.left())}
        reads = request.method == "GET" and reply.status == 200
        if reads and self._hostile:
            status, more, body = self._hostile.popleft()
            return web.Response(status=status, body=body, headers={**headers, **more})
        body = b"" if reply.value is None else json_bytes(reply.value)
        headers |= {"Content-Type": "application/json", **reply.headers}
        if reads:
            headers.setdefault("ETag", f'"{hashlib.sha256(body).hexdigest()[:24]}"')
            if request.headers.get("If-None-Match") == headers["ETag"]:
                return web.Response(status=304, headers=headers)
            if self._faults.half_written and request.path_qs not in self._cut:
                self._cut.add(request.path_qs)
                return await _cut_short(request, headers, body)
        return web.Response(status=reply.status, body=body, headers=headers)

    async def _give_token(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path_qs}")
        form = await request.post()
        if _basic(request.headers.get("Authorization", "")) != self._client:
            return web.json_response({"error": "invalid_client"}, status=401)
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        life_s = TOKEN_LIFE_S if self._faults.token is None else self._faults.token
        ends = f"{int((time.time() + life_s) * 1000)}"
        token = f"{ends}.{self._mark(ends)}"
        return web.json_response({"access_token": token, "token_type": "Bearer", "expires_in": int(life_s)})

    def _is_token(self, header: str) -> bool:
        ends, _, mark = header.removeprefix("Bearer ").partition(".")
        known = ends.isdecimal() and hmac.compare_digest(mark.encode(), self._mark(ends).encode())
        return known and int(ends) > time.time() * 1000

    def _mark(self, ends: str) -> str:
        return hmac.new(self._client[1].encode(), ends.encode(), hashlib.sha256).hexdigest()


class _Limit:
    """So many requests in each minute of the clock that only goes on."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._began, self._taken = time.monotonic(), 0

    def wait_s(self) -> int:
        """Count one request, and return 0 or how long to wait."""
        now = time.monotonic()
        if now - self._began >= _MINUTE_S:
            self._began, self._taken = now, 0
        self._taken += 1
        return 0 if self._taken <= self._per_minute else max(1, int(self._began + _MINUTE_S - now + 1))

    def left(self) -> int:
        """Return how many requests may still come in this minute."""
        return max(0, self._per_minute - self._taken)


async def _cut_short(request: web.Request, headers: Mapping[str, str], body: bytes) -> web.StreamResponse:
    """Announce the whole body, send half of it, and end the connection."""
    answer = web.StreamResponse(headers={**headers, "Content-Length": str(len(body) + 1)})
    await answer.prepare(request)
    await answer.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.abort()
    return answer


def _basic(header: str) -> tuple[str, str] | None:
    try:
        text = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
    except ValueError:
        return None
    name, _, secret = text.partition(":")
    return unquote_plus(name), unquote_plus(secret)
