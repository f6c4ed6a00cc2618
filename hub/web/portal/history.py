"""Học bạ: one pupil's years over all schools and provinces, as of any date; each year's form, sheet and evidence."""

from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from hub.errors import Refused
from hub.web.portal.pages import page
from hub.web.portal.portal import Portal, portal_of
from hub.web.portal.store import Key, What
from hub.web.portal.telling import Record, Shown, as_of, chosen, records_of
from hub.web.portal.wording import day_of

__all__ = ["router"]

router = APIRouter(prefix="/hoc-ba")
_PURPOSE = "family"


@router.get("")
def history(request: Request) -> Response:
    """Show every year, or how they stood on `tai-ngay`."""
    portal = portal_of(request)
    _, key = portal.family(request)
    asked = request.query_params.get("tai-ngay", "")
    day = day_of(asked) if asked else None
    if asked and day is None:
        raise Refused("PORTAL_DATE_WRONG")
    records = _records(portal, request, key, "history")
    shown = records if day is None else as_of(records, day)
    newest = max((one.current.stored for one in records), key=lambda v: v.effective_on, default=None)
    name = next((one.current.transcript.student.name for one in records if one.current.stored is newest), "")
    return _years_page(request, shown, day, name, _locator(records))


@router.get("/{year}")
def one_year(request: Request, year: str) -> Response:
    """Show the current version of a year, or which there are."""
    portal = portal_of(request)
    _, key = portal.family(request)
    records = _records(portal, request, key, "year", year)
    fitting = chosen(records, year, None, None, request.query_params.get("truong"))
    if not fitting:
        raise Refused("PORTAL_NOTHING_THERE")
    if len(fitting) > 1:
        several = [one for one in records if one.current in fitting]
        return _years_page(request, several, None, "", _locator(records))
    return _year_page(request, fitting[0])


@router.get("/{year}/{period}/{version}")
def one_version(request: Request, year: str, period: str, version: int) -> Response:
    """Show one version in its form's words."""
    portal = portal_of(request)
    _, key = portal.family(request)
    records = _records(portal, request, key, "year", year)
    return _year_page(request, _one(records, request, year, period, version))


@router.get("/{year}/{period}/{version}/to.pdf")
def sheet(request: Request, year: str, period: str, version: int) -> Response:
    """Return the sealed sheet of one version."""
    portal = portal_of(request)
    data, name = _bundle(portal, request, "sheet", year, period, version)
    made = portal.issue(data, portal.clock())
    return _file(made, "application/pdf", f"{name}.pdf")


@router.get("/{year}/{period}/{version}/bang-chung.json")
def evidence(request: Request, year: str, period: str, version: int) -> Response:
    """Return the evidence file of one version."""
    data, name = _bundle(portal_of(request), request, "bundle", year, period, version)
    return _file(data, "application/json", f"{name}.json")


def _records(portal: Portal, request: Request, key: Key, what: What, *years: str) -> list[Record]:
    """Read and log. Raises Refused PORTAL_SESSION_OVER when the key opens nothing any more."""
    with portal.store.open(key, portal.reading(request, what, _PURPOSE, *years), portal.clock()) as opened:
        if opened is None:
            raise Refused("PORTAL_SESSION_OVER")
        return records_of(opened.versions())


def _bundle(portal: Portal, request: Request, what: What, year: str, period: str, version: int) -> tuple[bytes, str]:
    _, key = portal.family(request)
    with portal.store.open(key, portal.reading(request, what, _PURPOSE, year), portal.clock()) as opened:
        if opened is None:
            raise Refused("PORTAL_SESSION_OVER")
        one = _one(records_of(opened.versions()), request, year, period, version)
        return opened.bundle(one.stored), f"hoc-ba-{one.stored.locator}-{year}-{one.stored.version}"


def _one(records: list[Record], request: Request, year: str, period: str, version: int) -> Shown:
    found = chosen(records, year, period, version, request.query_params.get("truong"))
    if not found:
        raise Refused("PORTAL_NOTHING_THERE")
    return found[0]


def _years_page(request: Request, records: list[Record], day: date | None, name: str, locator: str) -> Response:
    transcripts = [one.current.transcript for one in records]
    return page(
        request, "history.html", records=records, day=day, name=name, locator=locator,
        years=len({t.school_year for t in transcripts}), schools=len({t.school.code for t in transcripts}),
        provinces=len({one.current.province for one in records}),
    )  # fmt: skip


def _year_page(request: Request, shown: Shown) -> Response:
    return page(request, "year.html", one=shown)


def _file(data: bytes, media: str, name: str) -> Response:
    return Response(data, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'})


def _locator(records: list[Record]) -> str:
    return records[0].current.locator if records else ""
