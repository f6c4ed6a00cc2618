"""Tra cứu: the form, and its answer: the same page, after the same time, for everything that opens no record."""

from collections.abc import Callable
from datetime import date

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from hub.domain import locator as locators
from hub.domain.slip import SECRET_LENGTH, check_secret, commitment_of
from hub.errors import Refused
from hub.web.portal.keys import stored_hmac
from hub.web.portal.pages import page
from hub.web.portal.portal import COOKIE_FORM, COOKIE_SESSION, Portal, portal_of
from hub.web.portal.security import check_form, network_of
from hub.web.portal.sessions import SESSION_TIME
from hub.web.portal.store import Key, ShareKey
from hub.web.portal.wording import born_on

__all__ = ["router", "start_session"]

router = APIRouter()
_NOBODY = Key("0" * locators.LENGTH, b"", date(1900, 1, 1))
_MADE_UP = "0" * SECRET_LENGTH


@router.get("/")
def ask(request: Request) -> Response:
    """Show the form."""
    return page(request, "look_up.html", failed=False)


@router.post("/tra-cuu")
async def look_up(
    request: Request, token: str = Form(""), locator: str = Form(""), secret: str = Form(""), birth: str = Form("")
) -> Response:
    """Open a record, or answer that these three do not."""
    portal = portal_of(request)
    check_form(portal.settings.form_key, request.cookies.get(COOKIE_FORM), token)
    key = key_of(portal, locator, secret, birth)
    network = network_of(request, portal.settings.trusts_proxy)
    found = await run_in_threadpool(portal.store.look_up, key, network, portal.clock())
    request.scope["form_page"] = "/"
    answer = (
        start_session(request, portal, key, "/hoc-ba") if found else page(request, "look_up.html", 403, failed=True)
    )
    await portal.keep_beat(request)
    return answer


@router.get("/tra-cuu")
def back() -> Response:
    """Lead whoever loads the answer's address again to the form."""
    return RedirectResponse("/", 303)


@router.post("/thoat")
def leave(request: Request, token: str = Form("")) -> Response:
    """End the session at once."""
    portal = portal_of(request)
    check_form(portal.settings.form_key, request.cookies.get(COOKIE_FORM), token)
    portal.sessions.end(request.cookies.get(COOKIE_SESSION))
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(COOKIE_SESSION, httponly=True, samesite="strict", secure=portal.settings.secure)
    return answer


def key_of(portal: Portal, locator: str, secret: str, birth: str) -> Key:
    """Return the key that these three make; what is not of its form makes one that opens nothing, by the same steps."""
    place, shown, born = _typed(locators.check, locator), _typed(check_secret, secret), born_on(birth)
    sound = place is not None and shown is not None and born is not None
    commitment = commitment_of(place or _NOBODY.locator, shown or _MADE_UP)
    stored = stored_hmac(portal.settings.slip_key, commitment)
    return Key(place or _NOBODY.locator, stored if sound else stored[::-1], born or _NOBODY.birth_date)


def start_session(request: Request, portal: Portal, key: Key | ShareKey, to: str) -> Response:
    """Begin a session under a new name and lead on."""
    portal.sessions.end(request.cookies.get(COOKIE_SESSION))
    name = portal.sessions.begin(key, portal.clock())
    answer = RedirectResponse(to, 303)
    answer.set_cookie(
        COOKIE_SESSION, name, int(SESSION_TIME.total_seconds()), httponly=True, samesite="strict",
        secure=portal.settings.secure,
    )  # fmt: skip
    return answer


def _typed(read: Callable[[str], str], text: str) -> str | None:
    try:
        return read(text)
    except Refused:
        return None
