"""Read records (hồ sơ) of the REST system: `GET /ho-so`, page after page behind a counter (mốc).

A walk begins at the counter of the walk before and follows the page tokens of the system; the counter moves on only
when a walk is at its end. So whatever expires or dies on the way, the next walk begins where nothing is passed over.
"""

import re
from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from hub.connectors.sdk import Page, Raw, SourceRecord
from hub.connectors.transport import HttpAnswer, HttpClient
from hub.errors import Refused

__all__ = ["PAGE_RECORDS_MAX", "RecordOf", "RecordPages"]

RecordOf = Callable[[Raw, str], SourceRecord]
"""Makes a record of a value and of the place where it stands."""

PAGE_RECORDS_MAX = 200
_GONE = 410  # the page token is too old
_TEXT_LENGTH_MAX = 200
_COUNTER = r"\A[0-9]{1,18}\Z"


class _Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where to go on: the counter that the walk began at, the token of the next page, the ETag of an empty answer."""

    moc: Annotated[str, Meta(pattern=_COUNTER)] = "0"
    trang: str | None = None
    etag: str | None = None


class RecordPages:
    """The source; its client is its own."""

    def __init__(self, http: HttpClient, record_of: RecordOf) -> None:
        self._http, self._record_of = http, record_of

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return the next page. Raises as `HttpClient` does, and Refused CURSOR_REFUSED or SYSTEM_ANSWER_WRONG."""
        at = _read_cursor(cursor)
        answer = await self._get(at, limit)
        if answer.status == _GONE:
            at = _Place(at.moc)
            answer = await self._get(at, limit)
        if answer.unchanged:
            return Page((), _cursor(at), more=False)
        rows, after, more = _read(answer, at, limit)
        places = (f"sau mốc {at.moc}, dòng {number}" for number in range(1, len(rows) + 1))
        records = tuple(self._record_of(row, place) for row, place in zip(rows, places, strict=True))
        return Page(records, _cursor(after), more)

    async def close(self) -> None:
        """Give connections back."""
        await self._http.close()

    async def _get(self, at: _Place, limit: int) -> HttpAnswer:
        parameters = {"tu": at.moc, "so_dong": str(min(limit, PAGE_RECORDS_MAX))}
        if at.trang is not None:
            parameters["trang"] = at.trang
        gone = () if at.trang is None else (_GONE,)
        return await self._http.get("ho-so", parameters, at.etag, expected=gone, records="du_lieu")


def _read(answer: HttpAnswer, at: _Place, limit: int) -> tuple[list[Raw], _Place, bool]:
    """Return the rows of a page, where to go on, and whether there is more now.

    An ETag is kept of an empty answer alone: that is the one whose address the next pull asks for again.
    """
    page = answer.value if isinstance(answer.value, dict) else {}
    rows, token, moc = page.get("du_lieu"), page.get("trang_sau"), page.get("moc")
    if not isinstance(rows, list) or len(rows) > limit or not all(isinstance(row, dict) for row in rows):
        raise _wrong("du_lieu")
    if token is not None:
        if not isinstance(token, str) or not 0 < len(token) <= _TEXT_LENGTH_MAX or token == at.trang:
            raise _wrong("trang_sau")  # a token that leads to itself would have no end
        return rows, _Place(at.moc, token), True
    if not isinstance(moc, str) or not re.match(_COUNTER, moc) or int(moc) < int(at.moc):
        raise _wrong("moc")
    settled = not rows and at.trang is None and moc == at.moc
    etag = answer.etag if settled and len(answer.etag or "") <= _TEXT_LENGTH_MAX else None
    return rows, _Place(moc, None, etag), False


def _cursor(place: _Place) -> str:
    return msgspec.json.encode(place).decode()


def _read_cursor(cursor: str | None) -> _Place:
    try:
        return _Place() if cursor is None else msgspec.json.decode(cursor, type=_Place)
    except msgspec.MsgspecError:
        raise Refused("CURSOR_REFUSED", {"reason": "not of this connector"}) from None


def _wrong(field: str) -> Refused:
    return Refused("SYSTEM_ANSWER_WRONG", {"reason": field})
