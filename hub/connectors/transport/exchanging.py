"""One HTTP exchange with a system that is not trusted: where to, how much, how long; and what its status means.

https, or http to this machine alone. No redirect is followed, no cookie kept, no compressed body taken, so that an
answer cannot lead elsewhere and cannot unfold into memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import aiohttp
from yarl import URL

from hub.errors import HubError, Refused, Unavailable

__all__ = ["Exchange", "Received", "fault_of"]

REQUEST_TIMEOUT_S = 30
CONNECTION_COUNT_MAX = 4
RETRY_AFTER_S_MAX = 3_600
_PIECE_BYTES = 65_536
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_NOT_FOUND_THERE = frozenset({408, 425})  # the request came too late or too early: again, unchanged


@dataclass(frozen=True, slots=True)
class Received:
    """An answer: status, headers by lower-case name, the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Exchange:
    """Sends requests to addresses below one base. Raises Refused SYSTEM_ADDRESS_WRONG for a base that is none."""

    def __init__(self, base_url: str) -> None:
        self._base = _checked(base_url)
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self, method: str, path: str, *, bytes_max: int, parameters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None, body: bytes | None = None,
    ) -> Received:  # fmt: skip
        """Return the answer, whatever its status.

        Raises Unavailable SYSTEM_UNREACHABLE (time-out, reset, body cut short); Refused SYSTEM_ANSWER_TOO_LARGE,
        SYSTEM_ANSWER_WRONG (a compressed body) or SYSTEM_REDIRECTS.
        """
        address = _below(self._base, path)
        try:
            async with self._opened().request(
                method, address, params=parameters, headers=headers, data=body, allow_redirects=False
            ) as answer:
                return await _received(answer, bytes_max)
        except (TimeoutError, OSError, aiohttp.ClientError) as error:
            raise Unavailable("SYSTEM_UNREACHABLE", {"reason": type(error).__name__}) from None

    async def close(self) -> None:
        """Give connections back; a later request opens them again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTION_COUNT_MAX),
                timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S),
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False,
            )  # fmt: skip
        return self._session


def fault_of(received: Received) -> HubError | None:
    """Return what a status says is wrong, or None for 2xx, 304 and the 4xx whose meaning is the caller's to know."""
    status = received.status
    if status == 429 or (status == 503 and "retry-after" in received.headers):
        wait_s = _retry_after_s(received.headers)
        return Unavailable("SYSTEM_BUSY", {} if wait_s is None else {"retry_after_s": str(wait_s)})
    if status >= 500 or status in _NOT_FOUND_THERE:
        return Unavailable("SYSTEM_UNREACHABLE", {"reason": f"HTTP {status}"})
    return None


def _checked(base_url: str) -> URL:
    try:
        url = URL(base_url)
        host = url.host
    except ValueError:
        raise _address_wrong("no URL") from None
    if host is None or url.scheme not in ("http", "https"):
        raise _address_wrong("no http or https URL")
    if url.scheme == "http" and host not in _LOOPBACK:
        raise _address_wrong("http to another machine")
    if url.user is not None or url.password is not None or url.query_string or url.fragment:
        raise _address_wrong("user, query or fragment in the URL")
    return url


def _below(base: URL, path: str) -> URL:
    """Return base and path; each part of the path is one part of the address, whatever letters it has."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise _address_wrong("path")
    return base.joinpath(*parts)


def _address_wrong(reason: str) -> Refused:
    return Refused("SYSTEM_ADDRESS_WRONG", {"reason": reason})


async def _received(answer: aiohttp.ClientResponse, bytes_max: int) -> Received:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if 300 <= answer.status < 400 and answer.status != 304:
        raise Refused("SYSTEM_REDIRECTS", {"status": str(answer.status)})
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused("SYSTEM_ANSWER_WRONG", {"reason": "a compressed body"})
    body = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE_BYTES):
        body += piece
        if len(body) > bytes_max:
            raise Refused("SYSTEM_ANSWER_TOO_LARGE", {"bytes_max": str(bytes_max)})
    return Received(answer.status, headers, bytes(body))


def _retry_after_s(headers: Mapping[str, str]) -> int | None:
    """Return the seconds that the system named: a number, or a date beside its own Date, never beside our clock."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal() and len(text) < 10:
        seconds = float(text)
    else:
        try:
            seconds = (parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
        except (TypeError, ValueError):
            return None
    return max(1, min(int(seconds), RETRY_AFTER_S_MAX))
