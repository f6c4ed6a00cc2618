"""Chuyển trường: a family sees its pupil's transfers, consents, and takes a request back; Bộ signs what it says."""

import unicodedata

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from hub.domain.characters import FORBIDDEN
from hub.domain.civil import civil_date
from hub.domain.consent import Party, needed_consent
from hub.errors import Refused
from hub.web.portal.pages import page
from hub.web.portal.portal import COOKIE_FORM, Portal, portal_of
from hub.web.portal.security import check_form
from hub.web.portal.sessions import Session
from hub.web.portal.store import Key
from hub.web.portal.subject import Subject
from hub.web.portal.transfer_store import NewWish
from hub.web.portal.transfer_told import Moving, moving_of

__all__ = ["keep", "reason_of", "router", "speaking"]

router = APIRouter(prefix="/chuyen-truong")
_REASON_MIN, _REASON_MAX = 3, 500


@router.get("")
def transfers(request: Request) -> Response:
    """Show every transfer of the pupil, and what the family said last."""
    portal = portal_of(request)
    _, key = portal.family(request)
    moving = moving_of(portal, request, key)
    return page(request, "transfers.html", transfers=moving.transfers, wishes=moving.wishes)


@router.get("/{transfer_id}")
def one(request: Request, transfer_id: str) -> Response:
    """Show one transfer: state, both schools, clocks, steps; and what the family can do."""
    portal = portal_of(request)
    session, key = portal.family(request)
    moving = moving_of(portal, request, key)
    told = moving.one(transfer_id)
    wishes = [each for each in moving.wishes if each.row.transfer_id == transfer_id]
    agreed = speaking(session, moving.subject, portal)
    return page(
        request, "transfer.html", told=told, wishes=wishes, agreed={party for party, _, _ in agreed},
        has_identity=portal.identity is not None, here=f"/chuyen-truong/{transfer_id}",
    )  # fmt: skip


@router.post("/{transfer_id}/dong-y")
def consent(request: Request, transfer_id: str, token: str = Form(""), party: Party = Form()) -> Response:
    """Let one of those whose consent is needed agree to this request."""
    portal, session, key, moving = _posted(request, token)
    moving.one(transfer_id)
    agreed = tuple(who for who in speaking(session, moving.subject, portal) if who[0] == party)
    if not agreed:
        raise Refused("PORTAL_CONSENT_MISSING")
    keep(portal, key, NewWish("TransferConsent", agreed, transfer_id))
    return RedirectResponse(f"/chuyen-truong/{transfer_id}", 303)


@router.post("/{transfer_id}/rut")
def withdraw(request: Request, transfer_id: str, token: str = Form(""), reason: str = Form("")) -> Response:
    """Take a request back, with its reason; whoever's consent is needed may."""
    portal, session, key, moving = _posted(request, token)
    moving.one(transfer_id)
    agreed = speaking(session, moving.subject, portal)
    if not agreed:
        raise Refused("PORTAL_CONSENT_MISSING")
    keep(portal, key, NewWish("TransferWithdrawal", agreed, transfer_id, reason_of(reason)))
    return RedirectResponse(f"/chuyen-truong/{transfer_id}", 303)


def speaking(session: Session, subject: Subject, portal: Portal) -> tuple[tuple[Party, str, str], ...]:
    """Return (party, issuer, subject) of those who have logged in and have a say by the pupil's age today."""
    needed = needed_consent(subject.birth_date, civil_date(portal.clock()))
    return tuple((party, who.issuer, who.subject) for party, who in session.agreed.items() if party in needed)


def reason_of(text: str) -> str:
    """Return a reason as it is signed. Raises Refused PORTAL_TRANSFER_WRONG."""
    reason = unicodedata.normalize("NFC", " ".join(text.split()))
    if not _REASON_MIN <= len(reason) <= _REASON_MAX or FORBIDDEN.search(reason):
        raise Refused("PORTAL_TRANSFER_WRONG")
    return reason


def keep(portal: Portal, key: Key, said: NewWish) -> None:
    """Hand what the family says to Bộ. Raises Refused with the code of the store."""
    code = portal.store.wish(key, said, portal.clock())
    if code:
        place = said.receiving
        raise Refused(code, {} if place is None else {"school": place.code, "so": place.so})


def _posted(request: Request, token: str) -> tuple[Portal, Session, Key, Moving]:
    portal = portal_of(request)
    check_form(portal.settings.form_key, request.cookies.get(COOKIE_FORM), token)
    session, key = portal.family(request)
    return portal, session, key, moving_of(portal, request, key)
