"""Chia sẻ: the family gives a named recipient chosen years for a purpose and a time, and may take it back."""

import uuid
from datetime import timedelta

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from hub.domain.civil import civil_date
from hub.domain.consent import missing_consent, needed_consent
from hub.domain.slip import SECRET_BYTES, printed_secret, secret_of
from hub.errors import Refused
from hub.web.portal.keys import is_share_id, share_commitment, stored_hmac
from hub.web.portal.pages import page
from hub.web.portal.portal import COOKIE_FORM, Portal, portal_of
from hub.web.portal.security import check_form
from hub.web.portal.sessions import Session
from hub.web.portal.store import Agreed, Key, NewShare
from hub.web.portal.subject import subject_of

__all__ = ["DAYS_MAX", "router"]

router = APIRouter(prefix="/chia-se")
DAYS_MAX = 90
_TEXT_MAX = 120
_YEARS_MAX = 16
_UUID_BYTES = 16


@router.get("")
def shares(request: Request) -> Response:
    """Show the record's shares, and the form for one more."""
    portal = portal_of(request)
    session, key = portal.family(request)
    return _shares_page(request, portal, session, key)


@router.post("")
def add(
    request: Request, token: str = Form(""), recipient: str = Form(""), purpose: str = Form(""),
    days: int = Form(0), years: list[str] = Form([]),
) -> Response:  # fmt: skip
    """Make a share, and show its code this once."""
    portal = portal_of(request)
    check_form(portal.settings.form_key, request.cookies.get(COOKIE_FORM), token)
    session, key = portal.family(request)
    subject = subject_of(portal, request, key)
    now = portal.clock()
    recipient, purpose = recipient.strip(), purpose.strip()
    sound = 0 < len(recipient) <= _TEXT_MAX and 0 < len(purpose) <= _TEXT_MAX and 1 <= days <= DAYS_MAX
    if not sound or not years or len(years) > _YEARS_MAX or not set(years) <= set(subject.years):
        raise Refused("PORTAL_SHARE_WRONG")
    if missing_consent(subject.birth_date, civil_date(now), tuple(session.agreed)):
        raise Refused("PORTAL_CONSENT_MISSING")
    needed = needed_consent(subject.birth_date, civil_date(now))
    agreed = tuple(Agreed(party, who.issuer, who.subject, now) for party, who in session.agreed.items()
                   if party in needed)  # fmt: skip
    share_id, code = str(uuid.UUID(bytes=portal.chance(_UUID_BYTES), version=4)), secret_of(portal.chance(SECRET_BYTES))
    kept = stored_hmac(portal.settings.slip_key, share_commitment(share_id, code))
    share = NewShare(share_id, kept, recipient, purpose, tuple(sorted(set(years))), now + timedelta(days=days), agreed)
    if not portal.store.add_share(key, share, now):
        raise Refused("PORTAL_SESSION_OVER")
    address = f"{portal.settings.address.rstrip('/')}/nhan/{share_id}"
    request.scope["form_page"] = "/chia-se"
    return page(request, "share_made.html", share=share, code=printed_secret(code), address=address, plain=code)


@router.post("/thu-hoi")
def revoke(request: Request, token: str = Form(""), share_id: str = Form("")) -> Response:
    """End a share at once."""
    portal = portal_of(request)
    check_form(portal.settings.form_key, request.cookies.get(COOKIE_FORM), token)
    _, key = portal.family(request)
    if not is_share_id(share_id) or not portal.store.revoke_share(key, share_id, portal.clock()):
        raise Refused("PORTAL_NOTHING_THERE")
    return RedirectResponse("/chia-se", 303)


def _shares_page(request: Request, portal: Portal, session: Session, key: Key) -> Response:
    now = portal.clock()
    subject = subject_of(portal, request, key)
    found = portal.store.shares(key, now)
    if found is None:
        raise Refused("PORTAL_SESSION_OVER")
    today = civil_date(now)
    return page(
        request, "shares.html", shares=found, years=subject.years, now=now, days_max=DAYS_MAX,
        needed=sorted(needed_consent(subject.birth_date, today), reverse=True), agreed=set(session.agreed),
        missing=missing_consent(subject.birth_date, today, tuple(session.agreed)),
        has_identity=portal.identity is not None,
    )  # fmt: skip
