"""What every page needs, in one object: store, settings, time and chance, sessions, checker, sheets, log-in."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from fastapi import Request

from hub.errors import Refused
from hub.web.identity import Relying
from hub.web.portal.security import network_of
from hub.web.portal.sessions import Session, Sessions
from hub.web.portal.store import Key, PortalStore, Reading, What

__all__ = ["COOKIE_FORM", "COOKIE_LANGUAGE", "COOKIE_SESSION", "Checks", "Portal", "PortalSettings", "portal_of"]

COOKIE_SESSION, COOKIE_FORM, COOKIE_LANGUAGE = "phien", "dau", "ngon-ngu"


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """`address` is where readers reach the portal; `answer_s` the beat in which look-ups are answered.

    `slip_key` is Bộ's key of commitments, `form_key` one of this process. `trusts_proxy`: X-Forwarded-For counts.
    """

    address: str
    slip_key: bytes = field(repr=False)
    form_key: bytes = field(repr=False)
    hosts: frozenset[str] = frozenset()
    answer_s: float = 0.04
    trusts_proxy: bool = False
    development: bool = False

    @property
    def secure(self) -> bool:
        """Whether cookies are for https alone."""
        return self.address.startswith("https://")


class Checks(Protocol):
    """Checks what readers upload."""

    def check(self, data: bytes) -> dict[str, Any]:
        """Return the report on a sheet or an evidence file, as JSON shows it. Raises Unavailable PORTAL_BUSY."""


@dataclass(frozen=True)
class Portal:
    """Everything is handed in; nothing here reads a clock or draws by chance itself."""

    store: PortalStore
    settings: PortalSettings
    checks: Checks
    issue: Callable[[bytes, datetime], bytes]
    identity: Relying | None
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    monotonic: Callable[[], float]
    pause: Callable[[float], Awaitable[None]]
    sessions: Sessions

    def session(self, request: Request) -> Session:
        """Return the reader's session. Raises Refused PORTAL_SESSION_OVER."""
        found = self.sessions.get(request.cookies.get(COOKIE_SESSION), self.clock())
        if found is None:
            raise Refused("PORTAL_SESSION_OVER")
        return found

    def family(self, request: Request) -> tuple[Session, Key]:
        """Return the session of who holds a slip. Raises Refused PORTAL_SESSION_OVER, for recipients of shares too."""
        found = self.session(request)
        if not isinstance(found.key, Key):
            raise Refused("PORTAL_SESSION_OVER")
        return found, found.key

    def reading(self, request: Request, what: What, purpose: str, *years: str) -> Reading:
        """Say what a read is for."""
        return Reading(what, purpose, network_of(request, self.settings.trusts_proxy), years)

    async def keep_beat(self, request: Request) -> None:
        """Wait until the next beat after the request came: how long its steps took does not show."""
        passed = self.monotonic() - request.state.came
        beat = self.settings.answer_s
        await self.pause(max(0.0, math.ceil(passed / beat) * beat - passed))


def portal_of(request: Request) -> Portal:
    """Return the portal that a request is for."""
    found: Portal = request.app.state.portal
    return found
