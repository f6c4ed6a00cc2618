"""A REST system behind a generic connector: records page by page, answers one by one."""

import json
from collections.abc import Sequence
from typing import Any

from hub.connectors.generic.answers import body_of
from hub.connectors.generic.records import Reader
from hub.connectors.generic.spec import HttpAt
from hub.connectors.sdk import CURSOR_LENGTH_MAX, Answer, Mapper, Page
from hub.connectors.transport import GroupAtWork, HttpClient
from hub.errors import Refused

__all__ = ["HttpSink", "HttpSource"]

_GONE = 410  # the token of a page is too old


class HttpSource:
    """Cursor: {"since": mark of the page before, "page": token of the next one, "etag": of an unchanged answer}."""

    def __init__(self, client: HttpClient, at: HttpAt, reader: Reader) -> None:
        self._client, self._at, self._reader = client, at, reader

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return the next page. Raises what the transport raises, and Refused CURSOR_REFUSED."""
        place = _place(cursor)
        at = self._at
        asked = {name: place[key] for name, key in ((at.since, "since"), (at.page, "page")) if place.get(key)}
        etag = None if place.get("page") else place.get("etag")
        gone = (_GONE,) if place.get("page") else ()
        asked[at.limit] = str(limit)
        answer = await self._client.get(at.list, asked, etag, expected=gone, records=at.records)
        if answer.status == _GONE:  # the token of the page is gone: again from where its round began
            return Page((), _cursor({"since": place.get("since", "")}), more=True)
        if answer.unchanged:
            return Page((), _cursor(place), more=False)
        return self._page(answer.value, place, answer.etag, limit)

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()

    def _page(self, value: Any, place: dict[str, str], etag: str | None, limit: int) -> Page:
        listed = value.get(self._at.records) if isinstance(value, dict) else None
        if not isinstance(listed, list) or len(listed) > limit or not all(isinstance(row, dict) for row in listed):
            raise Refused(
                "SYSTEM_ANSWER_WRONG", {"reason": f"no list of at most {limit} objects under {self._at.records}"}
            )
        records = tuple(self._reader.record(row, f"bản ghi {n}") for n, row in enumerate(listed, 1))
        begun, token = place.get("since", ""), _text(value.get(self._at.next))
        if token and token == place.get("page"):
            raise Refused("SYSTEM_ANSWER_WRONG", {"reason": f"{self._at.next} leads to itself"})  # it would have no end
        if token:
            return Page(records, _cursor({"since": begun, "page": token}), more=True)
        mark = _text(value.get(self._at.mark)) or begun
        same = {"etag": etag or ""} if mark == begun and not place.get("page") else {}  # that of the same question
        return Page(records, _cursor({"since": mark, **same}), more=False)


class HttpSink:
    """PUT of each answer under its id: the same answer is the same request. A group goes on where it broke off."""

    def __init__(self, client: HttpClient, path: str, mapper: Mapper, group: GroupAtWork) -> None:
        self._client, self._path, self._mapper, self._group = client, path, mapper, group

    async def write(self, answers: Sequence[Answer]) -> None:
        """Write the answers of one group. Raises what the transport raises."""
        by_id = {answer.answer_id: answer for answer in answers}
        for answer_id in self._group.left(by_id):
            await self._client.put(self._path.replace("{id}", answer_id), body_of(by_id[answer_id], self._mapper))
            self._group.note(answer_id)
        self._group.done()

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()


def _place(cursor: str | None) -> dict[str, str]:
    if cursor is None:
        return {}
    try:
        found = json.loads(cursor)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Refused("CURSOR_REFUSED", {"reason": "no cursor of this connector"})
    return found


def _cursor(place: dict[str, str]) -> str:
    cursor = json.dumps({name: value for name, value in place.items() if value}, sort_keys=True)
    if len(cursor) > CURSOR_LENGTH_MAX:
        raise Refused("SYSTEM_ANSWER_WRONG", {"reason": "token or mark too long"})
    return cursor


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, bool) else str(value)
