"""The application: pages, guard, and what becomes of errors. No interactive docs: it is for people."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from hub.errors import Corrupt, HubError, Refused, Unavailable
from hub.web.identity import DevelopmentProvider
from hub.web.portal import (
    history,
    login,
    look_up,
    looks,
    receiving,
    sharing,
    transfer_asking,
    transferring,
    verify,
)
from hub.web.portal.pages import STATIC_FOLDER, trouble_page
from hub.web.portal.portal import Portal
from hub.web.portal.security import Guard

__all__ = ["DEVELOPMENT_PATH", "portal_app"]

DEVELOPMENT_PATH = "/dang-nhap-thu"
_log = structlog.get_logger()
_STATUS = {
    "PORTAL_SESSION_OVER": 401, "PORTAL_FORM_STALE": 403, "PORTAL_CONSENT_MISSING": 403, "IDENTITY_OTHER": 403,
    "IDENTITY_REFUSED": 403, "PORTAL_PAGE_UNKNOWN": 404, "PORTAL_NOTHING_THERE": 404, "PORTAL_UPLOAD_TOO_LARGE": 413,
    "PORTAL_TRANSFER_MANY": 429,
}  # fmt: skip
_RETRY_S = 30


def portal_app(portal: Portal, development: DevelopmentProvider | None = None) -> FastAPI:
    """Return the portal's application; `development` is the log-in that proves nothing, mounted beside it."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.portal = portal
    app.mount("/tinh", StaticFiles(directory=STATIC_FOLDER))
    if development is not None:
        app.mount(DEVELOPMENT_PATH, development.app)
    for part in (look_up, history, verify, looks, sharing, receiving, transfer_asking, transferring, login):
        app.include_router(part.router)
    app.add_exception_handler(HubError, _hub_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _form_error)
    settings = portal.settings
    app.add_middleware(
        Guard, hosts=settings.hosts, sizes={"/kiem-tra": verify.UPLOAD_BYTES_MAX}, monotonic=portal.monotonic,
        secure=settings.secure,
    )  # fmt: skip
    return app


async def _hub_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HubError)
    if isinstance(error, Unavailable):
        _log.warning("portal_unavailable", code=error.code)
        answer = trouble_page(request, Unavailable("PORTAL_BUSY"), 503)
        answer.headers["retry-after"] = str(_RETRY_S)
        return answer
    if isinstance(error, Corrupt):
        _log.error("portal_corrupt", code=error.code, facts=error.facts)
        return trouble_page(request, error, 500)
    return trouble_page(request, error, _STATUS.get(error.code, 422))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 413:
        return trouble_page(request, Refused("PORTAL_UPLOAD_TOO_LARGE", {"limit": str(error.detail)}), 413)
    code = "PORTAL_PAGE_UNKNOWN" if error.status_code == 404 else "PORTAL_REQUEST_WRONG"
    return trouble_page(request, Refused(code), error.status_code)


async def _form_error(request: Request, _error: Exception) -> Response:
    return trouble_page(request, Refused("PORTAL_REQUEST_WRONG"), 422)
