"""Đăng nhập: those whose consent something needs log in, one after the other, within the family's session."""

import re

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from hub.domain.civil import civil_date
from hub.domain.consent import Party
from hub.errors import Refused
from hub.web.portal.pages import page
from hub.web.portal.portal import COOKIE_SESSION, portal_of
from hub.web.portal.store import What
from hub.web.portal.subject import subject_of

__all__ = ["router"]

router = APIRouter(prefix="/dang-nhap")
_SHARES = "/chia-se"
_TRANSFER = re.compile(r"moi|[0-9a-f]{64}")  # the pages of transfers that lead here


@router.get("")
def begin(request: Request, ben: Party, ve: str = "") -> Response:
    """Lead to the provider, for the consent of `ben`; `ve` names the page of transfers to come back to."""
    portal = portal_of(request)
    session, _ = portal.family(request)
    if portal.identity is None:
        raise Refused("IDENTITY_NOT_CONFIGURED")
    session.back = f"/chuyen-truong/{ve}" if _TRANSFER.fullmatch(ve) else _SHARES
    address, session.pending = portal.identity.begin(ben)
    return RedirectResponse(address, 303)


@router.get("/ve")
def finish(request: Request) -> Response:
    """Take the provider's answer.

    A browser that comes from another site brings no cookie of ours (SameSite=Strict): it is asked to go on from here.
    """
    portal = portal_of(request)
    if request.cookies.get(COOKIE_SESSION) is None:
        return page(request, "go_on.html", target=f"/dang-nhap/ve?{request.url.query}")
    session, key = portal.family(request)
    pending, session.pending = session.pending, None
    if portal.identity is None or pending is None:
        raise Refused("IDENTITY_REFUSED", {"reason": "state"})
    now = portal.clock()
    who = portal.identity.finish(str(request.url), pending, int(now.timestamp()))
    what: What = "share" if session.back == _SHARES else "transfer"
    if not subject_of(portal, request, key, what).is_spoken_for(pending.party, who, civil_date(now)):
        raise Refused("IDENTITY_OTHER")
    session.agreed[pending.party] = who
    return RedirectResponse(session.back, 303)
