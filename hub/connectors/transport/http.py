"""A REST system: JSON in and out, with tokens, ETags and its own pace; every answer bounded and read strictly."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from hub.connectors.formats.json_values import json_bytes, parse_json, parse_page
from hub.connectors.transport.exchanging import Exchange, Received, fault_of
from hub.connectors.transport.oauth import TokenSource
from hub.connectors.transport.pace import Paces
from hub.errors import Refused

__all__ = ["ANSWER_BYTES_MAX", "HttpAnswer", "HttpClient"]

ANSWER_BYTES_MAX = 8 * 2**20


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What the system answered: `value` is its JSON, None where there is no body; `size` is that of the body."""

    status: int
    etag: str | None
    value: Any
    size: int

    @property
    def unchanged(self) -> bool:
        """Tell whether the system says that nothing changed since the ETag that was asked with (304)."""
        return self.status == 304


class HttpClient:
    """Reads and writes JSON below `base_url`. `now` are seconds that only go on.

    More requests than `paces` let through are not sent: the call ends with Unavailable SYSTEM_BUSY before one left.

    Every call raises Unavailable SYSTEM_UNREACHABLE, SYSTEM_BUSY (fact `retry_after_s` where a time is known), Refused
    SYSTEM_REFUSES_LOGIN, SYSTEM_REFUSES, SYSTEM_REDIRECTS, SYSTEM_ANSWER_WRONG, SYSTEM_ANSWER_TOO_LARGE.
    """

    def __init__(
        self, base_url: str, token: TokenSource | None, now: Callable[[], float], paces: Paces | None = None
    ) -> None:
        self._exchange = Exchange(base_url)
        self._token = token
        self._pace = (paces or Paces()).at(base_url, now)

    async def get(
        self, path: str, parameters: Mapping[str, str] | None = None, etag: str | None = None,
        expected: Collection[int] = (), records: str | None = None,
    ) -> HttpAnswer:  # fmt: skip
        """Return the JSON at `path` ("ho-so", "ho-so/12": parts are quoted here).

        With `records`, the name of a list of objects in it, what cannot be read of one of these stays in it as
        `Unreadable`, which the declared mappers refuse with its place; without, it refuses the whole answer.
        With `etag` an unchanged answer has no value. Statuses among `expected` (such as 410) are returned, not raised.
        """
        headers = {} if etag is None else {"If-None-Match": etag}
        received = await self._send("GET", path, parameters, headers, None)
        return _answer(received, {200, *expected, *([] if etag is None else [304])}, records)

    async def put(
        self, path: str, value: Any, if_match: str | None = None, expected: Collection[int] = ()
    ) -> HttpAnswer:
        """Write JSON, the same bytes for the same value; 200, 201 and 204 are well.

        A conflict (409) or a changed record (412) is Refused SYSTEM_REFUSES unless `expected`.
        """
        headers = {"Content-Type": "application/json"} | ({} if if_match is None else {"If-Match": if_match})
        received = await self._send("PUT", path, None, headers, json_bytes(value))
        return _answer(received, {200, 201, 204, *expected})

    async def close(self) -> None:
        """Give connections back."""
        await self._exchange.close()
        if self._token is not None:
            await self._token.close()

    async def _send(
        self, method: str, path: str, parameters: Mapping[str, str] | None, headers: Mapping[str, str],
        body: bytes | None,
    ) -> Received:  # fmt: skip
        """Send once, and once more with a new token where the first was refused."""
        refused = ""
        for _ in range(2):
            token = "" if self._token is None else await self._token.token(refused)
            self._pace.take()
            received = await self._exchange.send(
                method, path, bytes_max=ANSWER_BYTES_MAX, parameters=parameters, body=body,
                headers={**headers, **({"Authorization": f"Bearer {token}"} if token else {})},
            )  # fmt: skip
            if received.status != 401 or self._token is None:
                return received
            refused = token
        return received


def _answer(received: Received, well: Collection[int], records: str | None = None) -> HttpAnswer:
    fault = fault_of(received)
    if fault is not None:
        raise fault
    if received.status == 401:
        raise Refused("SYSTEM_REFUSES_LOGIN", {"status": "401"})
    if received.status not in well:
        raise Refused("SYSTEM_REFUSES", {"status": str(received.status)})
    etag = received.headers.get("etag")
    if not received.body or received.status >= 300:
        return HttpAnswer(received.status, etag, None, len(received.body))
    try:
        value = parse_json(received.body) if records is None else parse_page(received.body, records)
    except Refused as refusal:
        raise Refused("SYSTEM_ANSWER_WRONG", refusal.facts) from None
    return HttpAnswer(received.status, etag, value, len(received.body))
