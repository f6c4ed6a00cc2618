"""OAuth 2 client credentials (RFC 6749 §4.4): one token at a time, renewed before it ends, in memory only."""

import asyncio
import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

from hub.connectors.formats.json_values import parse_json
from hub.connectors.transport.exchanging import Exchange, Received, fault_of
from hub.errors import Refused

__all__ = ["TokenSource"]

ANSWER_BYTES_MAX = 16_384
_RENEWED_AT = 0.8  # of a token's life, so that none ends on its way
_LIFE_S_DEFAULT = 300  # RFC 6749 §5.1 only recommends that the server says it
_LIFE_S_MAX = 86_400
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")


class TokenSource:
    """Gets tokens from `path` below `base_url`, by a client's name and secret (HTTP Basic). `now`: seconds."""

    def __init__(
        self, base_url: str, client_id: str, client_secret: str, now: Callable[[], float], path: str = "oauth/token"
    ) -> None:
        self._exchange = Exchange(base_url)
        self._path = path
        pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"  # form-encoded first: RFC 6749 §2.3.1
        self._basic = "Basic " + base64.b64encode(pair.encode()).decode()
        self._now = now
        self._token, self._renew_at = "", 0.0
        self._one_at_a_time = asyncio.Lock()

    async def token(self, refused: str = "") -> str:
        """Return a token, another one than the `refused`.

        Raises Refused SYSTEM_REFUSES_LOGIN or SYSTEM_ANSWER_WRONG, Unavailable as every exchange does.
        """
        async with self._one_at_a_time:
            if not self._token or self._token == refused or self._now() >= self._renew_at:
                self._token = ""
                await self._renew()
            return self._token

    async def close(self) -> None:
        """Give the connection back."""
        await self._exchange.close()

    async def _renew(self) -> None:
        asked_at = self._now()
        received = await self._exchange.send(
            "POST", self._path, bytes_max=ANSWER_BYTES_MAX, body=b"grant_type=client_credentials",
            headers={"Authorization": self._basic, "Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        token, life_s = _read(received)
        self._token, self._renew_at = token, asked_at + life_s * _RENEWED_AT


def _read(received: Received) -> tuple[str, float]:
    fault = fault_of(received)
    if fault is not None:
        raise fault
    if received.status != 200:  # 400 invalid_client and 401 alike: RFC 6749 §5.2
        raise Refused("SYSTEM_REFUSES_LOGIN", {"status": str(received.status)})
    try:
        found: Any = parse_json(received.body)
    except Refused as refusal:
        raise Refused("SYSTEM_ANSWER_WRONG", refusal.facts) from None
    if not isinstance(found, dict):
        raise Refused("SYSTEM_ANSWER_WRONG", {"reason": "no token"})
    token, life_s = found.get("access_token"), found.get("expires_in", _LIFE_S_DEFAULT)
    known_type = str(found.get("token_type", "")).lower() == "bearer"
    if not known_type or not isinstance(token, str) or not _TOKEN.fullmatch(token) or not isinstance(life_s, int):
        raise Refused("SYSTEM_ANSWER_WRONG", {"reason": "no token"})
    return token, max(0, min(life_s, _LIFE_S_MAX))
