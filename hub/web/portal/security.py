"""What holds for every request: hosts, sizes, headers, tokens of forms, and where a request came from.

Sources: OWASP ASVS 5.0 rows of docs/portal.md; CSP Level 3. No page has a script or style of its own, so none may run.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.errors import Refused

__all__ = ["FORM_BYTES_MAX", "Guard", "check_form", "form_token", "network_of"]

FORM_BYTES_MAX = 16_384
_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "content-security-policy": _CSP,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_STATIC = "/tinh/"
_KEPT = "public, max-age=3600"
_ORIGIN_UNSAID = "null"  # what browsers send with a form of a page whose referrer policy is no-referrer, as ours is
_SAFE = frozenset({"GET", "HEAD"})


class Guard:
    """Middleware around the whole application. `sizes`: bytes that a body may have, by path; else FORM_BYTES_MAX."""

    def __init__(
        self, app: ASGIApp, hosts: frozenset[str], sizes: Mapping[str, int], monotonic: Callable[[], float],
        secure: bool,
    ) -> None:  # fmt: skip
        self._app, self._hosts, self._sizes = app, hosts, sizes
        self._monotonic, self._secure = monotonic, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["came"] = self._monotonic()
        headers = Headers(scope=scope)
        dressed = self._dressed(scope["path"], send)
        if headers.get("host", "").lower() not in self._hosts:
            await PlainTextResponse("421", 421)(scope, receive, dressed)
        elif scope["method"] not in _SAFE and not self._is_own(headers):
            await PlainTextResponse("403", 403)(scope, receive, dressed)
        else:
            limit = self._sizes.get(scope["path"], FORM_BYTES_MAX)
            await self._app(scope, _bounded(receive, headers, limit), dressed)

    def _is_own(self, headers: Headers) -> bool:
        """Tell whether a request that changes something comes from a page of ours, as far as the browser says."""
        origin = headers.get("origin")
        if origin == _ORIGIN_UNSAID:
            return headers.get("sec-fetch-site") == "same-origin"
        own = origin is None or urlsplit(origin).netloc.lower() in self._hosts
        return own and headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")

    def _dressed(self, path: str, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers["cache-control"] = _KEPT if path.startswith(_STATIC) else "no-store"
                if self._secure:
                    headers["strict-transport-security"] = "max-age=63072000"
            await send(message)

        return sending


def _bounded(receive: Receive, headers: Headers, limit: int) -> Receive:
    """Return a receive that stops at `limit` bytes, before they are read where the sender says how many come."""
    stated = headers.get("content-length", "0")
    count = int(stated) if stated.isascii() and stated.isdigit() else 0

    async def receiving() -> Message:
        nonlocal count
        if headers.get("content-length") is None:
            message = await receive()
            count += len(message.get("body", b""))
        elif count <= limit:
            return await receive()
        if count > limit:
            raise HTTPException(413, str(limit))
        return message

    return receiving


def form_token(key: bytes, cookie: str) -> str:
    """Return what stands in each form of the reader who has this cookie."""
    return hmac.digest(key, b"form" + cookie.encode(), hashlib.sha256).hex()


def check_form(key: bytes, cookie: str | None, token: str | None) -> None:
    """Raise Refused PORTAL_FORM_STALE unless a form came from a page that we made for this reader."""
    if not cookie or not token or not hmac.compare_digest(form_token(key, cookie).encode(), token.encode()):
        raise Refused("PORTAL_FORM_STALE")


def network_of(request: Request, trusts_proxy: bool) -> str:
    """Return the network of a reader, /24 or /48: the proxy's word for it counts only where settings say so."""
    said = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip() if trusts_proxy else ""
    host = said or (request.client.host if request.client else "")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, bits), strict=False))
