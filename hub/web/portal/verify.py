"""Kiểm tra: a sheet, an evidence file, or the text of a QR code; every finding in plain words."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from hub.errors import Refused
from hub.print import SHEET_BYTES_MAX
from hub.web.portal.claims import judge_claim
from hub.web.portal.pages import page
from hub.web.portal.portal import COOKIE_FORM, Portal, portal_of
from hub.web.portal.security import FORM_BYTES_MAX, check_form
from hub.web.portal.wording import FACTS, PARTS, VERDICTS, fact_text

__all__ = ["UPLOAD_BYTES_MAX", "router"]

router = APIRouter(prefix="/kiem-tra")
UPLOAD_BYTES_MAX = SHEET_BYTES_MAX + FORM_BYTES_MAX
_ORDER = {"refuse": 0, "warn": 1}


@router.get("")
def ask(request: Request) -> Response:
    """Show the form."""
    return page(request, "verify.html")


@router.post("")
async def verify(request: Request) -> Response:
    """Check what was uploaded or pasted."""
    portal = portal_of(request)
    async with request.form(max_files=1, max_fields=4, max_part_size=FORM_BYTES_MAX) as form:
        check_form(portal.settings.form_key, request.cookies.get(COOKIE_FORM), _text(form.get("token")))
        file, text = form.get("file"), _text(form.get("qr")).strip()
        data = await file.read() if isinstance(file, UploadFile) else b""
    if not data and not text:
        raise Refused("PORTAL_UPLOAD_EMPTY")
    shown = await run_in_threadpool(_judged, portal, data, text)
    told = VERDICTS[shown["verdict"]]
    return page(
        request, "verdict.html", verdict=shown["verdict"], title=told[0], meaning=told[1], shown=shown, PARTS=PARTS,
        FACTS=FACTS, fact_text=fact_text, is_claim=not data,
    )  # fmt: skip


def _judged(portal: Portal, data: bytes, text: str) -> Mapping[str, Any]:
    found = portal.checks.check(data) if data else judge_claim(text, portal.store, portal.clock())
    shown: dict[str, Any] = {"sealed_at": None} | found
    shown["findings"].sort(key=lambda one: _ORDER.get(one["severity"], 1))
    return _with_standing(shown, portal)


def _with_standing(shown: dict[str, Any], portal: Portal) -> dict[str, Any]:
    """Ask Bộ whether a proof that holds has been overtaken since it was made."""
    digest = shown["facts"].get("document_sha256")
    if shown["verdict"] != "valid" or digest is None:
        return shown
    standing = portal.store.standing(bytes.fromhex(digest))
    if standing is not None and standing.newest_version > standing.version:
        return shown | {"verdict": "superseded", "newest_version": standing.newest_version}
    return shown


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
