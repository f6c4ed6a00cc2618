"""Ai đã xem: the family sees every read of its record, its own too."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from hub.errors import Refused
from hub.web.portal.pages import page
from hub.web.portal.portal import portal_of
from hub.web.portal.wording import LOOKED, OWN_SHARING, Both

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
    told = [(one, _words(one.actor), OWN_SHARING if (one.actor, one.what) == ("family", "share") else _words(one.what))
            for one in found]  # fmt: skip
    return page(request, "looks.html", looks=told)


def _words(kind: str) -> Both:
    return LOOKED.get(kind, Both(kind, kind))
