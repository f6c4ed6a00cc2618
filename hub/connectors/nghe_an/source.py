"""Follow the province's tables: which records were touched, through a slot or a view, and then what they are now.

Order of a pull: is it the same database and do the tables look as they must; what is pending in the cursor; the next
page of a walk; only then a look at what is new.
"""

from hub.connectors.nghe_an.content import Content, RecordOf, read_content
from hub.connectors.nghe_an.description import Catalogue, check_tables
from hub.connectors.nghe_an.following import Following, by_slot, by_view
from hub.connectors.nghe_an.place import Place, Walk, read_place, written_place
from hub.connectors.nghe_an.session import Session, reading
from hub.connectors.nghe_an.settings import Database
from hub.connectors.sdk import Page
from hub.errors import Refused

__all__ = ["DatabaseSource"]


class DatabaseSource:
    """The source; each pull has a connection of its own, so that a server that was started again is found as it is."""

    def __init__(self, database: Database, record_of: RecordOf) -> None:
        self._database, self._record_of = database, record_of
        self._follow: Following = by_slot if database.said.changes == "replication" else by_view

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return the next page.

        Raises Unavailable SYSTEM_UNREACHABLE, SYSTEM_BUSY; Refused SCHEMA_DRIFT, SLOT_LOST, SYSTEM_DATABASE_OTHER,
        CURSOR_REFUSED, SYSTEM_ANSWER_WRONG, and what says no to whoever asks.
        """
        before = read_place(cursor)
        async with reading(self._database) as session:
            catalogue = await self._checked(session, before)
            place, told, lag_bytes = await self._follow(session, self._database, catalogue, before)
            place, content = await self._next(session, place, limit)
        more = place.full or not place.is_idle
        findings = (*told, *content.findings)
        return Page(
            content.records, written_place(place), more, findings, requests=content.requests, lag_bytes=lag_bytes
        )  # fmt: skip

    async def close(self) -> None:
        """Nothing stays open between two pulls."""

    async def _checked(self, session: Session, before: Place | None) -> Catalogue:
        """Look whether it is the database that it was, and looks as described."""
        found = await session.first("identity")
        identity, is_standby = found or ("", False)
        if before is not None and before.database != identity:
            raise Refused("SYSTEM_DATABASE_OTHER", {"found": identity, "expected": before.database})
        if is_standby and self._database.said.changes == "replication":
            raise Refused("SYSTEM_IS_STANDBY")
        return await check_tables(session, self._database)

    async def _next(self, session: Session, place: Place, limit: int) -> tuple[Place, Content]:
        """Read what stands first in the cursor."""
        if place.keys or place.requests:
            keys, requests = place.keys[:limit], place.requests[:limit]
            chosen = set(keys)
            content = await read_content(
                session, self._record_of, keys, [key for key in place.gone if key in chosen], requests
            )
            return place.without(len(keys), len(requests)), content
        if place.walks:
            return await self._walked(session, place, limit)
        return place, Content(())

    async def _walked(self, session: Session, place: Place, limit: int) -> tuple[Place, Content]:
        walk, *others = place.walks
        found = await _keys_of(session, walk, limit)
        keys, requests = ([], found) if walk.requests else (found, [])
        content = await read_content(session, self._record_of, keys, (), requests)
        left = (walk.behind(found[-1]), *others) if len(found) == limit else tuple(others)
        return place.walking(left), content


async def _keys_of(session: Session, walk: Walk, limit: int) -> list[str]:
    if walk.since is not None:
        kind = "yeu_cau" if walk.requests else "ho_so"
        row = await session.first("watermark")
        assert row is not None
        rows = await session.all(
            "changed_after", kind=kind, next=row[1], since=walk.since, after=walk.after, limit=limit
        )  # fmt: skip
    elif walk.requests:
        rows = await session.all("requests_after", after=walk.after, limit=limit)
    else:
        rows = await session.all(
            "keys_after", after=walk.after, school=walk.school, year=walk.year, semester=walk.semester, limit=limit
        )  # fmt: skip
    return [row[0] for row in rows]
