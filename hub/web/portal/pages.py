"""Pages from templates: escaped always, in Vietnamese or English, with the token of their forms."""

from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from hub.domain.findings import finding, render
from hub.errors import HubError
from hub.web.portal.portal import COOKIE_FORM, COOKIE_LANGUAGE, COOKIE_SESSION, portal_of
from hub.web.portal.security import form_token
from hub.web.portal.store import Key
from hub.web.portal.wording import day_text, time_text, years_text

__all__ = ["STATIC_FOLDER", "page", "trouble_page"]

STATIC_FOLDER = Path(__file__).parent / "static"
_LANGUAGES = ("vi", "en")
_LANGUAGE_TIME_S = 365 * 24 * 3600
_COOKIE_BYTES = 16
_BUSY = 503
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
_PAGES.filters["day"] = day_text
_PAGES.filters["time"] = time_text
_PAGES.filters["years"] = years_text


def page(request: Request, template: str, status: int = 200, **told: Any) -> HTMLResponse:
    """Return one page for this reader."""
    portal = portal_of(request)
    cookie = request.cookies.get(COOKIE_FORM) or portal.chance(_COOKIE_BYTES).hex()
    language = _language(request)
    session = portal.sessions.get(request.cookies.get(COOKIE_SESSION), portal.clock())
    text = _PAGES.get_template(template).render(
        lang=language, say=_Say(language), token=form_token(portal.settings.form_key, cookie), path=_path(request),
        family=session is not None and isinstance(session.key, Key), development=portal.settings.development, **told,
    )  # fmt: skip
    answer = HTMLResponse(text, status)
    secure = portal.settings.secure
    if COOKIE_FORM not in request.cookies:
        answer.set_cookie(COOKIE_FORM, cookie, httponly=True, samesite="strict", secure=secure)
    if request.query_params.get("lang") in _LANGUAGES:
        answer.set_cookie(COOKIE_LANGUAGE, language, _LANGUAGE_TIME_S, httponly=True, samesite="strict", secure=secure)
    return answer


def trouble_page(request: Request, error: HubError, status: int) -> HTMLResponse:
    """Return the page that says what was not done, why, and what to do now."""
    return page(
        request, "trouble.html", status, told=render(finding(error.code, facts=error.facts)), busy=status == _BUSY
    )


class _Say:
    """Chooses between the two languages that a template gives for one text."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __call__(self, vi: str, en: str) -> str | Markup:
        return en if self._language == "en" else vi


def _language(request: Request) -> str:
    asked = request.query_params.get("lang") or request.cookies.get(COOKIE_LANGUAGE) or ""
    return asked if asked in _LANGUAGES else "vi"


def _path(request: Request) -> str:
    """Return where the other language of a page is: the page itself, or for an answer to a form the form's page."""
    return request.url.path if request.method == "GET" else request.scope.get("form_page", request.url.path)
