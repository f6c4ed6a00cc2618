"""Ai đã xem: the family sees every read of its record, its own too."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from hub.errors import Refused
from hub.web.portal.pages import page
from hub.web.portal.portal import portal_of
from hub.web.portal.wording import LOOKED, Both

__all__ = ["router"]

router = APIRouter()


@router.get("/ai-da-xem")
def looks(request: Request) -> Response:
    """Show who looked, newest first."""
    portal = portal_of(request)
    _, key = portal.family(request)
    found = portal.store.looks(key, portal.clock())
    if found is None:
        raise Refused("PORTAL_SESSION_OVER")
    told = [(one, LOOKED.get(one.actor, Both(one.actor, one.actor)), LOOKED.get(one.what, Both(one.what, one.what)))
            for one in found]  # fmt: skip
    return page(request, "looks.html", looks=told)
