"""Serve: the portal from its settings, until it is stopped; the one place where its parts are put together."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import uvicorn

from hub.evidence import Roots
from hub.signing import Keyring
from hub.web.identity import CLIENT_ID, DevelopmentProvider, IdentityClient, Relying
from hub.web.portal.app import DEVELOPMENT_PATH, portal_app
from hub.web.portal.checking import Checker
from hub.web.portal.portal import Portal, PortalSettings
from hub.web.portal.sessions import Sessions
from hub.web.portal.sheets import Sheets
from hub.web.portal.store import PortalStore

__all__ = ["CALLBACK_PATH", "Serving", "serve_portal"]

CALLBACK_PATH = "/dang-nhap/ve"
_CHECK_PATH = "/kiem-tra"
_KEY_BYTES = 32
_CONNECTION_COUNT_MAX = 512
_IDLE_S = 15


@dataclass(frozen=True, slots=True)
class Serving:
    """What the portal is started with; `issuer` None: no log-in, unless `development` runs one beside it."""

    address: str
    host: str
    port: int
    keyring: Keyring = field(repr=False)
    timestamp_url: str | None
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    chance: Callable[[int], bytes]
    answer_s: float = 0.04
    trusts_proxy: bool = False
    development: bool = False
    issuer: str | None = None
    client_id: str = CLIENT_ID
    client_secret: str = field(repr=False, default="")


def serve_portal(serving: Serving, store: PortalStore) -> None:
    """Serve until SIGTERM or SIGINT. Raises Refused IDENTITY_NOT_LOCAL for a development log-in that others reach."""
    identity, development = _identity(serving)
    checker = Checker(Roots.of((f"anchor-{so}.der", der) for so, der in sorted(serving.keyring.anchors.items())))
    sheets = Sheets(serving.keyring.seal, serving.address.rstrip("/") + _CHECK_PATH, serving.timestamp_url)
    portal = Portal(
        store=store, settings=_settings(serving), checks=checker, issue=sheets.issue, identity=identity,
        clock=serving.clock, chance=serving.chance, monotonic=serving.monotonic, pause=asyncio.sleep,
        sessions=Sessions(serving.chance),
    )  # fmt: skip
    try:
        checker.warm()
        uvicorn.run(
            portal_app(portal, development), host=serving.host, port=serving.port, access_log=False,
            server_header=False, proxy_headers=False, log_config=None, limit_concurrency=_CONNECTION_COUNT_MAX,
            timeout_keep_alive=_IDLE_S,
        )  # fmt: skip
    finally:
        checker.close()
        if identity is not None:
            identity.close()


def _settings(serving: Serving) -> PortalSettings:
    """Return the settings; readers come by the address that they are told, and by that on which it listens."""
    hosts = frozenset({urlsplit(serving.address).netloc.lower(), f"{serving.host}:{serving.port}".lower()})
    return PortalSettings(
        address=serving.address, slip_key=serving.keyring.slip_key, form_key=serving.chance(_KEY_BYTES), hosts=hosts,
        answer_s=serving.answer_s, trusts_proxy=serving.trusts_proxy, development=serving.development,
    )  # fmt: skip


def _identity(serving: Serving) -> tuple[Relying | None, DevelopmentProvider | None]:
    redirect = serving.address.rstrip("/") + CALLBACK_PATH
    if serving.development:
        issuer, secret = serving.address.rstrip("/") + DEVELOPMENT_PATH, serving.chance(_KEY_BYTES).hex()
        provider = DevelopmentProvider(
            issuer, redirect, secret, serving.chance, lambda: int(serving.clock().timestamp()), serving.host
        )
        return IdentityClient(issuer, CLIENT_ID, secret, redirect, serving.chance), provider
    if serving.issuer is None:
        return None, None
    return IdentityClient(serving.issuer, serving.client_id, serving.client_secret, redirect, serving.chance), None
