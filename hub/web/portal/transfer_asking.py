"""Đề nghị chuyển trường: the family chooses both schools from the register, and asks."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from hub.domain.civil import civil_date
from hub.domain.consent import Party, needed_consent
from hub.domain.findings import finding, render
from hub.domain.organisations import DEPARTMENTS, department
from hub.errors import Refused
from hub.trust import RegisteredSchool
from hub.web.portal.pages import page
from hub.web.portal.portal import COOKIE_FORM, Portal, portal_of
from hub.web.portal.security import check_form
from hub.web.portal.sessions import Session
from hub.web.portal.subject import Subject, subject_of
from hub.web.portal.transfer_store import NewWish, SchoolPlace
from hub.web.portal.transferring import keep, reason_of, speaking
from hub.web.portal.wording import day_of

__all__ = ["router"]

router = APIRouter(prefix="/chuyen-truong")
_PAGE = "/chuyen-truong/moi"
_CHOICES_MAX = 50
_TEXT_MAX = 80
_AUGUST = 8
_GRADES = range(1, 13)
_PUPIL = re.compile(r"(?:id|passport|school):[!-~]{1,110}")  # what a step can name
_PLACE = re.compile(r"([a-z]+(?:-[a-z]+)*)/([0-9A-Za-zĐ_.\-]{1,35})")


@dataclass(frozen=True, slots=True)
class _Search:
    """What was asked for: Sở and a part of the name or code, of the receiving (den) and the sending (tu) school."""

    den_so: str = ""
    den_ten: str = ""
    tu_so: str = ""
    tu_ten: str = ""


@dataclass(frozen=True, slots=True)
class _Choice:
    """A school that can be chosen; `value` is what the form sends."""

    place: SchoolPlace
    name: str

    @property
    def value(self) -> str:
        return f"{self.place.so}/{self.place.code}"


@dataclass(frozen=True, slots=True)
class _Found:
    """Schools that fit a search, at most 50; `more`: there are others."""

    choices: Sequence[_Choice]
    more: bool


@router.get("/moi")
def ask(request: Request) -> Response:
    """Show the search for schools, and for what it found the form."""
    portal = portal_of(request)
    session, key = portal.family(request)
    subject = subject_of(portal, request, key, "transfer")
    texts = (request.query_params.get(name, "")[:_TEXT_MAX] for name in ("den-so", "den-ten", "tu-so", "tu-ten"))
    return _form(request, portal, session, subject, _Search(*texts))


@router.post("")
def start(
    request: Request, token: str = Form(""), den: str = Form(""), tu: str = Form(""), year: str = Form(""),
    grade: int = Form(0), reason: str = Form(""), birth: str = Form(""), den_so: str = Form(""),
    den_ten: str = Form(""), tu_so: str = Form(""), tu_ten: str = Form(""),
) -> Response:  # fmt: skip
    """Ask; what is wrong is told above the form, which stays as it was filled in."""
    portal = portal_of(request)
    check_form(portal.settings.form_key, request.cookies.get(COOKIE_FORM), token)
    session, key = portal.family(request)
    subject = subject_of(portal, request, key, "transfer")
    typed = {"den": den, "tu": tu, "year": year, "grade": grade, "reason": reason[:500], "birth": birth[:10]}
    try:
        keep(portal, key, _wish(portal, session, subject, typed))
    except Refused as why:
        if why.code == "PORTAL_SESSION_OVER":
            raise
        request.scope["form_page"] = _PAGE
        search = _Search(*(text[:_TEXT_MAX] for text in (den_so, den_ten, tu_so, tu_ten)))
        return _form(request, portal, session, subject, search, typed, why)
    return RedirectResponse("/chuyen-truong", 303)


def _wish(portal: Portal, session: Session, subject: Subject, typed: dict[str, Any]) -> NewWish:
    """Return the request that was filled in. Raises Refused: what of it is wrong."""
    agreed = speaking(session, subject, portal)
    if _decider(portal, subject) not in {party for party, _, _ in agreed}:
        raise Refused("PORTAL_CONSENT_MISSING")
    if not all(_PUPIL.fullmatch(one) for one in subject.pupils):
        raise Refused("TRANSFER_PUPIL_MALFORMED")
    receiving, sending, born = _place(typed["den"]), _place(typed["tu"]), day_of(typed["birth"])
    years = _years(civil_date(portal.clock()))
    if receiving is None or sending is None or typed["year"] not in years or typed["grade"] not in _GRADES:
        raise Refused("PORTAL_TRANSFER_WRONG")
    if born is None or born > civil_date(portal.clock()):
        raise Refused("TRANSFER_BIRTH_DATE_WRONG")
    if not all(born.isoformat().startswith(one) for one in subject.births):
        raise Refused("TRANSFER_BIRTH_DATE_DIFFERS")
    if receiving == sending:
        raise Refused("TRANSFER_SAME_SCHOOL")
    if not _open_schools(portal, receiving.so, [receiving.code]):
        raise Refused("TRANSFER_SCHOOL_UNKNOWN", {"school": receiving.code, "so": receiving.so})
    return NewWish(
        "TransferRequest", agreed, None, reason_of(typed["reason"]), receiving, sending, typed["year"], typed["grade"],
        born,
    )  # fmt: skip


def _form(
    request: Request, portal: Portal, session: Session, subject: Subject, search: _Search,
    typed: dict[str, Any] | None = None, why: Refused | None = None,
) -> Response:  # fmt: skip
    today = civil_date(portal.clock())
    decider = _decider(portal, subject)
    usual = {"den": "", "tu": "", "year": _years(today)[0], "grade": subject.grade, "reason": "", "birth": ""}
    return page(
        request, "transfer_new.html", 422 if why else 200, search=search, typed=typed or usual, decider=decider,
        has_agreed=decider in session.agreed, has_identity=portal.identity is not None, grades=_GRADES,
        offices=[(one.slug, _province(one.slug, today)) for one in DEPARTMENTS if _stands(one.closed_on, today)],
        receiving=_found(portal, search.den_so, search.den_ten), years=_years(today),
        sending=_sending(portal, subject, search),
        wrong=None if why is None else render(finding(why.code, facts=why.facts)),
    )  # fmt: skip


def _decider(portal: Portal, subject: Subject) -> Party:
    """Return who asks for a transfer: the guardian, from 18 on the pupil."""
    needed = needed_consent(subject.birth_date, civil_date(portal.clock()))
    return "guardian" if "guardian" in needed else "pupil"


def _found(portal: Portal, so: str, text: str) -> _Found:
    """Return the open schools of a Sở whose name or code has every word of a text; accents and case do not count."""
    if not so:
        return _Found((), False)
    words = _plain(text).split()
    named = [(one, f"{_plain(one.name)} {one.code.lower()}") for one in _open_schools(portal, so)]
    fitting = sorted((one.name, one.code) for one, plain in named if all(word in plain for word in words))
    choices = [_Choice(SchoolPlace(so, code), name) for name, code in fitting[:_CHOICES_MAX]]
    return _Found(choices, len(fitting) > _CHOICES_MAX)


def _sending(portal: Portal, subject: Subject, search: _Search) -> _Found:
    """Return the schools of the record, newest first, and what was searched for besides."""
    own = [
        _Choice(place, one.name)
        for place in subject.schools
        for one in portal.store.schools(place.so, portal.clock(), [place.code])
    ]
    more = _found(portal, search.tu_so, search.tu_ten)
    return _Found([*own, *(one for one in more.choices if one not in own)], more.more)


def _open_schools(portal: Portal, so: str, codes: Sequence[str] | None = None) -> list[RegisteredSchool]:
    now = portal.clock()
    return [one for one in portal.store.schools(so, now, codes) if not one.is_closed(now)]


def _place(value: str) -> SchoolPlace | None:
    found = _PLACE.fullmatch(value)
    return None if found is None else SchoolPlace(found[1], found[2])


def _plain(text: str) -> str:
    """Return a text without accents, in small letters."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _years(today: date) -> tuple[str, str]:
    """Return the school year of a day, and the next one; a school year begins in August."""
    first = today.year if today.month >= _AUGUST else today.year - 1
    return f"{first}-{first + 1}", f"{first + 1}-{first + 2}"


def _province(slug: str, today: date) -> str:
    found = department(slug).province_at(today)
    return slug if found is None else found.name


def _stands(closed_on: date | None, today: date) -> bool:
    return closed_on is None or today < closed_on
