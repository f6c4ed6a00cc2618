"""Dồn ứ: while nobody signs, reading ends within a page of the limit; when persons sign, it goes on.

The runner works in this process, with the connector's limits lowered, so that a small system is enough.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from hub.connect.check.outcome import NO_DOCUMENT, NotApplicable
from hub.connect.check.pulling import records_of_batches
from hub.connect.check.running import MOVING, Running
from hub.connect.check.subject import Subject
from hub.connect.check.systems import playing, served
from hub.connect.check.working import run_at, until_idle
from hub.connect.run import Run
from hub.connect.supervise import Supervisor, begin
from hub.connectors.sdk import Connector, Manifest, Mapper, Opened, Page, Sink, Source, sealed_connector
from hub.domain.findings import Finding, finding

__all__ = ["check_back_pressure"]

_DOCUMENT_COUNT = 120
_WAITING, _PAGE = 40, 20

_NONE_WAITS = NotApplicable(
    "hồ sơ của kết nối này chỉ để kiểm (checking_only), không bao giờ chờ ký",
    "its records are for checking only (checking_only) and never wait for a signature",
)


async def check_back_pressure(subject: Subject) -> list[Finding] | NotApplicable:
    """Count what waits while nobody signs, and what arrives after. Not applicable where too few records ever wait."""
    if subject.simulator is None:
        return subject.unplayed
    if subject.connector.manifest.checking_only:
        return _NONE_WAITS
    if len(served(subject, _DOCUMENT_COUNT)) < _DOCUMENT_COUNT:
        return NO_DOCUMENT
    async with playing(subject, "back", _DOCUMENT_COUNT) as (_, settings):
        running = Running(subject, "back-run", {**settings, "settle_s": 0})
        connector = _Lowered(subject.connector)
        run = run_at(subject, running, connector, {**settings, "settle_s": 0})
        try:
            begin(run)
            supervisor = Supervisor(run)
            await until_idle(supervisor, running, signing=False)
            before = _count(run)
            await until_idle(supervisor, running, signing=True)
            after = _count(run)
        finally:
            await run.close()
            run.store.close()
    allowed = _WAITING + max(_PAGE, connector.largest)
    if before["moving"] > allowed or (after["all"] <= before["all"] and before["moving"] >= _WAITING):
        facts = {"waiting": str(before["moving"]), "limit": str(_WAITING)}
        return [finding("CONFORMANCE_BACK_PRESSURE_IGNORED", facts=facts)]
    return []


def _count(run: Run) -> dict[str, int]:
    states = {row["state"]: row["count"] for row in run.store.all("records_by_state")}
    moving = sum(count for state, count in states.items() if state in MOVING)
    return {"moving": moving, "all": sum(states.values())}


class _Lowered:
    """The connector with smaller limits, which notes its largest page."""

    def __init__(self, of: Connector) -> None:
        limits = {**of.manifest.limits, "waiting_records": _WAITING, "page_records": _PAGE}
        self.manifest: Manifest = replace(of.manifest, limits=limits)
        self.mapper: Mapper = of.mapper
        self.largest = 0
        self._of = of
        if (sealed := sealed_connector(of)) is not None:
            self.mappings, self.rows = sealed.mappings, sealed.rows

    def source(self, opened: Opened) -> Source:
        return _Counted(self._of.source(opened), self)

    def sink(self, opened: Opened) -> Sink | None:
        return self._of.sink(opened)


@dataclass
class _Counted:
    of: Source
    by: _Lowered

    async def pull(self, cursor: str | None, limit: int) -> Page:
        page = await self.of.pull(cursor, limit)
        documents = sum(1 for _ in records_of_batches(page.batches))
        self.by.largest = max(self.by.largest, documents)
        return page

    async def close(self) -> None:
        await self.of.close()
