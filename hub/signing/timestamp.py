"""Asking a time-stamp authority (RFC 3161 §3.4, over HTTP) for a token, and judging it at once.

In:  bytes that are about to be published, and the roots that the trust policy names. Out: the token (DER).
Invariant: whatever the authority does, the question ends within its time, and nothing but a good token comes back.
Every fault is `Unavailable`: who asks tries again later, with the same question.
"""

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import SplitResult, urlsplit

from asn1crypto import tsp
from cryptography import x509

from hub.errors import Refused, Unavailable
from hub.trust import token_of, verify_timestamp

__all__ = ["RESPONSE_BYTE_COUNT_MAX", "TimestampClient", "nonce_of"]

RESPONSE_BYTE_COUNT_MAX = 65_536
_TIMEOUT_S = 10.0  # for the whole question; authorities answer within a second
_NONCE_BYTE_COUNT = 8
_QUERY_TYPE, _REPLY_TYPE = "application/timestamp-query", "application/timestamp-reply"
_PORTS = {"http": 80, "https": 443}


def nonce_of(secret: bytes, data: bytes) -> int:
    """Derive the nonce of a question: the same question has the same one, and nobody outside can foretell it."""
    return int.from_bytes(hmac.digest(secret, b"time-stamp nonce\n" + data, "sha256")[:_NONCE_BYTE_COUNT])


@dataclass(frozen=True)
class TimestampClient:
    """Asks one authority; `url` is http(s) without user or fragment, `secret` is what nonces are derived from.

    Raises Refused SETTING_WRONG for another form of address.
    """

    url: str
    secret: bytes = field(repr=False)
    timeout_s: float = _TIMEOUT_S

    def __post_init__(self) -> None:
        _parts(self.url)

    def ask(self, data: bytes, *, roots: Sequence[x509.Certificate], policy: str | None = None) -> bytes:
        """Return a token over the SHA-256 of `data`, verified; the authority's policy (OID) is asked for where given.

        Raises Unavailable TIMESTAMP_UNAVAILABLE with the reason.
        """
        nonce = nonce_of(self.secret, data)
        try:
            token = token_of(self.reply(_query(data, nonce, policy)))
            verify_timestamp(token, data, roots=roots, policy=policy, nonce=nonce)
        except Refused as refused:
            raise Unavailable("TIMESTAMP_UNAVAILABLE", {"reason": refused.code}) from None
        return token

    def reply(self, query: bytes) -> bytes:
        """Return what the authority replies to a question (DER), unjudged. Raises Unavailable TIMESTAMP_UNAVAILABLE."""
        parts = _parts(self.url)
        connection = _connection(parts, self.timeout_s)
        is_late = threading.Event()
        watch = threading.Timer(
            self.timeout_s, _cut, (connection, is_late)
        )  # the socket's timeout is one for each byte
        watch.daemon = True
        watch.start()
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, query, {"Content-Type": _QUERY_TYPE, "Accept": _REPLY_TYPE})
            return _body(connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            late = isinstance(error, TimeoutError) or is_late.is_set()
            raise _unavailable("timeout" if late else type(error).__name__) from error
        finally:
            watch.cancel()
            connection.close()


def _query(data: bytes, nonce: int, policy: str | None) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(data).digest()}
    asked = {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    return bytes(tsp.TimeStampReq(asked if policy is None else asked | {"req_policy": policy}).dump())


def _parts(url: str) -> SplitResult:
    wrong = Refused("SETTING_WRONG", {"setting": "HUB_TIMESTAMP_URL"})
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.fragment or "@" in parts.netloc:
        raise wrong
    return parts


def _connection(parts: SplitResult, timeout_s: float) -> http.client.HTTPConnection:
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=_trusted())
    return http.client.HTTPConnection(host, port, timeout=timeout_s)


@cache
def _trusted() -> ssl.SSLContext:
    """Return the roots of this machine, read once: reading them costs more than a question."""
    return ssl.create_default_context()


def _cut(connection: http.client.HTTPConnection, is_late: threading.Event) -> None:
    """End a question that takes too long; whoever waits in it gets an error at once."""
    is_late.set()
    sock = connection.sock
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _body(response: http.client.HTTPResponse) -> bytes:
    """Return the body of an answer of the right kind and size; a redirection is no answer."""
    if response.status != http.client.OK:
        raise _unavailable(f"HTTP {response.status}")
    if response.headers.get_content_type() != _REPLY_TYPE:
        raise _unavailable("content type")
    body = response.read(RESPONSE_BYTE_COUNT_MAX + 1)
    if len(body) > RESPONSE_BYTE_COUNT_MAX:
        raise _unavailable("too large")
    return body


def _unavailable(reason: str) -> Unavailable:
    return Unavailable("TIMESTAMP_UNAVAILABLE", {"reason": reason})
