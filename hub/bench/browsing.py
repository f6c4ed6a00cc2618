"""Readers of the portal without a browser: requests written beforehand, sent over kept connections, answers as bytes.

A client that parsed, followed and decoded would take as much of the machine as the portal that it measures.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlencode, urlsplit

from hub.errors import Unavailable

__all__ = ["Answer", "Form", "Line", "form_of", "get_request", "post_request"]

_HEAD_BYTES_MAX = 65_536
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n")
_TOKEN = re.compile(rb'name="token" value="([0-9a-f]{64})"')
_COOKIE = re.compile(rb"\r\nset-cookie: ([^=;]+)=([^;]*)")
_BOUNDARY = "----hub-bench-7f3a"


class Answer(NamedTuple):
    """One answer; `head` is status line and headers with the empty line behind them."""

    status: int
    head: bytes
    body: bytes

    @property
    def cookies(self) -> dict[str, str]:
        """Return the cookies that it sets."""
        return {name.decode(): value.decode() for name, value in _COOKIE.findall(self.head)}


@dataclass(frozen=True, slots=True)
class Form:
    """A reader who has opened a page: its cookies, and the token of its forms."""

    cookies: Mapping[str, str]
    token: str


class Line:
    """One kept connection to the portal; one request at a time. A connection that the portal closed is opened again."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None

    async def ask(self, request: bytes) -> Answer:
        """Send a request and return the answer. Raises Unavailable WAITED_IN_VAIN when the portal hangs up twice."""
        for _ in range(2):
            try:
                return await self._asked(request)
            except (OSError, asyncio.IncompleteReadError):
                self.close()
        raise Unavailable("WAITED_IN_VAIN", {"what": "an answer of the portal", "seconds": "0"})

    async def _asked(self, request: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=_HEAD_BYTES_MAX)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        found = _LENGTH.search(head.lower())
        body = await reader.readexactly(int(found[1])) if found else b""
        return Answer(int(head[9:12]), head, body)


def form_of(answer: Answer) -> Form:
    """Return the form of a page that was opened for the first time."""
    token = _TOKEN.search(answer.body)
    return Form(answer.cookies, token[1].decode() if token else "")


def get_request(address: str, path: str, cookies: Mapping[str, str] | None = None) -> bytes:
    """Return the bytes of a GET."""
    return _head("GET", address, path, cookies or {}) + b"\r\n"


def post_request(
    address: str, path: str, form: Form, fields: Mapping[str, str], *, file: bytes | None = None, seen_from: str = ""
) -> bytes:
    """Return the bytes of a form with its token; with `file` as multipart. `seen_from` is what a proxy would say."""
    named = {"token": form.token} | dict(fields)
    if file is None:
        kind, body = "application/x-www-form-urlencoded", urlencode(named).encode()
    else:
        kind, body = f"multipart/form-data; boundary={_BOUNDARY}", _multipart(named, file)
    said = f"content-type: {kind}\r\ncontent-length: {len(body)}\r\n"
    if seen_from:
        said += f"x-forwarded-for: {seen_from}\r\n"
    return _head("POST", address, path, form.cookies) + said.encode() + b"\r\n" + body


def _head(method: str, address: str, path: str, cookies: Mapping[str, str]) -> bytes:
    carried = f"cookie: {'; '.join(f'{n}={v}' for n, v in cookies.items())}\r\n" if cookies else ""
    return f"{method} {path} HTTP/1.1\r\nhost: {urlsplit(address).netloc}\r\n{carried}".encode()


def _multipart(fields: Mapping[str, str], file: bytes) -> bytes:
    parts = [
        f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    start = f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n'
    kind = "content-type: application/octet-stream\r\n\r\n"
    return b"".join([*parts, (start + kind).encode(), file, f"\r\n--{_BOUNDARY}--\r\n".encode()])
