"""Đăng nhập: those whose consent a share needs log in, one after the other, within the family's session."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from hub.domain.civil import civil_date
from hub.domain.consent import Party
from hub.errors import Refused
from hub.web.portal.pages import page
from hub.web.portal.portal import COOKIE_SESSION, portal_of
from hub.web.portal.subject import subject_of

__all__ = ["router"]

router = APIRouter(prefix="/dang-nhap")


@router.get("")
def begin(request: Request, ben: Party) -> Response:
    """Lead to the provider, for the consent of `ben`."""
    portal = portal_of(request)
    session, _ = portal.family(request)
    if portal.identity is None:
        raise Refused("IDENTITY_NOT_CONFIGURED")
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
    if not subject_of(portal, request, key).is_spoken_for(pending.party, who, civil_date(now)):
        raise Refused("IDENTITY_OTHER")
    session.agreed[pending.party] = who
    return RedirectResponse("/chia-se", 303)
