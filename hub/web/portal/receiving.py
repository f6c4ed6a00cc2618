"""Nhận: what a recipient sees of a share: whether each record is valid, and what was shared; nothing else."""

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from hub.domain.slip import SECRET_LENGTH, check_secret
from hub.errors import Refused
from hub.web.portal.keys import is_share_id, share_commitment, stored_hmac
from hub.web.portal.look_up import start_session
from hub.web.portal.pages import page
from hub.web.portal.portal import COOKIE_FORM, COOKIE_SESSION, Portal, portal_of
from hub.web.portal.security import check_form, network_of
from hub.web.portal.store import Opened, Shared, ShareKey
from hub.web.portal.telling import Shown, records_of
from hub.web.portal.wording import VERDICTS

__all__ = ["router"]

router = APIRouter(prefix="/nhan")
_MADE_UP = "0" * SECRET_LENGTH
_NOBODYS = "00000000-0000-4000-8000-000000000000"


@router.get("/{share_id}")
def receive(request: Request, share_id: str) -> Response:
    """Show what was shared to whoever has given its code in this session; else ask for it."""
    portal = portal_of(request)
    session = portal.sessions.get(request.cookies.get(COOKIE_SESSION), portal.clock())
    if session is None or not isinstance(session.key, ShareKey) or session.key.share_id != share_id:
        return page(request, "receive.html", failed=False, share_id=share_id)
    share = portal.store.share_of(session.key, portal.clock())
    if share is None:
        portal.sessions.end(request.cookies.get(COOKIE_SESSION))
        return page(request, "receive.html", 403, failed=True, share_id=share_id)
    told = [(one, verdict, VERDICTS[verdict]) for one, verdict in _shared(portal, request, session.key, share)]
    return page(request, "received.html", share=share, told=told)


@router.post("/{share_id}")
async def give_code(request: Request, share_id: str, token: str = Form(""), code: str = Form("")) -> Response:
    """Open a share by its code; the answer to every other code is the same, and takes as long."""
    portal = portal_of(request)
    check_form(portal.settings.form_key, request.cookies.get(COOKIE_FORM), token)
    key = _key_of(portal, share_id, code)
    network = network_of(request, portal.settings.trusts_proxy)
    found = await run_in_threadpool(portal.store.look_up_share, key, network, portal.clock())
    answer = (
        start_session(request, portal, key, f"/nhan/{share_id}")
        if found
        else page(request, "receive.html", 403, failed=True, share_id=share_id)
    )
    await portal.keep_beat(request)
    return answer


def _key_of(portal: Portal, share_id: str, code: str) -> ShareKey:
    """Return the key of a share's address and code; what is not of its form makes one that opens nothing."""
    sound = is_share_id(share_id)
    share_id = share_id if sound else _NOBODYS
    try:
        shown = check_secret(code)
    except Refused:
        shown, sound = _MADE_UP, False
    stored = stored_hmac(portal.settings.slip_key, share_commitment(share_id, shown))
    return ShareKey(share_id, stored if sound else stored[::-1])


def _shared(portal: Portal, request: Request, key: ShareKey, share: Shared) -> list[tuple[Shown, str]]:
    """Return the current version of each shared record, with the verdict of a check of its evidence made now."""
    reading = portal.reading(request, "share", share.purpose, *share.years)
    with portal.store.open(key, reading, portal.clock()) as opened:
        if opened is None:
            raise Refused("PORTAL_SESSION_OVER")
        current = [one.current for one in records_of(opened.versions()) if one.current.record[0] in share.years]
        return [(one, _verdict(portal, opened, one)) for one in current]


def _verdict(portal: Portal, opened: Opened, one: Shown) -> str:
    """Return what a check says; "unknown" where Bộ's copy makes no evidence file."""
    try:
        verdict: str = portal.checks.check(opened.bundle(one.stored))["verdict"]
    except Refused:
        return "unknown"
    return verdict
